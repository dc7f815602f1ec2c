"""The mailer's work on one ordered mail: claim, decide, send, note."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from portal.domain.email import sending_form
from portal.domain.errors import Unavailable
from portal.domain.ids import AccountId, AttemptId, OutboxId
from portal.domain.mail import Mail
from portal.domain.outbox import OutboxRow, delay_after
from portal.domain.password import hash_password
from portal.domain.registration import Attempt
from portal.domain.token import OPT_IN, REJECT, Purpose
from portal.flows.ports import (
    Accounts,
    Clock,
    InitialPasswords,
    LinkSigner,
    MailSender,
    Outbox,
    Registrations,
)

Outcome = Literal["sent", "dropped", "postponed", "not_due"]


@dataclass(frozen=True, slots=True)
class Letters:
    """Renders mails; the mailer's handler joins this with ``portal.mails``."""

    opt_in: Callable[[Attempt, str, str], Mail]
    """Attempt, confirm link, "not me" link."""
    already_registered: Callable[[Attempt], Mail]
    credentials: Callable[[OutboxRow, str, str, int], Mail]
    """Order, user name, password, epoch seconds at which the password ends."""


@dataclass(frozen=True, slots=True)
class Mailer:
    """Everything the mailer works with.

    Args:
        outbox: ordered mails.
        registrations: attempts that opt-in mails are about.
        accounts: accounts that credential mails are about.
        links: makes the links of mails.
        passwords: derives initial passwords.
        sender: hands mails to the mail service.
        letters: renders mails.
        clock: epoch seconds.
        public_url: where the portal is reached, without trailing slash.
        initial_password_lifetime: seconds.
    """

    outbox: Outbox
    registrations: Registrations
    accounts: Accounts
    links: LinkSigner
    passwords: InitialPasswords
    sender: MailSender
    letters: Letters
    clock: Clock
    public_url: str
    initial_password_lifetime: int

    def deliver(self, row_id: OutboxId) -> Outcome:
        """Send the mail of one row, if it is due and nobody else does.

        A failure of a service gives the row back, due later: the mail is late, not lost.
        """
        row = self.outbox.claim(row_id, self.clock())
        if row is None:
            return "not_due"
        try:
            sent = self._opt_in(row) if row.kind == "opt_in" else self._credentials(row)
        except Unavailable:
            self.outbox.postpone(row, self.clock() + delay_after(row.tries))
            return "postponed"
        outcome: Outcome = "sent" if sent else "dropped"
        self.outbox.finish(row, outcome, self.clock())
        return outcome

    def _opt_in(self, row: OutboxRow) -> bool:
        attempt = self.registrations.find(AttemptId(row.ref), self.clock())
        if attempt is None:
            return False
        asked = attempt.application
        known = self.accounts.find_credential(asked.canonical_email) is not None
        mail = self.letters.already_registered(attempt) if known else self._opt_in_mail(attempt)
        message_id = self.sender.send(sending_form(asked.email), mail, row.id)
        if not known:
            now = self.clock()
            self.registrations.note_mail(attempt.id, now, message_id, now)
        return True

    def _opt_in_mail(self, attempt: Attempt) -> Mail:
        return self.letters.opt_in(attempt, self._link(OPT_IN, attempt), self._link(REJECT, attempt))

    def _link(self, purpose: Purpose, attempt: Attempt) -> str:
        token = self.links.sign(purpose, attempt.id, attempt.requested_at, attempt.expires_at)
        return f"{self.public_url}/{purpose.page}#token={token}"

    def _credentials(self, row: OutboxRow) -> bool:
        account = self.accounts.find(AccountId(row.ref))
        if account is None:
            return False
        password = self.passwords.derive(account.id, row.id)
        ends = self.clock() + self.initial_password_lifetime
        if not self.accounts.set_initial_password(account.canonical_email, row.id, hash_password(password), ends):
            # The person chose a password meanwhile (by a reset): the initial one would only confuse.
            return False
        mail = self.letters.credentials(row, account.email, password, ends)
        self.sender.send(sending_form(account.email), mail, row.id)
        return True
