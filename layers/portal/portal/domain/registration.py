"""A registration until it is confirmed (P4, P5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.domain.ids import AttemptId, CanonicalEmail, random_id, random_reference

if TYPE_CHECKING:
    from portal.domain.bank import BankDetails
    from portal.domain.consent import Consent, Facts
    from portal.domain.mail import Language
    from portal.domain.person import Person


@dataclass(frozen=True, slots=True)
class Application:
    """What a visitor asks for, checked and complete; ``wording_facts`` are those that the wordings were shown with."""

    email: str
    canonical_email: CanonicalEmail
    person: Person
    bank_details: BankDetails
    consents: tuple[Consent, ...]
    wording_facts: Facts
    locale: Language


@dataclass(frozen=True, slots=True)
class Attempt:
    """One application on its way: one record, one link.

    Args:
        id: becomes the account's id when this attempt is confirmed.
        reference: shown on the page and named in the mail, so that a person knows their own attempt.
        application: the data, provisional until confirmed.
        requested_at: epoch seconds.
        expires_at: epoch seconds; from then on the attempt does not exist, whoever deletes it and when.
        ip: cut address of the request.
        mail_sent_at: epoch seconds of the first opt-in mail, None before.
        mail_message_id: what SES called that mail.
        last_mail_sent_at: epoch seconds of the newest opt-in mail with the same link; that of the first without others.
        last_mail_message_id: what SES called that one.
        refused_at: epoch seconds at which a mail of it came back or was called unwanted: no further one names it.
    """

    id: AttemptId
    reference: str
    application: Application
    requested_at: int
    expires_at: int
    ip: str
    mail_sent_at: int | None = None
    mail_message_id: str | None = None
    last_mail_sent_at: int | None = None
    last_mail_message_id: str | None = None
    refused_at: int | None = None


def new_attempt(application: Application, ip: str, now: int, lifetime: int) -> Attempt:
    """Return a fresh attempt.

    Args:
        application: checked data.
        ip: cut address of the request.
        now: epoch seconds.
        lifetime: seconds until an unconfirmed attempt ends.
    """
    return Attempt(AttemptId(random_id()), random_reference(), application, now, now + lifetime, ip)
