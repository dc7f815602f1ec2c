"""What a sweep costs is decided by what expires, not by how much lives in the table (P5)."""

from bisect import bisect_right
from collections import Counter, defaultdict
from typing import Any

from portal.adapters.dynamodb.items import from_item, to_item
from portal.adapters.dynamodb.records import expiry_shard
from portal.events.cleanup import serve_cleanup
from portal.settings.cleanup import CleanupSettings
from tests.support.fakes import DAY, NOW, FakeAws, FakeClock
from tests.support.world import LambdaContext

PAGE = 500
"""Items a page of the index; DynamoDB takes 1 MB, which is more, but every page is one call."""
EXPIRED = 10_000
LAST_SWEEP = {
    "window": {"start": NOW - 900, "end": NOW - 900},
    "found": 0,
    "deleted": 0,
    "already_gone": 0,
    "complete": True,
    "finished_at": NOW - 900,
}


class Index(FakeAws):
    """The table Registrations as its expiry index sees it: one sorted list a partition; Evidence has one sweep."""

    def __init__(self, living: int) -> None:
        super().__init__()
        self.answers = {
            "dynamodb:query": self._query,
            "dynamodb:delete_item": self._delete,
            "dynamodb:put_item": {},
        }
        self.partitions: dict[str, list[tuple[int, str]]] = defaultdict(list)
        self.expiries: dict[str, int] = {}
        for number in range(EXPIRED):
            self._add(f"e{number}", NOW - number % 900)
        for number in range(living):
            # From a second ahead to the end of thirty days: some in the very partitions that are swept.
            self._add(f"l{number}", NOW + 1 + number * 30 * DAY // living)
        for partition in self.partitions.values():
            partition.sort()

    def _add(self, key: str, expires_at: int) -> None:
        self.partitions[expiry_shard(key, expires_at)].append((expires_at, key))
        self.expiries[key] = expires_at

    def _query(self, asked: dict[str, Any]) -> dict[str, Any]:
        values = from_item(asked["ExpressionAttributeValues"])
        if "IndexName" not in asked:
            return {"Items": [to_item(LAST_SWEEP)]}
        entries = self.partitions[values[":partition"]]
        start = asked.get("ExclusiveStartKey")
        first = bisect_right(entries, (start["expires_at"], start["pk"])) if start else 0
        last = bisect_right(entries, (values[":now"], chr(0x10FFFF)))
        page = entries[first : min(last, first + PAGE)]
        items = [to_item({"pk": key, "expires_at": at}) for at, key in page]
        more = {"LastEvaluatedKey": {"expires_at": page[-1][0], "pk": page[-1][1]}} if first + PAGE < last else {}
        return {"Items": items, **more}

    def _delete(self, asked: dict[str, Any]) -> dict[str, Any]:
        del self.expiries[from_item(asked["Key"])["pk"]]
        return {}

    def sweep(self) -> Counter[str]:
        """Run one sweep and return its calls by name."""
        settings = CleanupSettings("Registrations", "Evidence", 3)
        serve_cleanup(settings, self, FakeClock())({"task": "sweep"}, LambdaContext())
        return Counter(self.operations())


def test_ten_thousand_expired_cost_the_same_among_ten_thousand_and_among_a_million() -> None:
    small, large = Index(EXPIRED), Index(1_000_000)
    calls = small.sweep()
    assert calls == large.sweep()
    assert calls["dynamodb:delete_item"] == EXPIRED
    assert 16 + 1 < calls["dynamodb:query"] <= 2 * 16 + EXPIRED // PAGE + 1
    assert calls["dynamodb:put_item"] == 1
    assert (len(small.expiries), len(large.expiries)) == (EXPIRED, 1_000_000)
    assert "dynamodb:scan" not in calls
