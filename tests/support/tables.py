"""All tables at once: read, and put back to what was read."""

import pickle
from typing import Any

from boto3.dynamodb.types import TypeSerializer
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from portal.adapters.dynamodb.items import from_item
from tests.support.template import resources

Items = dict[tuple[str, str], dict[str, Any]]
"""Items by table and key."""

WRITES = ("put_", "update_", "delete_", "transact_write")
"""How the names of operations begin that change something."""


class Tables:
    """The tables of template.yaml.

    Args:
        dynamodb: a client of boto3.
    """

    def __init__(self, dynamodb: Any) -> None:
        self._dynamodb = dynamodb
        self._keys = {
            name: [part["AttributeName"] for part in properties["KeySchema"]]
            for name, properties in resources("AWS::DynamoDB::Table").items()
        }

    def read(self) -> Items:
        """Return everything that is stored."""
        found = {name: self._dynamodb.scan(TableName=name)["Items"] for name in self._keys}
        plain = [(name, from_item(item)) for name, items in found.items() for item in items]
        return {(name, str([item[part] for part in self._keys[name]])): item for name, item in plain}

    def restore(self, wanted: Items, present: Items) -> None:
        """Make the tables hold other items than those that they hold at present."""
        serialize = TypeSerializer().serialize
        for place in present.keys() | wanted.keys():
            name, item = place[0], wanted.get(place)
            if item is None:
                key = {part: serialize(present[place][part]) for part in self._keys[name]}
                self._dynamodb.delete_item(TableName=name, Key=key)
            elif item != present.get(place):
                values = {member: serialize(value) for member, value in item.items()}
                self._dynamodb.put_item(TableName=name, Item=values)
        self._forget_streams()

    def save(self) -> bytes:
        """Return everything that is stored, as ``put_back`` takes it: far faster than ``read`` and ``restore``."""
        return pickle.dumps({name: table.items for name, table in self._stored().items()})

    def put_back(self, saved: bytes) -> None:
        """Make the tables hold what was saved."""
        items = pickle.loads(saved)  # noqa: S301 - this process wrote it
        for name, table in self._stored().items():
            table.items = items[name]
        self._forget_streams()

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return the items of one table without asking for them."""
        found = self._stored()[table].all_items()
        return [from_item(item.to_json()["Attributes"]) for item in found]

    def _stored(self) -> dict[str, Any]:
        return {**dynamodb_backends[DEFAULT_ACCOUNT_ID][self._dynamodb.meta.region_name].tables}

    def _forget_streams(self) -> None:
        """Drop the records of streams: moto keeps them for good, and copies all of them for each transaction."""
        for table in self._stored().values():
            if table.stream_shard:
                table.stream_shard.items.clear()
