"""Nobody can flood a mailbox through the portal: mails that anybody can trigger wait for their turn."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.domain.email import canonical_email
from portal.domain.errors import ConditionFailed, Unavailable
from portal.domain.ids import CanonicalEmail, CounterKey
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

    def turn_of(self, row: OutboxRow, to: str, now: int, *, repeated: bool) -> int | None:
        """Return when the mail of an order may leave, in epoch seconds; at once where that is not after ``now``.

        Nothing is reserved: all that wait for a mailbox have the same turn, the first of them that still has something
        to say leaves then, and the others wait on. So no row that came to nothing keeps another one waiting.

        Args:
            row: the order.
            to: its recipient.
            now: epoch seconds.
            repeated: whether a later mail of its kind says the same.

        Returns:
            None where another mail that left meanwhile has said the same.

        Raises:
            Unavailable: the budget can't be read or written; nothing leaves uncounted.
        """
        kind = BUDGETED.get(row.kind)
        if kind is None:
            return now
        turn = self._turn(mailbox_counter(kind, canonical_email(to) or CanonicalEmail(to)), row, now, repeated=repeated)
        if turn is None or turn > now:
            return turn
        today, ends = day_counter(now)
        return now if self.slots.count(today, self.daily_ceiling, ends) else ends

    def _turn(self, key: CounterKey, row: OutboxRow, now: int, *, repeated: bool) -> int | None:
        budget = self.budgets[BUDGETED[row.kind]]
        for _ in range(_TRIES):
            mailbox = self.slots.of(key)
            slot = mailbox.slot_of(row.id, budget, now)
            if slot in mailbox.slots:
                return slot.at
            if row.turn_at is not None and repeated and mailbox.has_got_one_since(row.created_at):
                return None
            if slot.at > now:
                return slot.at
            try:
                self.slots.take(key, mailbox, mailbox.with_slot(slot, budget))
            except ConditionFailed:
                continue  # another mail to this mailbox left just now
            return slot.at
        raise Unavailable(retry_after=1)
