"""Former addresses of accounts in the table Registrations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal.adapters.dynamodb.items import from_item, to_item
from portal.adapters.dynamodb.records import former_from_item, former_key
from portal.adapters.dynamodb.registrations import BY_ADDRESS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from portal.adapters.aws import Aws
    from portal.domain.email_change import FormerAddress
    from portal.domain.ids import CanonicalEmail


class FormerAddressesTable:
    """Satisfies ``flows.ports.FormerAddresses``.

    Args:
        aws: way out.
        table: name of Registrations.
    """

    def __init__(self, aws: Aws, table: str) -> None:
        self._aws = aws
        self._table = table

    def of(self, email: CanonicalEmail, now: int) -> Sequence[FormerAddress]:
        """Return the records of an address that are in force, newest first; one of this second may lack."""
        found = [self._find(key) for key in self._keys(email) if key.startswith(former_key(""))]
        return [former for former in found if former and former.expires_at > now]

    def _keys(self, email: CanonicalEmail) -> Iterator[str]:
        """Yield all keys of an address: registrations of a thief for it must not hide what it was before."""
        page: dict[str, Any] = {}
        while True:
            answer = self._aws.call(
                "dynamodb",
                "query",
                TableName=self._table,
                IndexName=BY_ADDRESS,
                KeyConditionExpression="canonical_email = :email",
                ExpressionAttributeValues=to_item({":email": email}),
                ScanIndexForward=False,
                **page,
            )
            yield from (from_item(item)["pk"] for item in answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            page = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def _find(self, key: str) -> FormerAddress | None:
        answer = self._aws.call(
            "dynamodb", "get_item", TableName=self._table, Key=to_item({"pk": key}), ConsistentRead=True
        )
        return former_from_item(from_item(answer["Item"])) if "Item" in answer else None
