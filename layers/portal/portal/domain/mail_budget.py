"""How many mails anybody can trigger reach one mailbox: what is over the budget waits, and is not lost."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from portal.domain.ids import CanonicalEmail, CounterKey
from portal.domain.spans import DAY_SECONDS, HOUR_SECONDS

if TYPE_CHECKING:
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


# Two names of one service, which reads a.b, ab and a.b+c as one mailbox: without this, one mailbox has thousands of
# budgets. It is the only large one that does so.
_DOTS_MEAN_NOTHING = ("gmail.com", "googlemail.com")


@dataclass(frozen=True, slots=True)
class Budget:
    """Mails to one mailbox, in any 3600 seconds and in any 86,400 seconds."""

    per_hour: int
    per_day: int


@dataclass(frozen=True, slots=True)
class Slot:
    """The time at which a mail was let go.

    Args:
        at: epoch seconds.
        order: whose it is, so that another try takes no second one.
        says: what that mail said, see ``digest_of``.
    """

    at: int
    order: str
    says: str


@dataclass(frozen=True, slots=True)
class Mailbox:
    """What one mailbox got; slots oldest first, as many as a day's budget."""

    slots: tuple[Slot, ...] = ()

    @property
    def expires_at(self) -> int:
        """Epoch seconds from which on the slots say nothing any more."""
        return self.slots[-1].at + DAY_SECONDS

    def slot_of(self, order: str) -> Slot | None:
        """Return the slot that an earlier try of an order took."""
        return next((slot for slot in self.slots if slot.order == order), None)

    def free_from(self, budget: Budget, now: int) -> int:
        """Return from when on the budget allows one mail more, in epoch seconds; not before ``now``."""
        free_again = [self.slots[-count].at + length for count, length in _limits(budget) if len(self.slots) >= count]
        return max([now, *free_again])

    def is_contested(self, order: str, budget: Budget, now: int) -> bool:
        """Tell whether so many mails left before that of an order that whoever ordered them decides when it comes.

        The same for each try of an order that has a slot.

        Args:
            order: of the mail.
            budget: of the mailbox.
            now: epoch seconds.
        """
        own = self.slot_of(order)
        before = self.slots[: self.slots.index(own)] if own else self.slots
        at = own.at if own else now
        return sum(slot.at > at - DAY_SECONDS for slot in before) >= min(budget.per_hour, budget.per_day - 1)

    def was_told_since(self, at: int, says: str) -> bool:
        """Tell whether a mail that said the same left after a time (epoch seconds)."""
        return any(slot.at > at and slot.says == says for slot in self.slots)

    def with_slot(self, slot: Slot, budget: Budget) -> Mailbox:
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
    if domain in _DOTS_MEAN_NOTHING:
        user, domain = user.replace(".", ""), _DOTS_MEAN_NOTHING[0]
    return CounterKey(f"mails#{kind}#{hashlib.sha256(f'mails\0{user}@{domain}'.encode()).hexdigest()}")


def day_counter(kind: BudgetKind, now: int) -> tuple[CounterKey, int]:
    """Return the counter of all such mails of a day (UTC), and when that day ends (epoch seconds)."""
    day = now // DAY_SECONDS
    return CounterKey(f"mails#all#{kind}#{day}"), (day + 1) * DAY_SECONDS


def digest_of(about: tuple[str, ...]) -> str:
    """Return what tells mails that say the same from others: which mail it is, and about what."""
    return hashlib.sha256("\0".join(about).encode()).hexdigest()[:32]
