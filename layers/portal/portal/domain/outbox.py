"""Mails to send: the row is the truth, streams and schedules only wake the mailer."""

from dataclasses import dataclass
from typing import Literal

from portal.domain.ids import OutboxId, random_id
from portal.domain.mail import Language

MailKind = Literal["opt_in", "credentials"]

LEASE_SECONDS = 60
"""How long a claimed row belongs to one run of the mailer; longer than the function may run."""

LIFETIME_SECONDS = 14 * 86400
"""How long a row is kept: far longer than any outage of SES that a mail is worth waiting for."""

_FIRST_DELAY, _LONGEST_DELAY = 30, 3600


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One ordered mail; holds no address, link or secret.

    Args:
        id: of the order, not of the mail.
        kind: which mail.
        ref: attempt or account that it is about.
        language: of the mail.
        created_at: epoch seconds.
        next_attempt_at: epoch seconds from which a run may claim the row.
        expires_at: epoch seconds.
        tries: claims so far.
    """

    id: OutboxId
    kind: MailKind
    ref: str
    language: Language
    created_at: int
    next_attempt_at: int
    expires_at: int
    tries: int = 0


def order_mail(kind: MailKind, ref: str, language: Language, now: int) -> OutboxRow:
    """Return the order of a mail, due at once."""
    return OutboxRow(OutboxId(random_id()), kind, ref, language, now, now, now + LIFETIME_SECONDS)


def delay_after(tries: int) -> int:
    """Return the seconds to wait after the given number of failed tries: doubling up to an hour."""
    return int(min(_FIRST_DELAY * 2 ** min(tries - 1, 16), _LONGEST_DELAY))
