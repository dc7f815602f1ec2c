"""What the mail service tells of a mail has its consequences: here for attempts and accounts, never in an answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal, get_args

from portal.domain.errors import Unavailable
from portal.domain.feedback import Feedback, Mark, SentMail
from portal.domain.ids import AccountId, ChangeId
from portal.flows.order_mail import order_erasure
from portal.flows.retry import settle

if TYPE_CHECKING:
    from portal.domain.account import Account
    from portal.domain.email_change import EmailChange
    from portal.domain.outbox import Told
    from portal.domain.registration import Attempt
    from portal.flows.feedback_ports import SentMails
    from portal.flows.ports import Accounts, Clock, EmailChanges, RecipientEncryptor, Registrations

Outcome = Literal["marked", "counted", "already", "unknown", "gone"]
"""``unknown``: no such order, or not any more. ``gone``: whom the mail reached is gone, or has another address."""


@dataclass(frozen=True, slots=True)
class _Case:
    """A mail, and whom it reached as they are now."""

    mail: SentMail
    attempts: tuple[Attempt, ...]
    account: Account | None
    change: EmailChange | None


class _Settled(Exception):
    """There is nothing to mark."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class TakeFeedback:
    """Everything feedback works with.

    Args:
        mails: that left.
        registrations: attempts whose mails they were.
        accounts: whose addresses they went to.
        changes: new addresses that they asked to confirm.
        recipients: encrypts addresses that are to be erased later.
        clock: epoch seconds.
    """

    mails: SentMails
    registrations: Registrations
    accounts: Accounts
    changes: EmailChanges
    recipients: RecipientEncryptor
    clock: Clock

    def take(self, feedback: Feedback) -> Outcome:
        """Mark whom a mail reached that came back for good or was called unwanted; anything else only counts.

        Told twice or late it changes nothing more: each mail is marked once, and an address that was replaced, or
        declared reachable since, is not marked by what an older mail met.

        Raises:
            Unavailable: something does not answer, or the mailer has not noted yet whom the mail reached; tell it
                again.
        """
        if feedback.kind not in get_args(Mark):
            return "counted"
        mark: Mark = "bounce" if feedback.kind == "bounce" else "complaint"
        try:
            settle(lambda: self._case(feedback, mark), lambda _: False, partial(self._mark, mark))
        except _Settled as settled:
            return settled.outcome
        return "marked"

    def _case(self, feedback: Feedback, mark: Mark) -> _Case:
        now = self.clock()
        mail = self.mails.find(feedback.order, now)
        if mail is None:
            raise _Settled("unknown")
        if not mail.handled:
            # The service was faster than the mailer, which notes whom a mail reached just after it.
            raise Unavailable
        if mail.is_marked(mark):
            raise _Settled("already")
        told = mail.told
        found = [self.registrations.find(attempt_id, now) for attempt_id in told.attempts]
        attempts = tuple(attempt for attempt in found if attempt and attempt.refused_at is None)
        # Where the new address has an account already, the mail went to that one.
        asks_new_address = mail.kind == "email_change" and told.account_id is None
        change = self.changes.find(ChangeId(mail.ref), now) if asks_new_address else None
        case = _Case(mail, attempts, self._account(told), change)
        if not (case.attempts or case.account or case.change):
            raise _Settled("gone")
        return case

    def _account(self, told: Told) -> Account | None:
        """Return the account whose present address a mail went to."""
        if told.account_id:
            account = self.accounts.find(told.account_id)
            return account if account and account.address_id == told.address_id else None
        # An attempt that was confirmed since has an account of the same id, which had this address first.
        found = (self.accounts.find(AccountId(attempt_id)) for attempt_id in told.attempts)
        return next((account for account in found if account and not account.address_changed), None)

    def _mark(self, mark: Mark, case: _Case) -> None:
        now = self.clock()
        erasures = [
            order_erasure(attempt.application.email, now, self.recipients, attempt=attempt) for attempt in case.attempts
        ]
        if case.change:
            erasures.append(order_erasure(case.change.email, now, self.recipients, change=case.change))
        self.mails.note(case.mail, mark, now, attempts=case.attempts, account=case.account, erasures=erasures)
