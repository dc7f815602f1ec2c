"""The mailer's work on one ordered mail."""

from dataclasses import dataclass, field, replace

import pytest

from portal.domain.account import Account, Credential, open_account
from portal.domain.errors import Unavailable
from portal.domain.ids import OutboxId
from portal.domain.mail import Mail
from portal.domain.outbox import LEASE_SECONDS, LIFETIME_SECONDS, MailKind, OutboxRow, order_mail
from portal.domain.password import password_matches
from portal.domain.registration import Attempt
from portal.flows.deliver_mail import Letters, Mailer
from tests.support.fakes import (
    DAY,
    NOW,
    FakeAccounts,
    FakeClock,
    FakeLinks,
    FakeMailSender,
    FakeOutbox,
    FakePasswords,
    FakeRegistrations,
    an_attempt,
)

WEEK = 7 * DAY
TO = "Erika.Muster@example.com"


def plain_letters() -> Letters:
    """Mails that say which letter they are and what it was given."""

    def opt_in(attempt: Attempt, confirm: str, reject: str) -> Mail:
        return Mail("opt in", f"{attempt.reference} {confirm} {reject}", "")

    def credentials(row: OutboxRow, user_name: str, password: str, ends: int) -> Mail:
        return Mail("credentials", f"{row.language} {user_name} {password} {ends}", "")

    return Letters(opt_in, lambda attempt: Mail("already registered", attempt.reference, ""), credentials)


@dataclass
class PostOffice:
    """A mailer with all that it works with."""

    clock: FakeClock = field(default_factory=FakeClock)
    outbox: FakeOutbox = field(default_factory=FakeOutbox)
    accounts: FakeAccounts = field(default_factory=FakeAccounts)
    sender: FakeMailSender = field(default_factory=FakeMailSender)

    @property
    def registrations(self) -> FakeRegistrations:
        return self.accounts.registrations

    def deliver(self, row_id: OutboxId) -> str:
        mailer = Mailer(
            outbox=self.outbox,
            registrations=self.registrations,
            accounts=self.accounts,
            links=FakeLinks(),
            passwords=FakePasswords(),
            sender=self.sender,
            letters=plain_letters(),
            clock=self.clock,
            public_url="https://portal.example.com",
            initial_password_lifetime=WEEK,
        )
        return mailer.deliver(row_id)

    def order(self, kind: MailKind, ref: str) -> OutboxId:
        row = order_mail(kind, ref, "en", self.clock())
        self.outbox.rows[row.id] = row
        return row.id

    def attempt(self, email: str = TO) -> Attempt:
        attempt = an_attempt(email)
        self.registrations.attempts[attempt.id] = attempt
        return attempt

    def account(self) -> Account:
        account = open_account(an_attempt(), NOW)
        self.accounts.accounts[account.id] = account
        self.accounts.credentials[account.canonical_email] = Credential(
            account.canonical_email, account.id, 0, blocked=False
        )
        return account

    def credential(self, account: Account) -> Credential:
        return self.accounts.credentials[account.canonical_email]


def test_an_opt_in_mail_has_both_links_of_its_attempt_and_is_noted_for_the_evidence() -> None:
    office = PostOffice()
    attempt = office.attempt()
    order = office.order("opt_in", attempt.id)
    assert office.deliver(order) == "sent"
    ((to, mail, tag),) = office.sender.sent
    assert (to, tag) == (TO, order)
    claims = f"{attempt.id}|{attempt.requested_at}|{attempt.expires_at}"
    base = "https://portal.example.com"
    assert mail.text == (
        f"{attempt.reference} {base}/confirm#token=opt-in+jwt|{claims} {base}/reject#token=reject+jwt|{claims}"
    )
    noted = office.registrations.attempts[attempt.id]
    assert (noted.mail_sent_at, noted.mail_message_id) == (NOW, "message-1")


def test_a_registered_address_learns_that_it_is_registered_and_gets_no_link() -> None:
    office = PostOffice()
    office.account()
    attempt = office.attempt("ERIKA.muster@example.com")
    assert office.deliver(office.order("opt_in", attempt.id)) == "sent"
    ((_, mail, _),) = office.sender.sent
    assert mail.subject == "already registered"
    assert "token" not in mail.text
    assert office.registrations.attempts[attempt.id].mail_sent_at is None


