"""How many mails anybody can trigger reach one mailbox: what is over the budget waits, and is not lost."""

import hashlib
from dataclasses import dataclass
from typing import Literal

from portal.domain.ids import CanonicalEmail, CounterKey
from portal.domain.outbox import MailKind

BudgetKind = Literal["opt_in", "reset"]

BUDGETED: dict[MailKind, BudgetKind] = {
    "opt_in": "opt_in",
    "resend": "opt_in",
    # To an address that somebody typed.
    "email_change": "opt_in",
    "password_reset": "reset",
}
"""What anybody can trigger. Credential mails and notices have no budget: they tell of something that happened."""

HOUR_SECONDS, DAY_SECONDS = 3600, 86_400


@dataclass(frozen=True, slots=True)
class Budget:
    """Mails to one mailbox, in any 3600 seconds and in any 86,400 seconds."""

    per_hour: int
    per_day: int


@dataclass(frozen=True, slots=True)
class Slot:
    """The time that a mail has been given.

    Args:
        at: epoch seconds.
        order: whose it is, so that another try takes no second one.
    """

    at: int
    order: str


@dataclass(frozen=True, slots=True)
class Mailbox:
    """What one mailbox gets; slots oldest first, as many as a day's budget."""

    slots: tuple[Slot, ...] = ()

    @property
    def expires_at(self) -> int:
        """Epoch seconds from which on the slots say nothing any more."""
        return self.slots[-1].at + DAY_SECONDS

    def slot_of(self, order: str, budget: Budget, now: int) -> Slot:
        """Return when the mail of an order may leave: its own slot of before, now, or the first one within the budget.

        Args:
            order: of the mail.
            budget: of the mailbox.
            now: epoch seconds.
        """
        own = next((slot for slot in self.slots if slot.order == order), None)
        if own:
            return own
        free_again = [self.slots[-count].at + length for count, length in _limits(budget) if len(self.slots) >= count]
        return Slot(max([now, *(slot.at for slot in self.slots[-1:]), *free_again]), order)

    def with_slot(self, slot: Slot, budget: Budget) -> "Mailbox":
        """Return it with one slot more, and without those that no budget asks for."""
        return Mailbox((*self.slots, slot)[-max(budget.per_day, budget.per_hour) :])


def _limits(budget: Budget) -> tuple[tuple[int, int], ...]:
    return (budget.per_hour, HOUR_SECONDS), (budget.per_day, DAY_SECONDS)


def mailbox_counter(kind: BudgetKind, email: CanonicalEmail) -> CounterKey:
    """Return the counter of a mailbox; sub-addresses (RFC 5233) share that of their mailbox.

    The address is in it as a hash: not readable, and gone within days.
    """
    local, _, domain = email.rpartition("@")
    # A local part that begins with the sign has no mailbox before it.
    user = local.partition("+")[0] or local
    return CounterKey(f"mails#{kind}#{hashlib.sha256(f'mails\0{user}@{domain}'.encode()).hexdigest()}")


def day_counter(now: int) -> tuple[CounterKey, int]:
    """Return the counter of all such mails of a day (UTC), and when that day ends (epoch seconds)."""
    day = now // DAY_SECONDS
    return CounterKey(f"mails#all#{day}"), (day + 1) * DAY_SECONDS
