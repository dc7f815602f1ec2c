"""What an ordered mail says, and to whom: decided when it is sent, not when it is ordered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

from portal.domain.email import canonical_email, sending_form
from portal.domain.ids import AccountId, AttemptId, CanonicalEmail, ChangeId
from portal.domain.naming import choose_attempts
from portal.domain.outbox import NoticeKind, OutboxRow, Told, read_addressed
from portal.domain.password import hash_password
from portal.domain.spans import DAY_SECONDS
from portal.domain.token import (
    CONTESTED_RESET_SECONDS,
    EMAIL_CHANGE,
    FREEZE,
    FREEZE_SECONDS,
    OPT_IN,
    PASSWORD_RESET,
    PASSWORD_RESET_SECONDS,
    REJECT,
    Purpose,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from portal.domain.account import Account
    from portal.domain.credential import Credential
    from portal.domain.mail import Language, Mail
    from portal.domain.registration import Attempt
    from portal.flows.ports import (
        Accounts,
        Clock,
        EmailChanges,
        InitialPasswords,
        LinkSigner,
        RecipientDecryptor,
        Registrations,
    )

# Pending attempts that an opt-in mail chooses from.
_LOOKED_AT = 100


class Letters(Protocol):
    """Renders mails; all times in epoch seconds, all links complete."""

    def opt_in(self, language: Language, attempts: Sequence[tuple[Attempt, str, str]]) -> Mail:
        """Ask to confirm one of these attempts; with each its confirm link and its "not me" link."""

    def already_registered(self, language: Language) -> Mail:
        """Say that the address has an account."""

    def credentials(self, language: Language, user_name: str, password: str, expires_at: int) -> Mail:
        """Hand over user name and initial password (P7)."""

    def password_reset(self, language: Language, reset_url: str, expires_at: int) -> Mail:
        """Give the link to a new password."""

    def email_change(self, language: Language, reference: str, confirm_url: str, expires_at: int) -> Mail:
        """Ask the new address to confirm."""

    def notice(
        self,
        kind: NoticeKind,
        language: Language,
        happened_at: int,
        freeze_url: str,
        freeze_until: int,
        *,
        device: str,
    ) -> Mail:
        """Tell what happened to an account, by which device where that matters, and how to block it."""

    def closing_announced(self, language: Language, closes_at: int, *, activated: bool) -> Mail:
        """Announce that an account will be closed as nobody uses it, and say how to keep it."""

    def restriction_started(self, language: Language, since: int) -> Mail:
        """Confirm that the data of an account are only kept from now on."""

    def restriction_ending(self, language: Language, ends_at: int) -> Mail:
        """Tell when that ends, before it does."""

    def farewell(self, language: Language, closed_at: int, evidence_until: int) -> Mail:
        """Confirm that an account is closed."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail on its way.

    Args:
        to: recipient in sending form.
        mail: content.
        attempts: those whose opt-in mail it is.
        about: what tells it from mails that say something else, where it has a budget.
        account: whose present address it goes to.
    """

    to: str
    mail: Mail
    attempts: tuple[AttemptId, ...] = ()
    about: tuple[str, ...] = ()
    account: Account | None = None

    @property
    def told(self) -> Told:
        """Whom it reaches."""
        if self.account is None:
            return Told(self.attempts)
        return Told(self.attempts, self.account.id, self.account.address_id)


@dataclass(frozen=True, slots=True)
class Composer:
    """Everything that mails are made of.

    Args:
        registrations: attempts that opt-in mails are about.
        accounts: accounts and their credentials.
        changes: new addresses that wait for their confirmation.
        links: makes the links of mails.
        passwords: derives initial passwords.
        recipients: reads addresses that rows hold encrypted.
        letters: renders mails.
        clock: epoch seconds.
        public_url: where the portal is reached, without trailing slash.
        initial_password_lifetime: seconds.
    """

    registrations: Registrations
    accounts: Accounts
    changes: EmailChanges
    links: LinkSigner
    passwords: InitialPasswords
    recipients: RecipientDecryptor
    letters: Letters
    clock: Clock
    public_url: str
    initial_password_lifetime: int

    def mailbox_of(self, row: OutboxRow) -> CanonicalEmail | None:
        """Return whose mailbox an order with a budget is for, None where its mail has no sense any more.

        Raises:
            Unavailable: something that tells it does not answer.
        """
        if row.kind == "opt_in":
            attempt = self.registrations.find(AttemptId(row.ref), self.clock())
            return attempt.application.canonical_email if attempt else None
        if row.kind == "email_change":
            change = self.changes.find(ChangeId(row.ref), self.clock())
            return change.canonical_email if change else None
        return canonical_email(self._recipient(row))

    def compose(self, row: OutboxRow, *, contested: bool = False) -> Letter | None:
        """Return the mail of an order, None where it has no sense any more.

        The same order gives the same links and the same password, however often it is tried; only the link that blocks
        an account counts its time anew each day.

        Args:
            row: the order.
            contested: whether others decide at which hour this mail comes: its link must not be over by morning.

        Raises:
            Unavailable: something that the mail needs does not answer.
        """
        if row.kind == "password_reset":
            return self._password_reset(row, contested=contested)
        makers: dict[str, Callable[[OutboxRow], Letter | None]] = {
            "opt_in": self._opt_in,
            "resend": self._resend,
            "credentials": self._credentials,
            "email_change": self._email_change,
            "closing_announced": self._closing_announced,
            "restriction_started": self._restriction_started,
            "restriction_ending": self._restriction_ending,
            "farewell": self._farewell,
        }
        return makers.get(row.kind, self._notice)(row)

    def _opt_in(self, row: OutboxRow) -> Letter | None:
        attempt = self.registrations.find(AttemptId(row.ref), self.clock())
        if attempt is None:
            return None
        asked = attempt.application
        if credential := self.accounts.find_credential(asked.canonical_email):
            return self._say_registered(asked.email, asked.locale, credential)
        if attempt.mail_sent_at is not None or attempt.refused_at is not None:
            # Another mail has named it meanwhile, or such a mail came back.
            return None
        newest = self.registrations.newest_of(asked.canonical_email, self.clock(), _LOOKED_AT)
        # Those whose own mails wait: whoever registers the address again and again must not keep them back.
        waiting = [one for one in newest if one.mail_sent_at is None and one.refused_at is None]
        waiting = [one for one in waiting if one.id != attempt.id]
        return self._ask(asked.email, asked.locale, choose_attempts(waiting, row.id, first=attempt))

    def _resend(self, row: OutboxRow) -> Letter | None:
        email = self._recipient(row)
        canonical = canonical_email(email)
        if canonical is None:
            return None
        if credential := self.accounts.find_credential(canonical):
            return self._say_registered(email, row.language, credential)
        newest_first = self.registrations.newest_of(canonical, self.clock(), _LOOKED_AT)
        attempts = choose_attempts([one for one in newest_first if one.refused_at is None], row.id)
        # To the address as its owner typed it when registering, in that language.
        newest = next(iter(attempts), None)
        return self._ask(newest.application.email, newest.application.locale, attempts) if newest else None

    def _ask(self, email: str, language: Language, attempts: Sequence[Attempt]) -> Letter:
        with_links = [(attempt, self._link(OPT_IN, attempt), self._link(REJECT, attempt)) for attempt in attempts]
        ids = tuple(attempt.id for attempt in attempts)
        return Letter(sending_form(email), self.letters.opt_in(language, with_links), ids, ("opt_in", *sorted(ids)))

    def _say_registered(self, email: str, language: Language, credential: Credential) -> Letter:
        mail, about = self.letters.already_registered(language), ("already_registered", credential.canonical_email)
        return Letter(sending_form(email), mail, about=about, account=self.accounts.find(credential.account_id))

    def _credentials(self, row: OutboxRow) -> Letter | None:
        account = self.accounts.find(AccountId(row.ref))
        # From the order on, so that a second try does not prolong it.
        ends = row.created_at + self.initial_password_lifetime
        # Blocked, given back by operators, or logged out everywhere since: only a reset opens it.
        if account is None or account.blocked or account.generation != 0 or ends <= self.clock():
            return None
        password = self.passwords.derive(account.id, row.id)
        if not self.accounts.set_initial_password(account.canonical_email, row.id, hash_password(password), ends):
            # The person chose a password meanwhile (by a reset): the initial one would only confuse.
            return None
        return _to(account, self.letters.credentials(row.language, account.email, password, ends))

    def _password_reset(self, row: OutboxRow, *, contested: bool) -> Letter | None:
        canonical = canonical_email(self._recipient(row))
        credential = self.accounts.find_credential(canonical) if canonical else None
        account = self.accounts.find(credential.account_id) if credential else None
        if account is None or account.blocked:
            return None
        contested = contested or row.turn_at is not None
        ends = row.counts_from + (CONTESTED_RESET_SECONDS if contested else PASSWORD_RESET_SECONDS)
        token = self.links.sign(PASSWORD_RESET, account.id, row.counts_from, ends, {"gen": account.generation})
        mail = self.letters.password_reset(account.locale, self._url(PASSWORD_RESET, token), ends)
        return Letter(sending_form(account.email), mail, about=("password_reset", account.id), account=account)

    def _email_change(self, row: OutboxRow) -> Letter | None:
        change = self.changes.find(ChangeId(row.ref), self.clock())
        account = self.accounts.find(change.account_id) if change else None
        if change is None or account is None or account.blocked or account.pending_email_change_id != change.id:
            return None
        if account.generation != change.generation:
            return None
        if credential := self.accounts.find_credential(change.canonical_email):
            return self._say_registered(change.email, row.language, credential)
        details: dict[str, str | int] = {"gen": change.generation, "chg": change.id}
        token = self.links.sign(EMAIL_CHANGE, change.account_id, change.requested_at, change.expires_at, details)
        url = self._url(EMAIL_CHANGE, token)
        mail = self.letters.email_change(row.language, change.reference, url, change.expires_at)
        return Letter(sending_form(change.email), mail, about=("email_change", change.id))

    def _notice(self, row: OutboxRow) -> Letter | None:
        account = self.accounts.find(AccountId(row.ref))
        # That something was only asked for is no news when the account is gone; that it was done, is.
        if row.kind == "email_change_requested" and account is None:
            return None
        to, device = self._addressed(row)
        language = account.locale if account and row.kind == "new_device_login" else row.language
        if account and account.canonical_email != canonical_email(to):
            # The address of then is not the account's any more.
            account = None
        if account and account.complained_at is not None:
            # Its owner wants no mails that they did not ask for.
            return None
        # In the form that its owner typed.
        to = account.email if account else to
        # By the day of sending, not from the order on: a mail that SES kept waiting must not bring a dead link.
        begins = row.created_at + (self.clock() - row.created_at) // DAY_SECONDS * DAY_SECONDS
        ends = begins + FREEZE_SECONDS
        token = self.links.sign(FREEZE, row.ref, begins, ends, {"notice": row.id})
        kind = cast("NoticeKind", row.kind)
        url = self._url(FREEZE, token)
        mail = self.letters.notice(kind, language, row.created_at, url, ends, device=device)
        return Letter(sending_form(to), mail, account=account)

    def _closing_announced(self, row: OutboxRow) -> Letter | None:
        account = self.accounts.find(AccountId(row.ref))
        credential = self.accounts.find_credential(account.canonical_email) if account else None
        if account is None or credential is None or credential.blocked:
            return None
        if credential.announced_at is None or credential.review_at is None:
            # The person logged in meanwhile.
            return None
        if account.is_restricted(self.clock()):
            return None
        mail = self.letters.closing_announced(row.language, credential.review_at, activated=credential.activated)
        return _to(account, mail)

    def _restriction_started(self, row: OutboxRow) -> Letter | None:
        account = self.accounts.find(AccountId(row.ref))
        if account is None or account.restricted_at is None or account.restriction_ends_at is not None:
            return None
        return _to(account, self.letters.restriction_started(account.locale, account.restricted_at))

    def _restriction_ending(self, row: OutboxRow) -> Letter | None:
        account = self.accounts.find(AccountId(row.ref))
        if account is None or account.restriction_ends_at is None or account.restriction_ends_at <= self.clock():
            return None
        return _to(account, self.letters.restriction_ending(account.locale, account.restriction_ends_at))

    def _farewell(self, row: OutboxRow) -> Letter:
        # The account is gone; the order says until when its evidence stays.
        return Letter(
            sending_form(self._recipient(row)), self.letters.farewell(row.language, row.created_at, int(row.ref))
        )

    def _link(self, purpose: Purpose, attempt: Attempt) -> str:
        return self._url(purpose, self.links.sign(purpose, attempt.id, attempt.requested_at, attempt.expires_at))

    def _url(self, purpose: Purpose, token: str) -> str:
        return f"{self.public_url}/{purpose.page}#token={token}"

    def _recipient(self, row: OutboxRow) -> str:
        return self._addressed(row)[0]

    def _addressed(self, row: OutboxRow) -> tuple[str, str]:
        return read_addressed(self.recipients.decrypt(row.recipient or "", row.id))


def _to(account: Account, mail: Mail) -> Letter:
    return Letter(sending_form(account.email), mail, account=account)