def test_an_address_with_an_umlaut_domain_is_written_to_in_a_labels() -> None:
    office = PostOffice()
    attempt = office.attempt("Erika@bücher.example.com")
    office.deliver(office.order("opt_in", attempt.id))
    assert office.sender.sent[0][0] == "Erika@xn--bcher-kva.example.com"


@pytest.mark.parametrize("kind", ["opt_in", "credentials"])
def test_an_order_whose_subject_is_gone_is_dropped(kind: MailKind) -> None:
    office = PostOffice()
    order = office.order(kind, "gone")
    assert office.deliver(order) == "dropped"
    assert office.outbox.done == {order: "dropped"}
    assert not office.sender.sent


def test_an_attempt_that_expired_before_its_mail_gets_none() -> None:
    office = PostOffice()
    attempt = office.attempt()
    row_id = office.order("opt_in", attempt.id)
    office.outbox.rows[row_id] = replace(office.outbox.rows[row_id], expires_at=NOW + 365 * DAY)
    office.clock.now = attempt.expires_at
    assert office.deliver(row_id) == "dropped"
    assert not office.sender.sent


def test_a_credential_mail_brings_user_name_and_a_password_of_which_only_the_hash_is_kept() -> None:
    office = PostOffice()
    account = office.account()
    order = office.order("credentials", account.id)
    assert office.deliver(order) == "sent"
    ((to, mail, _),) = office.sender.sent
    password = f"initial {account.id} {order}"
    assert to == TO
    assert mail.text == f"en {TO} {password} {NOW + WEEK}"
    credential = office.credential(account)
    assert (credential.password_kind, credential.password_expires_at) == ("initial", NOW + WEEK)
    assert password_matches(credential.password_hash, password)
    assert password not in repr(credential)


def test_a_retry_brings_the_same_password_with_a_later_end() -> None:
    office = PostOffice()
    account = office.account()
    order = office.order("credentials", account.id)
    office.sender.down = True
    assert office.deliver(order) == "postponed"
    office.sender.down, office.clock.now = False, NOW + 30
    assert office.deliver(order) == "sent"
    assert office.sender.sent[0][1].text == f"en {TO} initial {account.id} {order} {NOW + 30 + WEEK}"
    assert office.credential(account).password_expires_at == NOW + 30 + WEEK


def test_a_chosen_password_is_never_replaced_by_an_initial_one() -> None:
    office = PostOffice()
    account = office.account()
    chosen = replace(office.credential(account), password_hash="hash", password_kind="chosen")
    office.accounts.credentials[account.canonical_email] = chosen
    assert office.deliver(office.order("credentials", account.id)) == "dropped"
    assert office.credential(account) == chosen
    assert not office.sender.sent


def test_while_the_mail_service_is_down_mails_wait_longer_and_longer_and_none_is_lost() -> None:
    office = PostOffice()
    order = office.order("opt_in", office.attempt().id)
    office.sender.down = True
    for seconds in (30, 60, 120, 240):
        assert office.deliver(order) == "postponed"
        assert office.outbox.rows[order].next_attempt_at == office.clock.now + seconds
        assert office.deliver(order) == "not_due"
        office.clock.now += seconds
    office.sender.down = False
    assert office.deliver(order) == "sent"
    assert len(office.sender.sent) == 1


def test_a_store_that_is_down_postpones_too() -> None:
    office = PostOffice()
    order = office.order("opt_in", office.attempt().id)
    office.registrations.faults.queue = [Unavailable()]
    assert office.deliver(order) == "postponed"
    assert order not in office.outbox.done


def test_a_mail_goes_out_once() -> None:
    office = PostOffice()
    order = office.order("opt_in", office.attempt().id)
    assert [office.deliver(order) for _ in range(3)] == ["sent", "not_due", "not_due"]
    assert len(office.sender.sent) == 1


def test_a_row_that_another_run_holds_is_left_to_it_until_its_lease_ends() -> None:
    office = PostOffice()
    order = office.order("opt_in", office.attempt().id)
    assert office.outbox.claim(order, NOW)
    office.clock.now = NOW + LEASE_SECONDS - 1
    assert office.deliver(order) == "not_due"
    office.clock.now += 1
    assert office.deliver(order) == "sent"


@pytest.mark.parametrize("after", [LIFETIME_SECONDS, LIFETIME_SECONDS + 1])
def test_an_expired_or_unknown_order_is_not_due(after: int) -> None:
    office = PostOffice()
    order = office.order("opt_in", office.attempt().id)
    office.clock.now += after
    assert office.deliver(order) == office.deliver(OutboxId("unknown")) == "not_due"
