"""Accounts and their credentials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from portal.domain.ids import AccountId, CanonicalEmail
from portal.domain.spans import DAY_SECONDS

if TYPE_CHECKING:
    from portal.domain.bank import BankDetails
    from portal.domain.consent import Consent
    from portal.domain.device import KnownDevice
    from portal.domain.mail import Language
    from portal.domain.person import Person
    from portal.domain.registration import Attempt

LOGIN_NOTED_SECONDS = DAY_SECONDS
"""How exactly the last login is known: noting each of them would cost a write a login."""

PasswordKind = Literal["initial", "chosen"]


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


@dataclass(frozen=True, slots=True)
class Credential:
    """What login reads, in one item: found by the canonical address.

    Args:
        canonical_email: the key.
        account_id: whose credential.
        generation: copy of the account's.
        blocked: copy of the account's.
        password_hash: argon2id, encoded; None until the first credential mail is on its way.
        password_kind: ``initial`` opens the password change only.
        password_expires_at: epoch seconds, for initial passwords.
        initial_password_id: the outbox row that the initial password was derived for.
        last_login_at: epoch seconds of the last login with a chosen password, to the day.
        closing_announced_at: epoch seconds of the announcement that the account will be closed as nobody uses it.
        review_at: epoch seconds from which on its use is looked at; after an announcement the time of closing.
        devices: from which its client logged in.
    """

    canonical_email: CanonicalEmail
    account_id: AccountId
    generation: int
    blocked: bool
    password_hash: str | None = None
    password_kind: PasswordKind | None = None
    password_expires_at: int | None = None
    initial_password_id: str | None = None
    last_login_at: int | None = None
    closing_announced_at: int | None = None
    review_at: int | None = None
    devices: tuple[KnownDevice, ...] = ()

    @property
    def activated(self) -> bool:
        """Whether an own password was ever chosen; operators may have taken it back since."""
        return self.password_kind == "chosen" or self.last_login_at is not None  # noqa: S105 - a kind

    @property
    def announced_at(self) -> int | None:
        """When the closing was announced; None where it was not, or where a login made that void."""
        announced, login = self.closing_announced_at, self.last_login_at
        return None if announced is None or (login is not None and login >= announced) else announced

    def opens_at(self, now: int) -> bool:
        """Tell whether a password of this credential may be accepted at all."""
        if self.blocked or self.password_hash is None:
            return False
        return self.password_expires_at is None or now < self.password_expires_at


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


def new_credential(account: Account) -> Credential:
    """Return the credential that a new account begins with: no password, to be reviewed by the next run."""
    return Credential(
        account.canonical_email, account.id, account.generation, account.blocked, review_at=account.created_at
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


def login_is_worth_noting(credential: Credential, now: int) -> bool:
    """Tell whether a login changes what is known of the use of an account: the first of a day, or one that keeps it."""
    if credential.password_kind != "chosen":  # noqa: S105 - a kind
        return False
    if credential.closing_announced_at is not None or credential.last_login_at is None:
        return True
    return now - credential.last_login_at > LOGIN_NOTED_SECONDS
