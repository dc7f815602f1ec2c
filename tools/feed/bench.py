"""`python -m tools.feed.bench LINES`: what taking in a large file costs: time of this machine, calls of AWS, memory.

The function runs as it is; in place of AWS there is a store in memory that answers at once. On AWS the time of the
calls comes on top, one after the other.
"""

import resource
import sys
import tempfile
import time
from collections import Counter
from contextlib import redirect_stdout, suppress
from datetime import UTC, date, datetime
from io import StringIO
from typing import Any, BinaryIO, override

from portal.adapters.aws import Aws, Service
from portal.domain.errors import ConditionFailed
from portal.events.ingest import serve_ingest
from portal.observe import logger
from portal.settings.ingest import IngestSettings
from tools.feed.fiction import case_lines, client_line, to_bytes

MILLISECONDS_OF_A_CALL = 10
"""A guess for DynamoDB in the same region: a transaction of a dozen items."""
_TODAY = date(2026, 11, 27)
_RUN_SECONDS = 900


class Memory(Aws):
    """As much of S3 and DynamoDB as the feed needs: items by key, one file, no conditions but that an item exists."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        super().__init__()
        self.calls: Counter[str] = Counter()
        self._file: BinaryIO | None = file
        self._size = size
        self._items: dict[tuple[str, str], dict[str, Any]] = {}

    @override
    def call(self, service: Service, operation: str, **parameters: Any) -> dict[str, Any]:
        self.calls[operation] += 1
        answer: dict[str, Any] = getattr(self, f"_{operation}", lambda _: {})(parameters)
        return answer

    def _list_objects_v2(self, asked: dict[str, Any]) -> dict[str, Any]:
        found = {"Key": "inbox/bench.jsonl", "ETag": '"1"', "LastModified": datetime.now(UTC), "Size": self._size}
        waits = self._file is not None and asked["Prefix"] == "inbox/"
        return {"IsTruncated": False, "Contents": [found] if waits else []}

    def _get_object(self, asked: dict[str, Any]) -> dict[str, Any]:
        if self._file is None:
            raise ConditionFailed
        begin, end = (int(text) for text in asked["Range"].removeprefix("bytes=").split("-"))
        self._file.seek(begin)
        content = self._file.read(end + 1 - begin)
        return {"Body": _Body(content)}

    def _delete_object(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["Key"].startswith("inbox/"):
            self._file = None
        return {}

    def _batch_get_item(self, asked: dict[str, Any]) -> dict[str, Any]:
        (keys,) = (table["Keys"] for table in asked["RequestItems"].values())
        return {"Responses": {"Mirror": [self._items[place] for key in keys if (place := _place(key)) in self._items]}}

    def _update_item(self, asked: dict[str, Any]) -> dict[str, Any]:
        item = self._items.get(_place(asked["Key"]))
        if item is None:
            raise ConditionFailed
        names = {part.split(" = ")[0]: part.split(" = ")[1] for part in asked["UpdateExpression"][4:].split(", ")}
        item.update({name: asked["ExpressionAttributeValues"][value] for name, value in names.items()})
        return {"Attributes": item}

    def _query(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"Items": []}  # nothing is owed by removed clients

    def _put_item(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._items[_place(asked["Item"])] = asked["Item"]
        return {}

    def _transact_write_items(self, asked: dict[str, Any]) -> dict[str, Any]:
        for entry in asked["TransactItems"]:
            put = entry.get("Put")
            if put and not put["Item"]["pk"]["S"].endswith("#terms"):
                kept = {
                    name: put["Item"][name]
                    for name in ("pk", "sk", "version", "digest", "source")
                    if name in put["Item"]
                }
                self._items[_place(kept)] = kept
        return {}


class _Body:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def read(self) -> bytes:
        """Return everything."""
        return self._content


class _Context:
    def __init__(self) -> None:
        self._ends = time.monotonic() + _RUN_SECONDS

    def get_remaining_time_in_millis(self) -> int:
        """As Lambda's."""
        return int((self._ends - time.monotonic()) * 1000)


def _place(item: dict[str, Any]) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]


def measure(lines: int) -> str:
    """Take a file of so many lines in and return what it cost, in words."""
    with tempfile.TemporaryFile() as file:
        file.writelines(to_bytes(iter([client_line("B-1", "Messung GmbH", 1, ["bench@example.com"])])))
        file.writelines(to_bytes(case_lines("B-1", lines - 1, _TODAY)))
        size = file.tell()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        memory = Memory(file, size)
        handler = serve_ingest(IngestSettings("Mirror", "feed"), memory)
        began, runs, taken = time.monotonic(), 0, 0
        while taken < lines and memory.calls["copy_object"] == 0:
            with redirect_stdout(StringIO()):  # metrics
                taken += handler({}, _Context())["taken_in"]
            runs += 1
        seconds = time.monotonic() - began
    number = sum(memory.calls.values())
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    kinds = ", ".join(f"{name} {count}" for name, count in memory.calls.most_common(4))
    calls_seconds = number * MILLISECONDS_OF_A_CALL / 1000
    return (
        f"{taken} lines, {size / 2**20:.0f} MiB: {seconds:.0f} s of this machine ({taken / seconds:.0f} a second), "
        f"{runs} runs, {number / taken:.2f} calls a line ({kinds}), {grown} MiB more memory, the store's own included; "
        f"at {MILLISECONDS_OF_A_CALL} ms a call the calls take {calls_seconds:.0f} s"
    )


def main() -> int:
    """Measure; return the exit code."""
    logger.setLevel("ERROR")
    with suppress(IndexError, ValueError):
        print(measure(int(sys.argv[1])))
        return 0
    print("Error: say how many lines", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
