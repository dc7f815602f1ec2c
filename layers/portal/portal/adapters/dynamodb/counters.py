"""Counters of attempts in the table Sessions.

A counter is made by its first count. These are the only updates that need no existing item: each of them sets
``expires_at``, so none can leave an item that never expires.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal.adapters.dynamodb.items import (
    as_placeholders,
    count_up,
    delete_key,
    from_item,
    telling_found,
    update_existing,
)
from portal.adapters.dynamodb.records import counter_key, failures_from_item, failures_to_values
from portal.domain.errors import ConditionFailed
from portal.domain.throttle import CountRefused, Failures, LoginRules, RequestWindow, first_failures

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from portal.adapters.aws import Aws
    from portal.domain.ids import CounterKey

_FREE = "expires_at > :now AND failures < :most"
_AS_FOUND = "failures = :found_failures AND free_at = :found_free_at AND expires_at = :found_expires_at"
_SET = "SET failures = :failures, free_at = :free_at, expires_at = :expires_at"


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
        limits = [rules.free, *(rules.most for _ in keys[1:])]
        counts = [
            self._again(key, found[key], rules, now) if key in found else self._free(key, most, rules, now)
            for key, most in zip(keys, limits, strict=True)
        ]
        of_range = [_count_below(self._table, in_range.key, in_range.most, in_range.ends)] if in_range else []
        updates = [*counts, *of_range]
        try:
            self._aws.transact(*({"Update": telling_found(update)} for update in updates))
        except ConditionFailed as failed:
            items = {place: from_item(item) for place, item in failed.found.items()}
            failures = {key: failures_from_item(items[place]) for place, key in enumerate(keys) if place in items}
            return CountRefused(failures, range_is_full=len(keys) in failed.failed)
        return None

    def _free(self, key: CounterKey, most: int, rules: LoginRules, now: int) -> dict[str, Any]:
        """Return the count that needs no look before: below the limit, whatever the number is."""
        # Whatever the number becomes: the delay that holds from the last free attempt on.
        last_free = first_failures(rules, now, rules.free)
        values = {**as_placeholders(failures_to_values(last_free)), ":now": now, ":most": most}
        del values[":failures"]
        set_all = "SET free_at = :free_at, expires_at = :expires_at"
        return count_up(self._table, {"pk": counter_key(key)}, "failures", set_all, _FREE, values)

    def _again(self, key: CounterKey, found: Failures, rules: LoginRules, now: int) -> dict[str, Any]:
        """Return the count that goes on from what was found."""
        values = {
            **as_placeholders(failures_to_values(found.next(rules, now))),
            **as_placeholders(failures_to_values(found), "found_"),
        }
        return update_existing(self._table, {"pk": counter_key(key)}, _SET, _AS_FOUND, values)


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
    """Return the entries of a transaction that set counters back."""
    return [{"Delete": delete_key(table, {"pk": counter_key(key)})} for key in keys]
