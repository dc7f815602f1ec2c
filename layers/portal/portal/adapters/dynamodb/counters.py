"""Counters of attempts in the table Sessions.

A counter is made by its first count. These are the only updates that need no existing item: each of them sets
``expires_at``, so none can leave an item that never expires.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal.adapters.dynamodb.items import (
    CountersUpdate,
    count_up,
    delete_key,
    from_item,
    replace_existing,
    telling_found,
)
from portal.adapters.dynamodb.records import counter_key, failures_from_item, failures_place, failures_to_values
from portal.domain.errors import ConditionFailed
from portal.domain.throttle import CountRefused, Failures, LoginRules, RequestWindow, first_failures

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from portal.adapters.aws import Aws
    from portal.domain.ids import CounterKey


class LoginCountersTable:
    """Satisfies ``flows.ports.LoginCounters``.

    Args:
        aws: way out.
        table: name of Sessions.
    """

    def __init__(self, aws: Aws, table: str) -> None:
        self._aws = aws
        self._table = table

    def count(
        self,
        keys: Sequence[CounterKey],
        found: Mapping[CounterKey, Failures],
        in_range: RequestWindow | None,
        rules: LoginRules,
        now: int,
    ) -> CountRefused | None:
        """Count one more failure at each counter and one more request of a range, all or nothing."""
        limits = dict(zip(keys, (rules.free, *(rules.most for _ in keys[1:])), strict=True))
        items: dict[str, dict[CounterKey, str]] = {}
        for key in keys:
            item, ending = failures_place(key)
            items.setdefault(item, {})[key] = ending
        writes = [self._counted(item, endings, found, limits, rules, now) for item, endings in items.items()]
        if in_range:
            update = _count_below(self._table, in_range.key, in_range.most, in_range.ends)
            writes.append({"Update": telling_found(update)})
        try:
            self._aws.transact(*writes)
        except ConditionFailed as failed:
            refused = {
                key: failures
                for place, endings in enumerate(items.values())
                for key, ending in endings.items()
                if (failures := failures_from_item(from_item(failed.found.get(place, {})), ending))
                and not _may_count(failures, found.get(key), limits[key], now)
            }
            return CountRefused(refused, range_is_full=len(items) in failed.failed)
        return None

    def _counted(
        self,
        item: str,
        endings: Mapping[CounterKey, str],
        found: Mapping[CounterKey, Failures],
        limits: Mapping[CounterKey, int],
        rules: LoginRules,
        now: int,
    ) -> dict[str, Any]:
        """Return the entry that counts at the counters of one item."""
        whole = next((found[key] for key, ending in endings.items() if key in found and not ending), None)
        if whole and whole.expires_at <= now:
            # All in it ended with it: what lies there of other ranges is not to grow from year to year.
            fresh = [failures_to_values(first_failures(rules, now), ending) for ending in endings.values()]
            values = {"pk": item, **{name: value for each in fresh for name, value in each.items()}}
            return {
                "Put": telling_found(replace_existing(self._table, values, {"pk": item}, failures_to_values(whole)))
            }
        update = CountersUpdate(self._table, {"pk": item})
        for key, ending in endings.items():
            before = found.get(key)
            # Whatever the number becomes: the delay that holds from the last free attempt on.
            after = before.next(rules, now) if before else first_failures(rules, now, rules.free)
            values = failures_to_values(after, ending)
            if before:
                update.replace(failures_to_values(before, ending), values)
            else:
                counter, _, end = values
                del values[counter]
                update.add_one(counter, end, limits[key], now, values)
        return {"Update": telling_found(update.parameters())}


def _may_count(failures: Failures, found: Failures | None, most: int, now: int) -> bool:
    """Tell whether it was another counter in the same item that refused: the condition, once more."""
    return failures == found if found else failures.expires_at > now and failures.count < most


class RequestsTable:
    """Satisfies ``flows.ports.Requests``.

    Args:
        aws: way out.
        table: name of Sessions.
    """

    def __init__(self, aws: Aws, table: str) -> None:
        self._aws = aws
        self._table = table

    def count(self, in_range: RequestWindow) -> bool:
        """Count a request; tell whether it was one of those that are heard."""
        return count_below(self._aws, self._table, in_range.key, in_range.most, in_range.ends)


def count_below(aws: Aws, table: str, key: CounterKey, most: int, ends: int) -> bool:
    """Count up to a limit, in a counter that belongs to one stretch of time; tell whether it was below.

    Args:
        aws: way out.
        table: name of Sessions.
        key: of the counter.
        most: that are counted.
        ends: of that stretch, epoch seconds.
    """
    try:
        aws.call("dynamodb", "update_item", **_count_below(table, key, most, ends))
    except ConditionFailed:
        return False
    return True


def _count_below(table: str, key: CounterKey, most: int, ends: int) -> dict[str, Any]:
    values = {":most": most, ":expires_at": ends}
    set_end = "SET expires_at = :expires_at"
    return count_up(table, {"pk": counter_key(key)}, "heard", set_end, "heard < :most", values)


def forget(table: str, keys: Iterable[CounterKey]) -> list[dict[str, Any]]:
    """Return the entries of a transaction that forget failures: those of an address wherever they were made."""
    items = dict.fromkeys(failures_place(key)[0] for key in keys)
    return [{"Delete": delete_key(table, {"pk": item})} for item in items]
