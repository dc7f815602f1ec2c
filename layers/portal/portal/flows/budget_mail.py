"""Nobody can flood a mailbox through the portal: mails that anybody can trigger wait for their turn."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.domain.email import canonical_email
from portal.domain.errors import ConditionFailed, Unavailable
from portal.domain.ids import CanonicalEmail
from portal.domain.mail_budget import (
    BUDGETED,
    Budget,
    BudgetKind,
    day_counter,
    mailbox_counter,
)
from portal.domain.outbox import OutboxRow
from portal.flows.ports import MailSlots

_TRIES = 3


@dataclass(frozen=True, slots=True)
class MailBudget:
    """When ordered mails may leave.

    Args:
        slots: times given so far.
        budgets: of one mailbox, by kind.
        daily_ceiling: such mails of a day (UTC), over all mailboxes.
    """

    slots: MailSlots
    budgets: Mapping[BudgetKind, Budget]
    daily_ceiling: int

    def turn_of(self, row: OutboxRow, to: str, now: int) -> int:
        """Return when the mail of an order may leave, in epoch seconds; at once where that is not after ``now``.

        Args:
            row: the order.
            to: its recipient.
            now: epoch seconds.

        Raises:
            Unavailable: the budget can't be read or written; nothing leaves uncounted.
        """
        kind = BUDGETED.get(row.kind)
        if kind is None:
            return now
        if row.turn_at is None:
            turn = self._reserve(kind, canonical_email(to) or CanonicalEmail(to), row, now)
            if turn > now:
                return turn
        today, ends = day_counter(now)
        return now if self.slots.count(today, self.daily_ceiling, ends) else ends

    def _reserve(self, kind: BudgetKind, email: CanonicalEmail, row: OutboxRow, now: int) -> int:
        key, budget = mailbox_counter(kind, email), self.budgets[kind]
        for _ in range(_TRIES):
            mailbox = self.slots.of(key)
            slot = mailbox.slot_of(row.id, budget, now)
            if slot in mailbox.slots:
                return slot.at
            try:
                self.slots.take(key, mailbox, mailbox.with_slot(slot, budget))
            except ConditionFailed:
                continue  # another mail to this mailbox was given a slot just now
            return slot.at
        raise Unavailable(retry_after=1)
