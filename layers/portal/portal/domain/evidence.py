"""Facts kept to prove a double opt-in (P8): written once, with the confirmation, and kept for a while after closing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from portal.domain.ids import AccountId
from portal.domain.times import berlin, day_in_berlin

if TYPE_CHECKING:
    from portal.domain.consent import Consent, Facts
    from portal.domain.registration import Attempt


@dataclass(frozen=True, slots=True)
class OptInEvidence:
    """The whole course of one double opt-in.

    The subject is a random id: nothing here names the person. IPs are cut, and the proof is complete without them.
    With ``wording_facts`` the texts of the consents can be made again. All opt-in mails of an attempt hold the same
    link, so which of them was clicked is not known: the first is kept, and the last where it is another one. All times
    are epoch seconds.
    """

    subject: AccountId
    reference: str
    consents: tuple[Consent, ...]
    wording_facts: Facts
    requested_at: int
    request_ip: str
    mail_sent_at: int | None
    mail_message_id: str | None
    last_mail_sent_at: int | None
    last_mail_message_id: str | None
    confirmed_at: int
    confirm_ip: str


def opt_in_evidence(attempt: Attempt, now: int, ip: str) -> OptInEvidence:
    """Return the evidence of an attempt that is confirmed now from the cut address ``ip``."""
    once = attempt.last_mail_message_id == attempt.mail_message_id
    return OptInEvidence(
        subject=AccountId(attempt.id),
        reference=attempt.reference,
        consents=attempt.application.consents,
        wording_facts=attempt.application.wording_facts,
        requested_at=attempt.requested_at,
        request_ip=attempt.ip,
        mail_sent_at=attempt.mail_sent_at,
        mail_message_id=attempt.mail_message_id,
        last_mail_sent_at=None if once else attempt.last_mail_sent_at,
        last_mail_message_id=None if once else attempt.last_mail_message_id,
        confirmed_at=now,
        confirm_ip=ip,
    )


@dataclass(frozen=True, slots=True)
class ClosingEvidence:
    """An account was closed.

    Args:
        subject: the account's id, under which its other evidence lies.
        closed_at: epoch seconds.
        pseudonym: keyed hash of the canonical address, so that the proof is found when the person or a court names it.
        address_changed: whether the account ever had another address, to which the opt-in mail may have gone.
        expires_at: epoch seconds; everything about this subject ends then.
    """

    subject: AccountId
    closed_at: int
    pseudonym: str
    address_changed: bool
    expires_at: int


@dataclass(frozen=True, slots=True)
class ConsentEvidence:
    """A consent to a newer wording, shown with these facts, given in the portal from the cut address ``ip``."""

    subject: AccountId
    consent: Consent
    wording_facts: Facts
    ip: str


@dataclass(frozen=True, slots=True)
class WithdrawalEvidence:
    """A consent was withdrawn (GDPR Art. 7(3)); the account is closed with it.

    Args:
        subject: the account's id.
        consent: which one.
        withdrawn_at: epoch seconds.
        expires_at: epoch seconds, as of all evidence of a closed account.
    """

    subject: AccountId
    consent: Consent
    withdrawn_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class OptInMailEvidence:
    """When the opt-in mail left, for a person who clicked before that could be noted with the attempt."""

    subject: AccountId
    mail_sent_at: int
    mail_message_id: str


type AnyEvidence = OptInEvidence | OptInMailEvidence | ConsentEvidence | WithdrawalEvidence | ClosingEvidence


def evidence_ends(closed_at: int, years: int) -> int:
    """Return the end of the ``years``-th calendar year after the closing, in epoch seconds.

    Limitation periods run from the end of a year (BGB sections 195, 199).
    """
    year = day_in_berlin(closed_at).year
    return int(datetime(year + years + 1, 1, 1, tzinfo=berlin()).timestamp())
