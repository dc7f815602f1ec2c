"""Ordered mails in the table Outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.adapters.dynamodb.items import from_item, to_item, update_existing
from portal.adapters.dynamodb.records import DUE_SHARDS, ERASURES, order_from_item, put_order
from portal.domain.errors import ConditionFailed
from portal.domain.feedback import ERASURE_DELAY_SECONDS
from portal.domain.ids import OutboxId
from portal.domain.outbox import LEASE_SECONDS, LIFETIME_SECONDS, NOBODY, OutboxRow, Told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.adapters.aws import Aws

_INDEX = "by-due"
_STATUS = {"#status": "status"}
_CLOSE = "SET #status = :status, finished_at = :now"
_KEEP = ", expires_at = :ends"
_TO_ATTEMPTS = ", attempts = :attempts"
_TO_ACCOUNT = ", account_id = :account_id, address_id = :address_id"
_FORGET = " REMOVE lease_seconds, due_shard, next_attempt_at, recipient, sent_at, message_id, mailed_attempts"
# Of a farewell the address is needed once more: when it is erased from the list of the mail service.
_ERASE_LATER = ", due_shard = :erasures, next_attempt_at = :erase_at, expires_at = :ends"
# A run may only close or postpone the claim that it made itself.
_MINE = "#status = :pending AND tries = :tries"
# A claim that its run did not live to give back: each further one lasts twice as long.
_CLAIM = (
    "SET next_attempt_at = :now + if_not_exists(lease_seconds, :lease), tries = tries + :one,"
    " lease_seconds = if_not_exists(lease_seconds, :lease) + if_not_exists(lease_seconds, :lease)"
)


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
        """Take a due row for the length of the lease; None when it is not due, taken, done or expired.

        The lease doubles with each claim that no run closed or gave back: where that fails again and again after the
        mail left, it is not sent again every minute.
        """
        update = update_existing(
            self._table,
            {"pk": row_id},
            _CLAIM,
            "#status = :pending AND next_attempt_at <= :now AND expires_at > :now",
            {":pending": "pending", ":now": now, ":lease": LEASE_SECONDS, ":one": 1},
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
            self._aws.call("dynamodb", "put_item", **put_order(self._table, order))
        except ConditionFailed:
            # The id is random and ours: a first try was stored and only its answer was lost.
            return

    def expire(self, row_id: OutboxId, now: int) -> OutboxRow | None:
        """Close a row that was never sent in its time, so that it no longer stands before others in the due index."""
        update = update_existing(
            self._table,
            {"pk": row_id},
            _CLOSE + _FORGET,
            "#status = :pending AND expires_at <= :now",
            {":status": "expired", ":now": now, ":pending": "pending"},
            _STATUS,
        )
        try:
            answer = self._aws.call("dynamodb", "update_item", ReturnValues="ALL_OLD", **update)
        except ConditionFailed:
            return None
        return order_from_item(from_item(answer["Attributes"]))

    def keep_sent(self, row: OutboxRow) -> None:
        """Note in a claimed row that its mail left, and whose it was; the row stays due until that is proved."""
        update = update_existing(
            self._table,
            {"pk": row.id},
            "SET sent_at = :sent_at, message_id = :message_id, mailed_attempts = :attempts",
            _MINE,
            {
                ":sent_at": row.sent_at,
                ":message_id": row.message_id,
                ":attempts": list(row.mailed_attempts),
                ":pending": "pending",
                ":tries": row.tries,
            },
            _STATUS,
        )
        self._update(update)

    def finish(self, row: OutboxRow, status: str, now: int, told: Told = NOBODY) -> None:
        """Close a claimed row; it leaves the due index and forgets its recipient, that of a farewell a day later.

        A row that another run claimed meanwhile is left to it.
        """
        expression, values = _CLOSE, {":status": status, ":now": now, ":pending": "pending", ":tries": row.tries}
        if told != NOBODY and row.kind != "farewell":
            # People call a mail unwanted when they read it, and mailboxes give up after days.
            expression, values = expression + _KEEP, {**values, ":ends": max(row.expires_at, now + LIFETIME_SECONDS)}
        if told.attempts:
            expression, values = expression + _TO_ATTEMPTS, {**values, ":attempts": list(told.attempts)}
        if told.account_id:
            of_account = {":account_id": told.account_id, ":address_id": told.address_id}
            expression, values = expression + _TO_ACCOUNT, {**values, **of_account}
        if row.kind == "farewell":
            erase_at = now + ERASURE_DELAY_SECONDS
            ends = max(row.expires_at, erase_at + ERASURE_DELAY_SECONDS)
            later = {":erasures": ERASURES, ":erase_at": erase_at, ":ends": ends}
            expression, values = expression + _ERASE_LATER, {**values, **later}
        else:
            expression += _FORGET
        self._update(update_existing(self._table, {"pk": row.id}, expression, _MINE, values, _STATUS))

    def postpone(self, row: OutboxRow, next_attempt_at: int) -> None:
        """Give a claimed row back, due later."""
        update = update_existing(
            self._table,
            {"pk": row.id},
            "SET next_attempt_at = :next REMOVE lease_seconds",
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
            "SET next_attempt_at = :turn, turn_at = :turn, expires_at = :ends, waits = :waits REMOVE lease_seconds",
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
