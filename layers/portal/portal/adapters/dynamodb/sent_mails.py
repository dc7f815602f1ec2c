"""Feedback on mails: noted with their orders in Outbox, with attempts, accounts and erasures that it concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal.adapters.dynamodb.items import from_item, put_new, to_item, update_existing
from portal.adapters.dynamodb.records import (
    account_key,
    attempt_key,
    erasure_to_values,
    sent_mail_from_item,
)
from portal.adapters.dynamodb.registrations import NOT_EXPIRED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.adapters.aws import Aws
    from portal.domain.account import Account
    from portal.domain.feedback import Erasure, Mark, SentMail
    from portal.domain.ids import OutboxId
    from portal.domain.registration import Attempt

# Once for each mail; of an account the first one says since when.
_NOTE_MAIL: dict[Mark, tuple[str, str]] = {
    "bounce": ("SET bounced_at = :now", "attribute_not_exists(bounced_at)"),
    "complaint": ("SET complained_at = :now", "attribute_not_exists(complained_at)"),
}
_MARK_ACCOUNT: dict[Mark, str] = {
    "bounce": "SET bounced_at = if_not_exists(bounced_at, :now)",
    "complaint": "SET complained_at = if_not_exists(complained_at, :now)",
}
_REFUSE = "SET refused_at = :now"
_STILL_WANTED = NOT_EXPIRED + " AND attribute_not_exists(refused_at)"
_SAME_ADDRESS = "canonical_email = :canonical"


class SentMailsTable:
    """Satisfies ``flows.feedback_ports.SentMails``.

    Args:
        aws: way out.
        table: name of Outbox.
        registrations: name of Registrations.
        accounts: name of Accounts.
    """

    def __init__(self, aws: Aws, table: str, *, registrations: str, accounts: str) -> None:
        self._aws = aws
        self._table = table
        self._registrations = registrations
        self._accounts = accounts

    def find(self, order: OutboxId, now: int) -> SentMail | None:
        """Return the mail of an order, read consistently; None from the expiry of the order on."""
        answer = self._aws.call(
            "dynamodb", "get_item", TableName=self._table, Key=to_item({"pk": order}), ConsistentRead=True
        )
        item = from_item(answer.get("Item", {}))
        # Erasures lie beside the orders.
        if item.get("kind") is None or item["expires_at"] <= now:
            return None
        return sent_mail_from_item(item)

    def note(
        self,
        mail: SentMail,
        mark: Mark,
        now: int,
        *,
        attempts: Sequence[Attempt] = (),
        account: Account | None = None,
        erasures: Sequence[Erasure] = (),
    ) -> None:
        """Store what became of a mail with what follows from it, all or nothing."""
        note, once = _NOTE_MAIL[mark]
        at = {":now": now}
        self._aws.transact(
            {"Update": update_existing(self._table, {"pk": mail.id}, note, once, at)},
            *(
                {
                    "Update": update_existing(
                        self._registrations, {"pk": attempt_key(attempt.id)}, _REFUSE, _STILL_WANTED, at
                    )
                }
                for attempt in attempts
            ),
            *([self._mark(account, mark, now)] if account else []),
            *({"Put": put_new(self._table, erasure_to_values(erasure))} for erasure in erasures),
        )

    def _mark(self, account: Account, mark: Mark, now: int) -> dict[str, Any]:
        values = {":now": now, ":canonical": account.canonical_email}
        key = {"pk": account_key(account.id)}
        return {"Update": update_existing(self._accounts, key, _MARK_ACCOUNT[mark], _SAME_ADDRESS, values)}
