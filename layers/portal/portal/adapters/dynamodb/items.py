"""Items and writes.

Every put requires that the item is new and every update that it exists (an update on an item that TTL deleted
would make a stub that never expires). Both conditions are written here, so that no adapter can forget one.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

Item = dict[str, Any]
Key = dict[str, str]

# DynamoDB keeps no more digits of a number.
_MOST = 10**38


def to_item(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item in DynamoDB's notation; members that are None are left out.

    Texts, whole numbers, truth values, lists and maps are all that tables hold. boto3's converter knows more, makes a
    decimal of each number and takes three times as long, at each read of each request.

    Raises:
        TypeError: another type.
        ValueError: a number of more than 38 digits.
    """
    return {name: _typed(value) for name, value in values.items() if value is not None}


def from_item(item: Mapping[str, Any]) -> Item:
    """Return plain values.

    Raises:
        TypeError: a type that ``to_item`` does not write.
    """
    return {name: _plain(value) for name, value in item.items()}


def put_new(table: str, values: Mapping[str, Any], key: str = "pk") -> dict[str, Any]:
    """Return the parameters of a put that fails where the item exists."""
    return {
        "TableName": table,
        "Item": to_item(values),
        "ConditionExpression": "attribute_not_exists(#key)",
        "ExpressionAttributeNames": {"#key": key},
    }


def replace_existing(
    table: str, values: Mapping[str, Any], key: Key, found: Mapping[str, Any] = MappingProxyType({})
) -> dict[str, Any]:
    """Return the parameters of a put over an item; it fails where the item is gone or not as it was found.

    Args:
        table: name of the table.
        values: all attributes of the new item.
        key: of the item.
        found: attributes that have to be as they were.
    """
    names = {f"#n{place}": name for place, name in enumerate(found)}
    as_found = [f"#n{place} = :v{place}" for place in range(len(found))]
    put: dict[str, Any] = {
        "TableName": table,
        "Item": to_item(values),
        "ConditionExpression": " AND ".join(["attribute_exists(#key)", *as_found]),
        "ExpressionAttributeNames": {"#key": next(iter(key)), **names},
    }
    if found:
        put["ExpressionAttributeValues"] = to_item({f":v{place}": value for place, value in enumerate(found.values())})
    return put


