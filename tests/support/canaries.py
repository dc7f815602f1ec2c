"""A person whose every value can be recognised, and the search for them in everything that the portal keeps or says."""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from portal.adapters.dynamodb.items import from_item

if TYPE_CHECKING:
    from tests.support.world import World

Place = tuple[str, str]
"""Where something lies, and its text."""

_SHORTEST = 6
"""Shorter texts would be found anywhere."""


@dataclass(frozen=True, slots=True)
class Found:
    """A canary where it was found."""

    place: str
    canary: str
    spelling: str


def spellings(value: str) -> Iterator[tuple[str, str]]:
    """Yield the ways in which a value could be written; hashes too, as a plain hash of an address names its owner."""
    for form, text in {"as typed": value, "canonical": value.lower()}.items():
        raw = text.encode()
        yield form, text
        yield f"{form}, JSON", json.dumps(text)[1:-1]
        yield f"{form}, URL", quote(text, safe="")
        for offset in range(3):
            # The middle of a Base64 text is the same wherever the value stands in what was encoded.
            coded = base64.b64encode(b"\0" * offset + raw).decode().rstrip("=")
            yield f"{form}, Base64", coded[offset + (offset > 0) : -1]
        for name in ("md5", "sha1", "sha256"):
            digest = hashlib.new(name, raw, usedforsecurity=False).digest()
            yield f"{form}, {name}", digest.hex()
            yield f"{form}, {name} in Base64", base64.b64encode(digest).decode().rstrip("=")


def search(canaries: Mapping[str, str], places: Iterable[Place]) -> list[Found]:
    """Return every canary, in any spelling, that any of the texts holds; letters count as the same in either case."""
    known = [
        (name, spelling, text)
        for name, value in canaries.items()
        for spelling, text in spellings(value)
        if len(text) >= _SHORTEST
    ]
    found = []
    for place, text in places:
        folded = text.lower()
        for name, spelling, sought in known:
            coded = "Base64" in spelling
            if sought in text if coded else sought.lower() in folded:
                found.append(Found(place, name, spelling))
    return found


def readable(value: Any) -> str:
    """Return any parameter or item as one text; bytes as what they say in UTF-8."""
    return json.dumps(value, ensure_ascii=False, default=lambda raw: bytes(raw).decode("utf-8", "backslashreplace"))


def stored(world: "World") -> Iterator[Place]:
    """Yield every item of every table and, by scan and by query of every partition, of every index."""
    for table in world.dynamodb.list_tables()["TableNames"]:
        for item in world.items(table):
            yield f"table {table}", readable(item)
        description = world.dynamodb.describe_table(TableName=table)["Table"]
        for index in description.get("GlobalSecondaryIndexes", []):
            yield from _indexed(world, table, index)


def _indexed(world: "World", table: str, index: Mapping[str, Any]) -> Iterator[Place]:
    place = f"index {table}/{index['IndexName']}"
    scanned = world.dynamodb.scan(TableName=table, IndexName=index["IndexName"])["Items"]
    yield from ((place, readable(from_item(item))) for item in scanned)
    key = index["KeySchema"][0]["AttributeName"]
    for partition in {json.dumps(item[key]) for item in scanned}:
        answer = world.dynamodb.query(
            TableName=table,
            IndexName=index["IndexName"],
            KeyConditionExpression="#key = :partition",
            ExpressionAttributeNames={"#key": key},
            ExpressionAttributeValues={":partition": json.loads(partition)},
        )
        yield from ((place, readable(from_item(item))) for item in answer["Items"])


def called(world: "World", since: int) -> Iterator[Place]:
    """Yield the parameters of every AWS call from the ``since``-th on."""
    for service, operation, parameters in world.hooks.all_calls[since:]:
        yield f"call {service}:{operation}", readable(parameters)


def noted(world: "World") -> Iterator[Place]:
    """Yield what AWS notes of calls, from the first on: tags of mails, encryption contexts (CloudTrail shows them)."""
    for _, operation, parameters in world.hooks.all_calls:
        if "EmailTags" in parameters:
            yield "tag of a mail", readable(parameters["EmailTags"])
        if "EncryptionContext" in parameters:
            yield f"encryption context of {operation}", readable(parameters["EncryptionContext"])


def streamed(world: "World") -> Iterator[Place]:
    """Yield the records that streams got of every put, as each table's view type cuts them.

    They are also the most that could ever reach a dead-letter queue; what DynamoDB's event source sends there are shard
    and sequence numbers alone.
    """
    for put in _puts(world):
        if put["TableName"] == "OutboxTable":
            yield "stream OutboxTable", readable(from_item(put["Item"]))
        if put["TableName"] == "RegistrationsTable":
            yield "stream RegistrationsTable", readable(put["Item"]["pk"])


def _puts(world: "World") -> Iterator[dict[str, Any]]:
    for _, operation, parameters in world.hooks.all_calls:
        entries = parameters.get("TransactItems", [])
        yield from (entry["Put"] for entry in entries if "Put" in entry)
        if operation == "put_item":
            yield parameters


def let_ttl_act(world: "World") -> None:
    """Delete what DynamoDB's time to live would have deleted by now; it may take days, so tests choose when."""
    for table in world.dynamodb.list_tables()["TableNames"]:
        keys = [entry["AttributeName"] for entry in _key_schema(world, table)]
        for item in world.dynamodb.scan(TableName=table)["Items"]:
            if "expires_at" in item and from_item(item)["expires_at"] <= world.clock():
                world.dynamodb.delete_item(TableName=table, Key={name: item[name] for name in keys})


def _key_schema(world: "World", table: str) -> list[dict[str, Any]]:
    schema: list[dict[str, Any]] = list(world.dynamodb.describe_table(TableName=table)["Table"]["KeySchema"])
    return schema
