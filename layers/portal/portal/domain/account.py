"""Accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.domain.ids import AccountId, CanonicalEmail

if TYPE_CHECKING:
    from portal.domain.bank import BankDetails
    from portal.domain.consent import Consent
    from portal.domain.mail import Language
    from portal.domain.person import Person
    from portal.domain.registration import Attempt


@dataclass(frozen=True, slots=True)
class Account:
    """A confirmed client.

    Args:
        id: the id of the attempt that was confirmed.
        email: as typed; mails go there.
        canonical_email: names the credential.
        person: personal members.
        bank_details: always complete.
        bank_reviewed: whether the person accepted the bank details after logging in; nothing is paid before.
        consents: the newest of each kind.
        locale: language of mails.
        created_at: epoch seconds of the confirmation.
        generation: raised by everything that ends all sessions.
        blocked: nothing works while True.
        version: raised by every change of the profile (ETag).
        email_change_id: the change that gave the present address, so that a second click is told that it worked.
        pending_email_change_id: the newest change that was asked for; no older one can be confirmed.
        former_change_ids: changes whose records of former addresses may still lie in Registrations, oldest first.
        restricted_at: epoch seconds from which on the data are kept and not processed (GDPR Art. 18); stays when that
            is over, as proof.
        restriction_ends_at: epoch seconds of its end; None until somebody lifts it.
        bounced_at: epoch seconds from which on the present address is known not to take mails.
        complained_at: epoch seconds at which its owner called a mail unwanted; notices stop.
    """

    id: AccountId
    email: str
    canonical_email: CanonicalEmail
    person: Person
    bank_details: BankDetails
    bank_reviewed: bool
    consents: tuple[Consent, ...]
    locale: Language
    created_at: int
    generation: int
    blocked: bool
    version: int
    email_change_id: str | None = None
    pending_email_change_id: str | None = None
    former_change_ids: tuple[str, ...] = ()
    restricted_at: int | None = None
    restriction_ends_at: int | None = None
    bounced_at: int | None = None
    complained_at: int | None = None

    @property
    def etag(self) -> str:
        """The entity tag of the profile (RFC 9110)."""
        return f'"{self.version}"'

    @property
    def address_changed(self) -> bool:
        """Tell whether the address was ever another one; it may have come back since."""
        return bool(self.former_change_ids)

    @property
    def address_id(self) -> str:
        """What tells the present address from those before and after, without naming it."""
        last = self.former_change_ids[-1] if self.former_change_ids else ""
        # An address that was given back has no change of its own, but others before it.
        return f"{self.email_change_id or ''}/{last}"

    def is_restricted(self, now: int) -> bool:
        """Tell whether the data may only be kept."""
        if self.restricted_at is None:
            return False
        return self.restriction_ends_at is None or now < self.restriction_ends_at


def open_account(attempt: Attempt, now: int) -> Account:
    """Return the account that a confirmed attempt becomes."""
    asked = attempt.application
    return Account(
        id=AccountId(attempt.id),
        email=asked.email,
        canonical_email=asked.canonical_email,
        person=asked.person,
        bank_details=asked.bank_details,
        bank_reviewed=False,
        consents=asked.consents,
        locale=asked.locale,
        created_at=now,
        generation=0,
        blocked=False,
        version=1,
    )


def personal_words(account: Account) -> tuple[str, ...]:
    """Return what a guess at this person's password would start with (ASVS 6.2.11)."""
    person = account.person
    # As typed and canonical: an international domain has two spellings.
    addresses = {part for email in (account.email, account.canonical_email) for part in (email, *email.split("@"))}
    return (
        *sorted(addresses),
        person.first_name,
        person.last_name,
        # Together, because names of two letters count only alone or as a whole.
        f"{person.first_name} {person.last_name}",
        f"{person.last_name} {person.first_name}",
        person.street,
        person.house_number,
        person.postal_code,
        person.city,
    )
