"""What expires in the table Registrations, by its sparse index: keys only, one partition a day and shard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal.adapters.dynamodb.items import from_item, require_existing, to_item
from portal.adapters.dynamodb.records import expiry_partition
from portal.domain.errors import ConditionFailed
from portal.domain.sweep import Expired, Partition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portal.adapters.aws import Aws

_INDEX = "by-expiry"
_EXPIRED = "expires_at <= :now"


class ExpiryIndex:
    """Satisfies ``flows.ports.Expiry``.

    Args:
        aws: way out.
        table: name of Registrations.
    """

    def __init__(self, aws: Aws, table: str) -> None:
        self._aws = aws
        self._table = table

    def expired(self, partition: Partition, now: int) -> Iterator[Expired]:
        """Yield the expired items of a partition, oldest first, page by page."""
        page: dict[str, Any] = {}
        while True:
            answer = self._query(partition, now, **page)
            yield from (Expired(item["pk"], item["expires_at"]) for item in map(from_item, answer["Items"]))
            if "LastEvaluatedKey" not in answer:
                return
            page = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def oldest(self, partition: Partition, now: int) -> int | None:
        """Return when the oldest expired item of a partition expired; None when there is none."""
        found = self._query(partition, now, Limit=1)["Items"]
        return int(from_item(found[0])["expires_at"]) if found else None

    def remove(self, item: Expired, now: int) -> bool:
        """Delete an item that is there and expired; tell whether it was."""
        delete = require_existing(self._table, {"pk": item.key}, _EXPIRED, {":now": now})
        try:
            self._aws.call("dynamodb", "delete_item", **delete)
        except ConditionFailed:
            return False
        return True

    def _query(self, partition: Partition, now: int, **page: Any) -> dict[str, Any]:  # noqa: ANN401 - as AWS names them
        return self._aws.call(
            "dynamodb",
            "query",
            TableName=self._table,
            IndexName=_INDEX,
            KeyConditionExpression="expiry_shard = :partition AND expires_at <= :now",
            ExpressionAttributeValues=to_item({":partition": expiry_partition(partition), ":now": now}),
            **page,
        )
