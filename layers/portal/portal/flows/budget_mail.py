"""Nobody can flood a mailbox through the portal: mails that anybody can trigger wait for their turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.domain.mail_budget import (
    BUDGETED,
    Budget,
    BudgetKind,
    Mailbox,
    Slot,
    day_counter,
    digest_of,
    mailbox_counter,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.domain.ids import CanonicalEmail, CounterKey
    from portal.domain.outbox import OutboxRow
    from portal.flows.ports import MailSlots


@dataclass(frozen=True, slots=True)
class Turn:
    """When a mail may leave, as its mailbox was found.

    Args:
        key: of the mailbox.
        kind: of the budget.
        mailbox: what it got so far.
        at: epoch seconds.
        contested: whether others have ordered so many mails that they decide when this one comes.
    """

    key: CounterKey
    kind: BudgetKind
    mailbox: Mailbox
    at: int
    contested: bool


@dataclass(frozen=True, slots=True)
class MailBudget:
    """When ordered mails may leave.

    Nothing is reserved: all that wait for a mailbox have the same turn, the first of them that still has something to
    say leaves then, and the others wait on. So no row that came to nothing keeps another one waiting.

    Args:
        slots: times given so far.
        budgets: of one mailbox, by kind.
        daily_ceiling: such mails of a day (UTC) and of one kind, over all mailboxes.
    """

    slots: MailSlots
    budgets: Mapping[BudgetKind, Budget]
    daily_ceiling: int

    def look(self, row: OutboxRow, to: CanonicalEmail, now: int) -> Turn:
        """Return when the mail of an order may leave; at once where that is not after ``now``. Takes nothing.

        Args:
            row: the order, of a kind that has a budget.
            to: its recipient.
            now: epoch seconds.

        Raises:
            Unavailable: the budget can't be read; nothing leaves uncounted.
        """
        kind = BUDGETED[row.kind]
        budget = self.budgets[kind]
        key = mailbox_counter(kind, to)
        mailbox = self.slots.of(key)
        own = mailbox.slot_of(row.id)
        at = own.at if own else mailbox.free_from(budget, now)
        return Turn(key, kind, mailbox, at, mailbox.is_contested(row.id, budget, now))

    def take(self, row: OutboxRow, turn: Turn, about: tuple[str, ...], now: int) -> int | None:
        """Let the mail of an order leave, if nothing has changed since the look; a later try of it counts no more.

        Args:
            row: the order.
            turn: which has come.
            about: which mail it is, and about what.
            now: epoch seconds.

        Returns:
            ``now``; the time at which to look again, where the day has no mail left; None where another mail that
            left while this one waited has said the same.

        Raises:
            ConditionFailed: another mail to this mailbox left just now; look again.
            Unavailable: the budget can't be written.
        """
        if turn.mailbox.slot_of(row.id):
            return now
        slot = Slot(now, row.id, digest_of(about))
        if row.turn_at is not None and turn.mailbox.was_told_since(row.created_at, slot.says):
            return None
        today, ends = day_counter(turn.kind, now)
        if not self.slots.count(today, self.daily_ceiling, ends):
            return ends
        self.slots.take(turn.key, turn.mailbox, turn.mailbox.with_slot(slot, self.budgets[turn.kind]))
        return now
