"""Mails to send: the row is the truth, streams and schedules only wake the mailer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from portal.domain.ids import AccountId, AttemptId, OutboxId, random_id

if TYPE_CHECKING:
    from portal.domain.mail import Language

NoticeKind = Literal[
    "bank_details_changed",
    "email_change_requested",
    "email_changed",
    "new_device_login",
    "password_changed",
    "password_set_by_link",
]
"""What an owner is told of, with a link that blocks the account."""

MailKind = (
    Literal[
        "opt_in",
        "resend",
        "credentials",
        "password_reset",
        "email_change",
        "closing_announced",
        "restriction_started",
        "restriction_ending",
        "farewell",
    ]
    | NoticeKind
)

LEASE_SECONDS = 90
"""How long a claimed row belongs to one run of the mailer; longer than the function may run."""

LIFETIME_SECONDS = 14 * 86400
"""How long a row is kept: far longer than any outage of SES that a mail is worth waiting for."""

REFUSALS_BEFORE_GIVING_UP = 24
"""Tries of a mail that the service itself refuses, about 17 hours: a sender that is not verified looks the same as a
recipient that can't be served, and is mended within a day."""

_FIRST_DELAY, _LONGEST_DELAY = 30, 3600


@dataclass(frozen=True, slots=True)
class Told:
    """Whom a mail reached, so that feedback on it finds them without an address.

    Args:
        attempts: that it asked to confirm.
        account_id: whose present address it went to.
        address_id: which of the account's addresses that was, see ``Account.address_id``.
    """

    attempts: tuple[AttemptId, ...] = ()
    account_id: AccountId | None = None
    address_id: str | None = None


NOBODY = Told()


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One ordered mail; holds no address in clear, no link, no secret.

    Args:
        id: of the order, not of the mail.
        kind: which mail.
        ref: attempt, account or change that it is about; a random one where only the recipient counts.
        language: of the mail.
        created_at: epoch seconds.
        next_attempt_at: epoch seconds from which a run may claim the row.
        expires_at: epoch seconds.
        tries: claims so far.
        recipient: encrypted, where the address can't be read from ``ref`` when the mail is sent; see ``addressed``.
        turn_at: epoch seconds at which its turn comes, where it had to wait for the budget of its mailbox.
        waits: how often it had to; those claims were no failures.
        sent_at: epoch seconds at which an opt-in mail left; such a row is closed when its attempts know that.
        message_id: what SES called that mail.
        mailed_attempts: those whose mail it was.
    """

    id: OutboxId
    kind: MailKind
    ref: str
    language: Language
    created_at: int
    next_attempt_at: int
    expires_at: int
    tries: int = 0
    recipient: str | None = None
    turn_at: int | None = None
    waits: int = 0
    sent_at: int | None = None
    message_id: str | None = None
    mailed_attempts: tuple[AttemptId, ...] = ()

    @property
    def failures(self) -> int:
        """Claims that came to nothing, if the present one does too."""
        return self.tries - self.waits

    @property
    def counts_from(self) -> int:
        """Epoch seconds from which the time of its links counts: a mail that had to wait brings none that are over."""
        return self.created_at if self.turn_at is None else self.turn_at

    def end_after_waiting(self, turn_at: int) -> int | None:
        """Return when the row expires if its turn comes at ``turn_at``; None where that is too late for any mail."""
        if turn_at >= self.created_at + LIFETIME_SECONDS:
            return None
        return max(self.expires_at, turn_at + self.expires_at - self.counts_from)


def order_mail(
    kind: MailKind, ref: str, language: Language, now: int, *, lifetime: int = LIFETIME_SECONDS
) -> OutboxRow:
    """Return the order of a mail, due at once and dropped after ``lifetime`` seconds."""
    return OutboxRow(OutboxId(random_id()), kind, ref, language, now, now, now + lifetime)


def addressed(address: str, fact: str = "") -> str:
    """Return what a row keeps encrypted: the address, and a fact that the mail tells and no other record holds."""
    return f"{address}\n{fact}" if fact else address


def read_addressed(text: str) -> tuple[str, str]:
    """Return address and fact; an address has no line breaks."""
    address, _, fact = text.partition("\n")
    return address, fact


def delay_after(tries: int) -> int:
    """Return the seconds to wait after the given number of failed tries: doubling up to an hour."""
    return int(min(_FIRST_DELAY * 2 ** min(tries - 1, 16), _LONGEST_DELAY))
