"""The mailer's work on one ordered mail."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast, get_args

import pytest

from portal.domain.account import Account, open_account
from portal.domain.credential import Credential, PasswordKind
from portal.domain.email_change import request_email_change
from portal.domain.errors import MailRefused, Unavailable
from portal.domain.evidence import OptInMailEvidence
from portal.domain.ids import AccountId, OutboxId
from portal.domain.mail import Language, Mail
from portal.domain.mail_budget import Budget
from portal.domain.outbox import (
    LEASE_SECONDS,
    LIFETIME_SECONDS,
    REFUSALS_BEFORE_GIVING_UP,
    MailKind,
    NoticeKind,
    addressed,
    order_mail,
)
from portal.domain.password import password_matches
from portal.domain.registration import Attempt
from portal.flows.budget_mail import MailBudget
from portal.flows.compose_mail import Composer, Letters
from portal.flows.deliver_mail import Mailer
from tests.support.fakes import (
    DAY,
    NOW,
    FakeAccounts,
    FakeClock,
    FakeEmailChanges,
    FakeEvidence,
    FakeLinks,
    FakeMailSender,
    FakeMailSlots,
    FakeOutbox,
    FakePasswords,
    FakeRecipients,
    FakeRegistrations,
    an_attempt,
)

WEEK = 7 * DAY
TO = "Erika.Muster@example.com"


class PlainLetters:
    """Mails that say which letter they are and what it was given."""

    def __getattr__(self, name: str) -> Callable[..., Mail]:
        def mail(*given: object, **named: object) -> Mail:
            return Mail(
                " ".join([name, *(f"{key}={value}" for key, value in named.items())]), " ".join(map(str, given)), ""
            )

        return mail

    def opt_in(self, language: Language, attempts: Sequence[tuple[Attempt, str, str]]) -> Mail:
        return Mail("opt_in", " ".join([language, *(f"{one.reference} {yes} {no}" for one, yes, no in attempts)]), "")


@dataclass
class PostOffice:
    """A mailer with all that it works with."""

    clock: FakeClock = field(default_factory=FakeClock)
    outbox: FakeOutbox = field(default_factory=FakeOutbox)
    accounts: FakeAccounts = field(default_factory=FakeAccounts)
    sender: FakeMailSender = field(default_factory=FakeMailSender)
    changes: FakeEmailChanges = field(default_factory=FakeEmailChanges)
    evidence: FakeEvidence = field(init=False)
    slots: FakeMailSlots = field(default_factory=FakeMailSlots)
    links: FakeLinks = field(default_factory=FakeLinks)
    daily_ceiling: int = 1000

    def __post_init__(self) -> None:
        self.evidence = FakeEvidence(self.accounts)

    @property
    def registrations(self) -> FakeRegistrations:
        return self.accounts.registrations

    def deliver(self, row_id: OutboxId) -> str:
        composer = Composer(
            registrations=self.registrations,
            accounts=self.accounts,
            changes=self.changes,
            links=self.links,
            passwords=FakePasswords(),
            recipients=FakeRecipients(),
            letters=cast("Letters", PlainLetters()),
            clock=self.clock,
            public_url="https://portal.example.com",
            initial_password_lifetime=WEEK,
        )
        budget = MailBudget(self.slots, {"opt_in": Budget(3, 6), "reset": Budget(3, 6)}, self.daily_ceiling)
        mailer = Mailer(self.outbox, composer, budget, self.sender, self.registrations, self.evidence, self.clock)
        return mailer.deliver(row_id)

    def order(self, kind: MailKind, ref: str, recipient: str | None = None) -> OutboxId:
        row = order_mail(kind, ref, "en", self.clock())
        row = replace(row, recipient=FakeRecipients().encrypt(recipient, row.id) if recipient else None)
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

    def change(self, account: Account, **changes: Any) -> None:
        """Change the credential of an account."""
        self.accounts.credentials[account.canonical_email] = replace(self.credential(account), **changes)

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
        f"de {attempt.reference} {base}/confirm#token=opt-in+jwt|{claims} {base}/reject#token=reject+jwt|{claims}"
    )
    noted = office.registrations.attempts[attempt.id]
    assert (noted.mail_sent_at, noted.mail_message_id) == (NOW, "message-1")


def test_a_registered_address_learns_that_it_is_registered_and_gets_no_link() -> None:
    office = PostOffice()
    office.account()
    attempt = office.attempt("ERIKA.muster@example.com")
    assert office.deliver(office.order("opt_in", attempt.id)) == "sent"
    ((_, mail, _),) = office.sender.sent
    assert mail.subject == "already_registered"
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


def test_a_retry_brings_the_same_password_with_the_same_end() -> None:
    office = PostOffice()
    account = office.account()
    order = office.order("credentials", account.id)
    office.sender.failure = Unavailable()
    assert office.deliver(order) == "postponed"
    office.sender.failure, office.clock.now = None, NOW + 30
    assert office.deliver(order) == "sent"
    assert office.sender.sent[0][1].text == f"en {TO} initial {account.id} {order} {NOW + WEEK}"
    assert office.credential(account).password_expires_at == NOW + WEEK


def test_an_initial_password_that_would_come_too_late_is_not_sent() -> None:
    office = PostOffice()
    account = office.account()
    order = office.order("credentials", account.id)
    office.clock.now += WEEK
    assert office.deliver(order) == "dropped"
    assert office.credential(account).password_hash is None


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
    office.sender.failure = Unavailable()
    for seconds in (30, 60, 120, 240):
        assert office.deliver(order) == "postponed"
        assert office.outbox.rows[order].next_attempt_at == office.clock.now + seconds
        assert office.deliver(order) == "not_due"
        office.clock.now += seconds
    office.sender.failure = None
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
def test_an_order_that_was_never_sent_in_its_time_leaves_the_queue_once(after: int) -> None:
    office = PostOffice()
    order = office.order("opt_in", office.attempt().id)
    office.clock.now += after
    assert [office.deliver(order) for _ in range(2)] == ["expired", "not_due"]
    assert office.deliver(OutboxId("unknown")) == "not_due"


def test_a_mail_that_the_service_refuses_is_given_up_at_last() -> None:
    office = PostOffice()
    order = office.order("opt_in", office.attempt().id)
    office.sender.failure = MailRefused()
    outcomes = []
    while order not in office.outbox.done:
        outcomes.append(office.deliver(order))
        office.clock.now = office.outbox.rows[order].next_attempt_at
    assert outcomes == ["postponed"] * (REFUSALS_BEFORE_GIVING_UP - 1) + ["failed"]
    assert office.clock.now - NOW < DAY


def test_a_fault_of_the_code_gives_the_row_back_and_is_told() -> None:
    office = PostOffice()
    order = office.order("opt_in", office.attempt().id)
    office.sender.failure = KeyError("x")
    with pytest.raises(KeyError):
        office.deliver(order)
    assert office.outbox.rows[order].next_attempt_at == NOW + 30
    office.sender.failure, office.clock.now = None, NOW + 30
    assert office.deliver(order) == "sent"


def test_who_clicks_before_the_mail_is_noted_has_its_time_in_the_evidence_all_the_same() -> None:
    office = PostOffice()
    attempt = office.attempt()
    order = office.order("opt_in", attempt.id)

    def confirmed_meanwhile(*_: object) -> str:
        del office.registrations.attempts[attempt.id]
        office.accounts.accounts[AccountId(attempt.id)] = open_account(attempt, NOW)
        return "message-1"

    office.sender.send = confirmed_meanwhile  # type: ignore[assignment, method-assign]  # a sender that takes its time
    assert office.deliver(order) == "sent"
    assert office.evidence.mails == [OptInMailEvidence(AccountId(attempt.id), NOW, "message-1")]


def test_a_note_that_fails_is_made_later_and_sends_no_second_mail() -> None:
    office = PostOffice()
    attempt = office.attempt()
    order = office.order("opt_in", attempt.id)
    office.registrations.faults.queue = [None, None, Unavailable()]
    assert office.deliver(order) == "unnoted"
    assert office.outbox.done == {}
    office.clock.now += 30
    assert office.deliver(order) == "sent"
    assert office.outbox.done == {order: "sent"}
    assert len(office.sender.sent) == 1
    assert office.registrations.attempts[attempt.id].mail_sent_at == NOW


def test_a_run_that_ends_before_it_notes_the_mail_leaves_that_to_the_next_one_even_after_the_click() -> None:
    office = PostOffice()
    attempt = office.attempt()
    order = office.order("opt_in", attempt.id)
    office.registrations.faults.queue = [None, None, KeyError("a bug")]
    with pytest.raises(KeyError):
        office.deliver(order)
    del office.registrations.attempts[attempt.id]
    office.accounts.accounts[AccountId(attempt.id)] = open_account(attempt, NOW + 1)
    office.clock.now += LEASE_SECONDS
    assert office.deliver(order) == "sent"
    assert len(office.sender.sent) == 1
    assert [(mail.subject, mail.mail_sent_at) for mail in office.evidence.mails] == [(AccountId(attempt.id), NOW)]


def test_a_mail_that_is_never_noted_in_its_time_is_not_called_lost() -> None:
    office = PostOffice()
    order = office.order("opt_in", office.attempt().id)
    office.registrations.faults.queue = [None, None, Unavailable()]
    assert office.deliver(order) == "unnoted"
    office.clock.now = office.outbox.rows[order].expires_at
    assert office.deliver(order) == "unnoted"


def test_a_resend_names_the_three_newest_pending_attempts_of_the_address() -> None:
    office = PostOffice()
    attempts = []
    for _ in range(5):
        attempts.append(office.attempt())
        office.registrations.attempts[attempts[-1].id] = replace(attempts[-1], requested_at=office.clock.now)
        office.clock.now += 1
    office.attempt("somebody.else@example.com")
    assert office.deliver(office.order("resend", "-", "ERIKA.muster@example.com")) == "sent"
    ((to, mail, _),) = office.sender.sent
    assert to == TO
    references = [word for word in mail.text.split() if word in {one.reference for one in attempts}]
    assert references == [one.reference for one in reversed(attempts[2:])]
    noted = [one.mail_message_id for one in office.registrations.attempts.values()]
    assert noted.count("message-1") == 3


def test_a_resend_or_a_reset_for_a_strange_address_sends_nothing() -> None:
    office = PostOffice()
    for kind in ("resend", "password_reset"):
        assert office.deliver(office.order(kind, "-", "nobody@example.com")) == "dropped"
    assert not office.sender.sent


def test_a_resend_for_a_registered_address_says_so() -> None:
    office = PostOffice()
    office.account()
    office.attempt()
    assert office.deliver(office.order("resend", "-", TO)) == "sent"
    assert [mail.subject for _, mail, _ in office.sender.sent] == ["already_registered"]


def test_a_reset_link_carries_the_generation_and_ends_after_an_hour() -> None:
    office = PostOffice()
    account = office.account()
    assert office.deliver(office.order("password_reset", "-", "erika.MUSTER@example.com")) == "sent"
    ((to, mail, _),) = office.sender.sent
    assert to == TO
    token = f"password-reset+jwt|{account.id}|{NOW}|{NOW + 3600}|gen=0"
    assert mail.text == f"de https://portal.example.com/reset#token={token} {NOW + 3600}"


def test_a_blocked_account_gets_no_reset_link() -> None:
    office = PostOffice()
    account = office.account()
    office.accounts.accounts[account.id] = replace(account, blocked=True)
    assert office.deliver(office.order("password_reset", "-", TO)) == "dropped"


@pytest.mark.parametrize("kind", get_args(NoticeKind))
def test_a_notice_carries_a_freeze_link_of_72_hours_from_its_sending(kind: MailKind) -> None:
    office = PostOffice()
    account = office.account()
    order = office.order(kind, account.id, "former@example.com")
    office.clock.now += DAY
    assert office.deliver(order) == "sent"
    ((to, mail, _),) = office.sender.sent
    assert to == "former@example.com"
    ends = NOW + DAY + 72 * 3600
    token = f"freeze+jwt|{account.id}|{NOW + DAY}|{ends}|notice={order}"
    language = "de" if kind == "new_device_login" else "en"
    assert mail.text == f"{kind} {language} {NOW} https://portal.example.com/freeze#token={token} {ends}"


@pytest.mark.parametrize(
    ("told", "to", "language"),
    [(TO.lower(), TO, "de"), ("former@example.com", "former@example.com", "de"), (TO.lower(), TO.lower(), "en")],
    ids=["same address", "other address meanwhile", "account closed meanwhile"],
)
def test_a_login_from_a_new_device_is_told_as_the_account_says(told: str, to: str, language: Language) -> None:
    office = PostOffice()
    account = office.account()
    if language == "en":
        office.accounts.accounts.clear()
    assert office.deliver(office.order("new_device_login", account.id, addressed(told, "Firefox, Linux"))) == "sent"
    ((sent_to, mail, _),) = office.sender.sent
    assert (sent_to, mail.subject) == (to, "notice device=Firefox, Linux")
    assert mail.text.startswith(f"new_device_login {language} {NOW} ")


def test_a_request_that_another_one_overtook_sends_no_link() -> None:
    office = PostOffice()
    account = office.account()
    change = request_email_change(account, "Neu@example.org", NOW)
    office.changes.changes[change.id] = change
    office.accounts.accounts[account.id] = replace(account, pending_email_change_id="another")
    assert office.deliver(office.order("email_change", change.id)) == "dropped"


@pytest.mark.parametrize("state", [{"blocked": True}, {"generation": 1}])
def test_an_account_that_was_blocked_or_given_back_gets_no_initial_password(state: dict[str, Any]) -> None:
    office = PostOffice()
    account = office.account()
    office.accounts.accounts[account.id] = replace(account, **state)
    assert office.deliver(office.order("credentials", account.id)) == "dropped"
    assert office.credential(account).password_hash is None


def test_a_change_of_address_asks_the_new_address_by_a_link_of_its_own() -> None:
    office = PostOffice()
    change = request_email_change(office.account(), "Neu@example.org", NOW)
    office.changes.changes[change.id] = change
    waiting = replace(office.accounts.accounts[change.account_id], pending_email_change_id=change.id)
    office.accounts.accounts[change.account_id] = waiting
    assert office.deliver(office.order("email_change", change.id)) == "sent"
    ((to, mail, _),) = office.sender.sent
    assert to == "Neu@example.org"
    assert f"email-change+jwt|{change.account_id}|{NOW}|{NOW + DAY}|gen=0|chg={change.id}" in mail.text


def test_a_change_to_an_address_that_has_an_account_tells_that_account() -> None:
    office = PostOffice()
    account = office.account()
    change = replace(
        request_email_change(account, "x@example.org", NOW), email=TO, canonical_email=account.canonical_email
    )
    office.changes.changes[change.id] = change
    waiting = replace(office.accounts.accounts[change.account_id], pending_email_change_id=change.id)
    office.accounts.accounts[change.account_id] = waiting
    assert office.deliver(office.order("email_change", change.id)) == "sent"
    assert office.sender.sent[0][1].subject == "already_registered"


def test_a_farewell_says_until_when_the_evidence_stays() -> None:
    office = PostOffice()
    assert office.deliver(office.order("farewell", "1900000000", TO)) == "sent"
    ((to, mail, _),) = office.sender.sent
    assert (to, mail.text) == (TO, f"en {NOW} 1900000000")


@pytest.mark.parametrize("kind", ["initial", "chosen"])
def test_an_announced_closing_is_told_with_its_time_and_how_to_keep_the_account(kind: PasswordKind) -> None:
    office = PostOffice()
    account = office.account()
    office.change(account, password_kind=kind, closing_announced_at=NOW, review_at=NOW + 14 * DAY)
    assert office.deliver(office.order("closing_announced", account.id)) == "sent"
    ((to, mail, _),) = office.sender.sent
    assert (to, mail.subject, mail.text) == (
        TO,
        f"closing_announced activated={kind == 'chosen'}",
        f"en {NOW + 14 * DAY}",
    )


@pytest.mark.parametrize(
    "changes", [{"closing_announced_at": None}, {"last_login_at": NOW}, {"blocked": True}, {"review_at": None}]
)
def test_an_announcement_that_does_not_stand_any_more_is_not_sent(changes: dict[str, Any]) -> None:
    office = PostOffice()
    account = office.account()
    office.change(account, **{"closing_announced_at": NOW, "review_at": NOW + DAY, **changes})
    assert office.deliver(office.order("closing_announced", account.id)) == "dropped"