def require_existing(table: str, key: Key, condition: str, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the parameters of a check or a delete that fails where the item is gone or ``condition`` does not hold."""
    return {
        "TableName": table,
        "Key": to_item(key),
        "ConditionExpression": f"attribute_exists(#key) AND ({condition})",
        "ExpressionAttributeNames": {"#key": next(iter(key))},
        **({"ExpressionAttributeValues": to_item(values)} if values else {}),
    }


def delete_key(table: str, key: Key) -> dict[str, Any]:
    """Return the parameters of a delete that does not mind whether the item exists."""
    return {"TableName": table, "Key": to_item(key)}


def update_existing(
    table: str, key: Key, update: str, condition: str, values: Mapping[str, Any], names: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the parameters of an update that fails where the item is gone or ``condition`` does not hold.

    Args:
        table: name of the table.
        key: of the item.
        update: update expression.
        condition: what must hold besides the item's existence.
        values: for the placeholders of both expressions.
        names: for their name placeholders.
    """
    parameters = require_existing(table, key, condition, values)
    return {
        **parameters,
        "UpdateExpression": update,
        "ExpressionAttributeNames": {**parameters["ExpressionAttributeNames"], **(names or {})},
    }


def add_to_existing(table: str, key: Key, amounts: Mapping[str, int], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of an update that adds to numbers and sets others, and fails where the item is gone.

    Args:
        table: name of the table.
        key: of the item.
        amounts: what is added, by attribute; one that is not there counts as 0.
        values: what is set besides, by attribute; at least one.
    """
    names = {f"#a{place}": name for place, name in enumerate(amounts)}
    names |= {f"#s{place}": name for place, name in enumerate(values)}
    update = "SET " + ", ".join(f"#s{place} = :s{place}" for place in range(len(values)))
    if amounts:
        update += " ADD " + ", ".join(f"#a{place} :a{place}" for place in range(len(amounts)))
    return {
        "TableName": table,
        "Key": to_item(key),
        "UpdateExpression": update,
        "ConditionExpression": "attribute_exists(#key)",
        "ExpressionAttributeNames": {**names, "#key": next(iter(key))},
        "ExpressionAttributeValues": to_item(
            {f":a{place}": amount for place, amount in enumerate(amounts.values())}
            | {f":s{place}": value for place, value in enumerate(values.values())}
        ),
    }


def count_up(
    table: str, key: Key, counter: str, update: str, condition: str, values: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the parameters of an update that adds one to a counter, which need not exist yet.

    Args:
        table: name of the table.
        key: of the item.
        counter: attribute that counts.
        update: the other attributes; it must set ``expires_at``, so that a counter made here ends by itself.
        condition: what must hold where the item exists.
        values: for the placeholders of both expressions.

    Raises:
        ValueError: the update sets no ``expires_at``.
    """
    if "expires_at = :expires_at" not in update:
        raise ValueError("a counter without an end would stay for ever")
    return {
        "TableName": table,
        "Key": to_item(key),
        "UpdateExpression": f"{update} ADD {counter} :one",
        "ConditionExpression": f"attribute_not_exists(#key) OR ({condition})",
        "ExpressionAttributeNames": {"#key": next(iter(key))},
        "ExpressionAttributeValues": to_item({**values, ":one": 1}),
    }


class CountersUpdate:
    """One more at each of several counters in one item, which need not exist yet; all of them or none.

    Args:
        table: name of the table.
        key: of the item.
    """

    def __init__(self, table: str, key: Key) -> None:
        self._table = table
        self._key = key
        self._names: dict[str, str] = {}
        self._values: dict[str, Any] = {}
        self._sets: dict[str, str] = {}
        self._adds: list[str] = []
        self._conditions: list[str] = []

    def add_one(self, counter: str, end: str, most: int, now: int, values: Mapping[str, Any]) -> None:
        """Add to a counter that is not there, or that did not end and is below ``most``: that needs no look before.

        Args:
            counter: attribute that counts.
            end: attribute with its end, epoch seconds.
            most: from which on it does not count.
            now: epoch seconds.
            values: what is set besides, by attribute.
        """
        number = self._name(counter)
        self._adds.append(f"{number} {self._value(1)}")
        counts = f"{self._name(end)} > {self._value(now)} AND {number} < {self._value(most)}"
        self._conditions.append(f"(attribute_not_exists({number}) OR ({counts}))")
        self._set(values)

    def replace(self, found: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Set the attributes of a counter that is still as it was found."""
        self._conditions += [f"{self._name(name)} = {self._value(value)}" for name, value in found.items()]
        self._set(values)

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of the update.

        Raises:
            ValueError: it sets no ``expires_at``.
        """
        if "expires_at" not in self._sets:
            raise ValueError("a counter without an end would stay for ever")
        sets = (f"{self._name(attribute)} = {value}" for attribute, value in self._sets.items())
        add = f" ADD {', '.join(self._adds)}" if self._adds else ""
        return {
            "TableName": self._table,
            "Key": to_item(self._key),
            "UpdateExpression": f"SET {', '.join(sets)}{add}",
            "ConditionExpression": " AND ".join(self._conditions),
            "ExpressionAttributeNames": {placeholder: name for name, placeholder in self._names.items()},
            "ExpressionAttributeValues": to_item(self._values),
        }

    def _set(self, values: Mapping[str, Any]) -> None:
        self._sets |= {name: self._value(value) for name, value in values.items()}

    def _name(self, attribute: str) -> str:
        return self._names.setdefault(attribute, f"#n{len(self._names)}")

    def _value(self, value: Any) -> str:  # noqa: ANN401 - whatever an item may hold
        placeholder = f":v{len(self._values)}"
        self._values[placeholder] = value
        return placeholder


def as_placeholders(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values under the placeholders of an expression: their names."""
    return {f":{name}": value for name, value in values.items()}


def telling_found(update: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entry of a transaction that tells what it found where its condition fails."""
    return {**update, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


def _typed(value: Any) -> dict[str, Any]:  # noqa: ANN401 - walks any nesting
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int):
        if abs(value) >= _MOST:
            raise ValueError("more digits than DynamoDB keeps")
        return {"N": str(value)}
    if isinstance(value, Mapping):
        return {"M": to_item(value)}
    if isinstance(value, list | tuple):
        return {"L": [_typed(member) for member in value]}
    raise TypeError(f"no table holds {type(value).__name__}")


def _plain(value: Mapping[str, Any]) -> Any:  # noqa: ANN401 - walks any nesting
    ((kind, content),) = value.items()
    if kind in {"S", "BOOL"}:
        return content
    if kind == "N":
        return int(content)
    if kind == "M":
        return from_item(content)
    if kind == "L":
        return [_plain(member) for member in content]
    raise TypeError(f"no table holds {kind}")
