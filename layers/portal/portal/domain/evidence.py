"""Facts kept to prove a double opt-in (P8): written once, with the confirmation."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from portal.domain.consent import Consent
from portal.domain.ids import AccountId
from portal.domain.registration import Attempt

EvidenceKind = Literal["opt_in"]


@dataclass(frozen=True, slots=True)
class OptInEvidence:
    """The whole course of one double opt-in.

    The subject is a random id: nothing here names the person. IPs are cut, and the proof is complete without them.
    All times are epoch seconds.
    """

    subject: AccountId
    reference: str
    consents: tuple[Consent, ...]
    requested_at: int
    request_ip: str
    mail_sent_at: int | None
    mail_message_id: str | None
    confirmed_at: int
    confirm_ip: str


def opt_in_evidence(attempt: Attempt, now: int, ip: str) -> OptInEvidence:
    """Return the evidence of an attempt that is confirmed now from the cut address ``ip``."""
    return OptInEvidence(
        subject=AccountId(attempt.id),
        reference=attempt.reference,
        consents=attempt.application.consents,
        requested_at=attempt.requested_at,
        request_ip=attempt.ip,
        mail_sent_at=attempt.mail_sent_at,
        mail_message_id=attempt.mail_message_id,
        confirmed_at=now,
        confirm_ip=ip,
    )


def evidence_ends(closed_at: int, years: int) -> int:
    """Return the end of the ``years``-th calendar year after the closing, in epoch seconds.

    Limitation periods run from the end of a year (BGB sections 195, 199).
    """
    return int(datetime(datetime.fromtimestamp(closed_at, UTC).year + years + 1, 1, 1, tzinfo=UTC).timestamp())
