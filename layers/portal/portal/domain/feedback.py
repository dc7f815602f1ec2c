"""What the mail service tells of mails that it took, and the addresses that it remembers as unreachable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from portal.domain.ids import AttemptId, ChangeId, OutboxId
    from portal.domain.outbox import MailKind, Told

FeedbackKind = Literal["bounce", "complaint", "bounce_for_now", "delay", "reject"]
"""``bounce``: for good. ``reject``: the service took the mail and then would not send it."""

Mark = Literal["bounce", "complaint"]
"""What is remembered of an attempt or an account."""

PROMISED_SECONDS = 30 * 86_400
"""How long the mail service may remember an address, as the privacy notice says."""

LISTED_SECONDS = 28 * 86_400
"""From which age on its entries are deleted: two days are left for whatever keeps a run from doing so."""

ERASURE_DELAY_SECONDS = 86_400
"""How long after a farewell mail the address is erased: a bounce of that very mail brings it onto the list again."""

ERASURE_RESERVE_SECONDS = 3600
"""How long before an attempt ends its address is erased, so that nothing of it is left afterwards."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What became of one mail.

    Args:
        kind: what it says.
        order: of the mail; the address is not taken from there.
    """

    kind: FeedbackKind
    order: OutboxId


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail that left, as its order tells.

    Args:
        id: of the order.
        kind: which mail.
        ref: see ``OutboxRow``.
        handled: whether the mailer has noted whom it reached.
        told: whom.
        bounced_at: epoch seconds at which feedback said so.
        complained_at: epoch seconds at which feedback said so.
    """

    id: OutboxId
    kind: MailKind
    ref: str
    handled: bool
    told: Told
    bounced_at: int | None
    complained_at: int | None

    def is_marked(self, mark: Mark) -> bool:
        """Tell whether feedback said so before."""
        return (self.bounced_at if mark == "bounce" else self.complained_at) is not None


@dataclass(frozen=True, slots=True)
class Erasure:
    """An address that is to leave the list of the mail service.

    Args:
        id: random, or that of the farewell mail's order.
        recipient: the address, encrypted for this id.
        next_attempt_at: epoch seconds from which on it is done, or looked at whether it can be.
        expires_at: epoch seconds from which on it is not worth doing: entries of that age are deleted anyway.
        attempt_id: the registration that it waits for to end.
        change_id: the change of address that it waits for to end.
    """

    id: OutboxId
    recipient: str
    next_attempt_at: int
    expires_at: int
    attempt_id: AttemptId | None = None
    change_id: ChangeId | None = None


def erasure_due(now: int, ends: int | None) -> int:
    """Return when to erase an address, or to look again.

    Args:
        now: epoch seconds.
        ends: of what it waits for, in epoch seconds; None where that is over.
    """
    if ends is None:
        return now
    return max(now, min(now + ERASURE_DELAY_SECONDS, ends - ERASURE_RESERVE_SECONDS))


@dataclass(frozen=True, slots=True)
class Listed:
    """Entries of the list of the mail service; ``more`` where there are further ones."""

    addresses: tuple[str, ...]
    more: bool
