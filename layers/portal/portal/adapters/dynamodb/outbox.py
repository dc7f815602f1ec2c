"""Ordered mails in the table Outbox."""

from collections.abc import Sequence

from portal.adapters.aws import Aws
from portal.adapters.dynamodb.items import from_item, put_new, to_item, update_existing
from portal.adapters.dynamodb.records import DUE_SHARDS, order_from_item, order_to_values
from portal.domain.errors import ConditionFailed
from portal.domain.ids import OutboxId
from portal.domain.outbox import LEASE_SECONDS, OutboxRow

_INDEX = "by-due"
_STATUS = {"#status": "status"}
_CLOSE = "SET #status = :status, finished_at = :now REMOVE due_shard, next_attempt_at, recipient"
# A run may only close or postpone the claim that it made itself.
_MINE = "#status = :pending AND tries = :tries"


class OutboxTable:
    """Satisfies ``flows.ports.Outbox``.

    Args:
        aws: way out.
        table: name of Outbox.
    """

    def __init__(self, aws: Aws, table: str) -> None:
        self._aws = aws
        self._table = table

    def claim(self, row_id: OutboxId, now: int) -> OutboxRow | None:
        """Take a due row for the length of the lease; None when it is not due, taken, done or expired."""
        update = update_existing(
            self._table,
            {"pk": row_id},
            "SET next_attempt_at = :lease_end, tries = tries + :one",
            "#status = :pending AND next_attempt_at <= :now AND expires_at > :now",
            {":pending": "pending", ":now": now, ":lease_end": now + LEASE_SECONDS, ":one": 1},
            _STATUS,
        )
        try:
            answer = self._aws.call("dynamodb", "update_item", ReturnValues="ALL_NEW", **update)
        except ConditionFailed:
            return None
        return order_from_item(from_item(answer["Attributes"]))

    def due(self, now: int, limit: int) -> Sequence[OutboxId]:
        """Return rows that are due, oldest first within each shard; at most ``limit`` a shard."""
        rows: list[tuple[int, OutboxId]] = []
        for shard in range(DUE_SHARDS):
            answer = self._aws.call(
                "dynamodb",
                "query",
                TableName=self._table,
                IndexName=_INDEX,
                KeyConditionExpression="due_shard = :shard AND next_attempt_at <= :now",
                ExpressionAttributeValues=to_item({":shard": str(shard), ":now": now}),
                Limit=limit,
            )
            found = [from_item(item) for item in answer["Items"]]
            rows += [(item["next_attempt_at"], OutboxId(item["pk"])) for item in found]
        return [row_id for _, row_id in sorted(rows)]

    def add(self, order: OutboxRow) -> None:
        """Order a mail that no change goes with."""
        try:
            self._aws.call("dynamodb", "put_item", **put_new(self._table, order_to_values(order)))
        except ConditionFailed:
            # The id is random and ours: a first try was stored and only its answer was lost.
            return

    def expire(self, row_id: OutboxId, now: int) -> OutboxRow | None:
        """Close a row that was never sent in its time, so that it no longer stands before others in the due index."""
        update = update_existing(
            self._table,
            {"pk": row_id},
            _CLOSE,
            "#status = :pending AND expires_at <= :now",
            {":status": "expired", ":now": now, ":pending": "pending"},
            _STATUS,
        )
        try:
            answer = self._aws.call("dynamodb", "update_item", ReturnValues="ALL_OLD", **update)
        except ConditionFailed:
            return None
        return order_from_item(from_item(answer["Attributes"]))

    def finish(self, row: OutboxRow, status: str, now: int) -> None:
        """Close a claimed row; it leaves the due index and forgets its recipient.

        A row that another run claimed meanwhile is left to it.
        """
        update = update_existing(
            self._table,
            {"pk": row.id},
            _CLOSE,
            _MINE,
            {":status": status, ":now": now, ":pending": "pending", ":tries": row.tries},
            _STATUS,
        )
        self._update(update)

    def postpone(self, row: OutboxRow, next_attempt_at: int) -> None:
        """Give a claimed row back, due later."""
        update = update_existing(
            self._table,
            {"pk": row.id},
            "SET next_attempt_at = :next",
            _MINE,
            {":next": next_attempt_at, ":pending": "pending", ":tries": row.tries},
            _STATUS,
        )
        self._update(update)

    def let_wait(self, row: OutboxRow, turn_at: int, expires_at: int) -> None:
        """Give a claimed row back until its turn comes; its own time counts from there."""
        update = update_existing(
            self._table,
            {"pk": row.id},
            "SET next_attempt_at = :turn, turn_at = :turn, expires_at = :ends, waits = :waits",
            _MINE,
            {
                ":turn": turn_at,
                ":ends": expires_at,
                ":pending": "pending",
                ":tries": row.tries,
                ":waits": row.waits + 1,
            },
            _STATUS,
        )
        self._update(update)

    def _update(self, update: dict[str, object]) -> None:
        try:
            self._aws.call("dynamodb", "update_item", **update)
        except ConditionFailed:
            return
