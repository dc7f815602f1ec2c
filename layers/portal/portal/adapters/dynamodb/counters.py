"""Counters of attempts in the table Sessions.

A counter is made by its first count. These are the only updates that need no existing item: each of them sets
``expires_at``, so none can leave an item that never expires.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal.adapters.dynamodb.items import CountersUpdate, count_up, delete_key, from_item, take_out, telling_found
from portal.adapters.dynamodb.records import (
    counter_key,
    failures_attributes,
    failures_from_item,
    failures_place,
    failures_to_values,
    shares_item,
)
from portal.domain.errors import ConditionFailed
from portal.domain.throttle import (
    FAILURES_KEPT_SECONDS,
    CountRefused,
    Failures,
    LoginRules,
    RequestWindow,
    first_failures,
)

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
        places = {key: failures_place(key) for key in keys}
        counts = {item: CountersUpdate(self._table, {"pk": item}) for item, _ in places.values()}
        limits = (rules.free, *(rules.most for _ in keys[1:]))
        for (key, (item, ending)), most in zip(places.items(), limits, strict=True):
            before = found.get(key)
            # Whatever the number becomes: the delay that holds from the last free attempt on.
            after = before.next(rules, now) if before else first_failures(rules, now, rules.free)
            values = failures_to_values(after, ending)
            if before:
                counts[item].replace(failures_to_values(before, ending), values)
            else:
                counter, _, end = values
                del values[counter]
                counts[item].add_one(counter, end, most, now, values)
        updates = [count.parameters() for count in counts.values()]
        if in_range:
            updates.append(_count_below(self._table, in_range.key, in_range.most, in_range.ends))
        try:
            self._aws.transact(*({"Update": telling_found(update)} for update in updates))
        except ConditionFailed as failed:
            items = {item: from_item(failed.found.get(place, {})) for place, item in enumerate(counts)}
            lying = {key: failures_from_item(items[item], ending) for key, (item, ending) in places.items()}
            failures = {
                key: failures
                for (key, failures), most in zip(lying.items(), limits, strict=True)
                if failures and not _may_count(failures, found.get(key), most, now)
            }
            return CountRefused(failures, range_is_full=len(counts) in failed.failed)
        return None


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


def forget(table: str, keys: Iterable[CounterKey], now: int) -> list[dict[str, Any]]:
    """Return the entries of a transaction that set counters of failures back.

    Args:
        table: name of Sessions.
        keys: of the counters; what lies beside them in the same item stays.
        now: epoch seconds.
    """
    endings: dict[str, list[str]] = {}
    for key in keys:
        item, ending = failures_place(key)
        endings.setdefault(item, []).append(ending)
    ends = now + FAILURES_KEPT_SECONDS
    return [
        {"Update": take_out(table, {"pk": item}, [name for ending in those for name in _taken(ending)], ends)}
        if shares_item(item)
        else {"Delete": delete_key(table, {"pk": item})}
        for item, those in endings.items()
    ]


def _taken(ending: str) -> list[str]:
    """Return the attributes of a counter that go when it is set back; its item ends as late as any in it."""
    return [name for name in failures_attributes(ending) if name != "expires_at"]
