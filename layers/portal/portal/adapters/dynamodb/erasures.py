"""Addresses that are to leave the list of the mail service: in Outbox, beside the orders of mails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.adapters.dynamodb.items import from_item, to_item, update_existing
from portal.adapters.dynamodb.records import ERASURES, erasure_from_item
from portal.domain.errors import ConditionFailed
from portal.domain.ids import OutboxId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.adapters.aws import Aws
    from portal.domain.feedback import Erasure

_INDEX = "by-due"
_AS_READ = "next_attempt_at = :as_read"
_POSTPONE = "SET next_attempt_at = :next"
_FINISH = "SET erased_at = :now REMOVE due_shard, next_attempt_at, recipient"


class ErasuresTable:
    """Satisfies ``flows.feedback_ports.Erasures``.

    Args:
        aws: way out.
        table: name of Outbox.
    """

    def __init__(self, aws: Aws, table: str) -> None:
        self._aws = aws
        self._table = table

    def due(self, now: int, limit: int) -> Sequence[OutboxId]:
        """Return those that are due, the longest due first."""
        answer = self._aws.call(
            "dynamodb",
            "query",
            TableName=self._table,
            IndexName=_INDEX,
            KeyConditionExpression="due_shard = :shard AND next_attempt_at <= :now",
            ExpressionAttributeValues=to_item({":shard": ERASURES, ":now": now}),
            Limit=limit,
        )
        return [OutboxId(from_item(item)["pk"]) for item in answer["Items"]]

    def find(self, erasure_id: OutboxId) -> Erasure | None:
        """Return one, read consistently; None when it is done."""
        answer = self._aws.call(
            "dynamodb", "get_item", TableName=self._table, Key=to_item({"pk": erasure_id}), ConsistentRead=True
        )
        item = from_item(answer.get("Item", {}))
        return erasure_from_item(item) if item.get("due_shard") == ERASURES else None

    def postpone(self, erasure: Erasure, next_attempt_at: int) -> None:
        """Look at it again later."""
        self._update(erasure, _POSTPONE, {":next": next_attempt_at})

    def finish(self, erasure: Erasure, now: int) -> None:
        """Close it and forget the address."""
        self._update(erasure, _FINISH, {":now": now})

    def _update(self, erasure: Erasure, update: str, values: dict[str, int]) -> None:
        values = {**values, ":as_read": erasure.next_attempt_at}
        try:
            self._aws.call(
                "dynamodb",
                "update_item",
                **update_existing(self._table, {"pk": erasure.id}, update, _AS_READ, values),
            )
        except ConditionFailed:
            # Another run was first, or time to live.
            return
