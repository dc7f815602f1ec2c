"""Units of DynamoDB that calls would be billed for, computed from the items; simulations do not tell them rightly.

Rules: a write takes one unit per begun KiB of the larger of the item before and after, twice in transactions; an index
takes one for each entry that comes, goes or changes; a read takes one per begun 4 KiB, half when it need not be
consistent, twice in transactions.
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.template import resources
from tests.support.world import World

_WRITE, _READ = 1024, 4096
_SINGLE = {"put_item": "Put", "update_item": "Update", "delete_item": "Delete"}

Item = Mapping[str, Any]


@dataclass
class Units:
    """What a world's calls consume between two looks.

    Args:
        world: its hooks are used.
    """

    world: World
    used: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    _before: list[Item | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.world.hooks.before = self._look_before
        self.world.hooks.after = self._look_after

    def taken(self) -> dict[str, float]:
        """Return and forget units so far: ``writes`` and ``reads``, and writes by table and by table and index."""
        taken = dict(self.used)
        self.used.clear()
        return taken

    def _look_before(self, service: str, operation: str, asked: dict[str, Any]) -> None:
        if service == "dynamodb":
            self._before = [self._item(table, key) for _, table, key in _touched(operation, asked)]

    def _look_after(self, service: str, operation: str, asked: dict[str, Any]) -> None:
        if service != "dynamodb":
            return
        in_transaction = operation == "transact_write_items"
        for (kind, table, key), before in zip(_touched(operation, asked), self._before, strict=True):
            after = self._item(table, key)
            own = _begun(max(_size(before), _size(after)), _WRITE) * (2 if in_transaction else 1)
            self.used["writes"] += own
            self.used[table] += own
            for index in _indexes(table) if kind != "ConditionCheck" else []:
                entries = _entries(index, before, after)
                self.used["writes"] += entries
                self.used[f"{table}/{index['IndexName']}"] += entries
        self.used["reads"] += self._read(operation, asked)

    def _read(self, operation: str, asked: dict[str, Any]) -> float:
        if operation == "get_item":
            size = _size(self._item(asked["TableName"], asked["Key"]))
            return _begun(size, _READ) * (1 if asked.get("ConsistentRead") else 0.5)
        if operation == "batch_get_item":
            return sum(
                _begun(_size(self._item(table, key)), _READ) * (1 if one.get("ConsistentRead") else 0.5)
                for table, one in asked["RequestItems"].items()
                for key in one["Keys"]
            )
        if operation == "query":
            found = self.world.dynamodb.query(**asked)["Items"]
            return _begun(sum(map(_size, found)), _READ) * (1 if asked.get("ConsistentRead") else 0.5)
        return 0

    def _item(self, table: str, key: Item) -> Item | None:
        # By a client of its own, so that the look is not counted.
        found: Item | None = self.world.dynamodb.get_item(TableName=table, Key=dict(key)).get("Item")
        return found


def _touched(operation: str, asked: dict[str, Any]) -> list[tuple[str, str, Item]]:
    """Return kind, table and key of each write."""
    if operation == "transact_write_items":
        writes = [next(iter(entry.items())) for entry in asked["TransactItems"]]
    else:
        writes = [(_SINGLE[operation], asked)] if operation in _SINGLE else []
    return [(kind, one["TableName"], _key(one)) for kind, one in writes]


def _key(write: dict[str, Any]) -> Item:
    if "Key" in write:
        key: Item = write["Key"]
        return key
    names = [part["AttributeName"] for part in _tables()[write["TableName"]]["KeySchema"]]
    return {name: write["Item"][name] for name in names}


def _tables() -> dict[str, dict[str, Any]]:
    return resources("AWS::DynamoDB::Table")


def _indexes(table: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _tables()[table].get("GlobalSecondaryIndexes", [])
    keys = [part["AttributeName"] for part in _tables()[table]["KeySchema"]]
    return [{**index, "TableKeys": keys} for index in found]


def _entries(index: dict[str, Any], before: Item | None, after: Item | None) -> int:
    """Return the units of an index for one write to its table."""
    old, new = _entry(index, before), _entry(index, after)
    if old == new:
        return 0
    keys = [part["AttributeName"] for part in index["KeySchema"]]
    if old and new and any(old[key] != new[key] for key in keys):
        # Entries do not move: one goes, another comes.
        return _begun(_size(old), _WRITE) + _begun(_size(new), _WRITE)
    return _begun(max(_size(old), _size(new)), _WRITE)


def _entry(index: dict[str, Any], item: Item | None) -> Item | None:
    keys = [part["AttributeName"] for part in index["KeySchema"]]
    if item is None or any(key not in item for key in keys):
        return None
    shown = {*keys, *index["TableKeys"], *index["Projection"].get("NonKeyAttributes", [])}
    return {name: value for name, value in item.items() if name in shown}


def _begun(size: int, unit: int) -> int:
    return max(1, math.ceil(size / unit))


def _size(item: Item | None) -> int:
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items()) if item else 0


def _value_size(value: Mapping[str, Any]) -> int:
    """Return about what DynamoDB counts: texts in UTF-8, a byte per two digits and one, three for a list or a map."""
    kind, content = next(iter(value.items()))
    if kind == "N":
        return len(content.lstrip("-")) // 2 + 2
    if kind == "L":
        return 3 + sum(1 + _value_size(one) for one in content)
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + _value_size(one) for name, one in content.items())
    return len(content.encode()) if kind == "S" else len(content) if kind == "B" else 1
