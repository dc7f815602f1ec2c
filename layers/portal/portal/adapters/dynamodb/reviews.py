"""Accounts whose use is to be looked at, by the sparse index of their credentials: keys only, 16 partitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal.adapters.dynamodb.items import from_item, to_item, update_existing
from portal.adapters.dynamodb.records import IN_FORCE, address_of, credential_key, put_order

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portal.adapters.aws import Aws
    from portal.domain.credential import Credential
    from portal.domain.ids import CanonicalEmail
    from portal.domain.outbox import OutboxRow

_INDEX = "by-review"
# Of two runs beside one another the first moves this time, and the second finds it moved.
_AS_READ = "review_at = :as_read"
_IN_FORCE_AS_READ = _AS_READ + " AND " + IN_FORCE


class ReviewsTable:
    """Satisfies ``flows.ports.Reviews``.

    Args:
        aws: way out.
        table: name of Accounts.
        outbox: name of Outbox.
    """

    def __init__(self, aws: Aws, table: str, outbox: str) -> None:
        self._aws = aws
        self._table = table
        self._outbox = outbox

    def due(self, shard: int, now: int) -> Iterator[CanonicalEmail]:
        """Yield the addresses to look at, the longest due first, page by page."""
        page: dict[str, Any] = {}
        while True:
            answer = self._aws.call(
                "dynamodb",
                "query",
                TableName=self._table,
                IndexName=_INDEX,
                KeyConditionExpression="review_shard = :shard AND review_at <= :now",
                ExpressionAttributeValues=to_item({":shard": str(shard), ":now": now}),
                **page,
            )
            yield from (address_of(from_item(item)["pk"]) for item in answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            page = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def keep(self, credential: Credential, until: int, *, announced: bool) -> None:
        """Store when to look again; an announcement is forgotten unless it still stands."""
        update = "SET review_at = :next" if announced else "SET review_at = :next REMOVE closing_announced_at"
        values = {":next": until, ":as_read": credential.review_at}
        key = {"pk": credential_key(credential.canonical_email)}
        self._aws.call("dynamodb", "update_item", **update_existing(self._table, key, update, _AS_READ, values))

    def announce(self, credential: Credential, closes_at: int, now: int, order: OutboxRow) -> None:
        """Store that the closing is announced, together with the order of the mail that says so."""
        values = {
            ":next": closes_at,
            ":now": now,
            ":as_read": credential.review_at,
            ":generation": credential.generation,
            ":no": False,
        }
        update = "SET review_at = :next, closing_announced_at = :now"
        key = {"pk": credential_key(credential.canonical_email)}
        self._aws.transact(
            {"Update": update_existing(self._table, key, update, _IN_FORCE_AS_READ, values)},
            {"Put": put_order(self._outbox, order)},
        )
