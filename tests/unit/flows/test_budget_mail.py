"""What anybody can trigger waits for its turn; what tells an owner of something never does."""

from dataclasses import replace

import pytest

from portal.domain.errors import Unavailable
from portal.domain.mail_budget import Mailbox, Slot
from portal.domain.outbox import LIFETIME_SECONDS, MailKind
from tests.support.fakes import DAY, NOW, an_attempt
from tests.unit.flows.test_deliver_mail import TO, PostOffice

HOUR = 3600


def deliver_resets(office: PostOffice, number: int, recipient: str = TO) -> list[str]:
    return [office.deliver(office.order("password_reset", "-", recipient)) for _ in range(number)]


def turns(office: PostOffice) -> list[int]:
    """Return how long each waiting row has to wait, in seconds from now on."""
    waiting = [row for row in office.outbox.rows.values() if row.id not in office.outbox.done]
    return sorted(row.next_attempt_at - office.clock() for row in waiting)


def test_three_mails_an_hour_and_six_a_day_leave_at_once_and_each_further_one_has_its_own_turn() -> None:
    office = PostOffice()
    office.account()
    assert deliver_resets(office, 12) == ["sent"] * 3 + ["waiting"] * 9
    assert turns(office) == [HOUR] * 3 + [DAY] * 3 + [DAY + HOUR] * 3


def test_each_waiting_mail_leaves_when_its_turn_comes() -> None:
    office = PostOffice()
    office.account()
    deliver_resets(office, 12)
    sent_at = {0: 3}
    for seconds in (HOUR, DAY, DAY + HOUR):
        office.clock.now = NOW + seconds
        before = len(office.sender.sent)
        for row_id in office.outbox.due(office.clock(), 100):
            office.deliver(row_id)
        sent_at[seconds] = len(office.sender.sent) - before
    assert sent_at == {0: 3, HOUR: 3, DAY: 3, DAY + HOUR: 3}
    assert turns(office) == []


def test_the_link_of_a_mail_that_waited_counts_its_time_from_its_turn() -> None:
    office = PostOffice()
    office.account()
    deliver_resets(office, 4)
    office.clock.now += HOUR
    (row_id,) = office.outbox.due(office.clock(), 100)
    assert office.deliver(row_id) == "sent"
    assert f"|{NOW + HOUR}|{NOW + 2 * HOUR}" in office.sender.sent[-1][1].text


@pytest.mark.parametrize("spelling", ["Erika.MUSTER@example.com", "erika.muster+1@example.com"])
def test_another_spelling_of_a_mailbox_has_no_budget_of_its_own(spelling: str) -> None:
    office = PostOffice()
    for _ in range(3):
        assert office.deliver(office.order("opt_in", office.attempt(TO).id)) == "sent"
    assert office.deliver(office.order("opt_in", office.attempt(spelling).id)) == "waiting"


def test_other_mailboxes_and_other_kinds_have_budgets_of_their_own() -> None:
    office = PostOffice()
    office.account()
    deliver_resets(office, 4)
    assert office.deliver(office.order("opt_in", office.attempt("erich@example.com").id)) == "sent"
    assert office.deliver(office.order("resend", "-", TO)) == "sent"


@pytest.mark.parametrize("kind", ["email_changed", "bank_details_changed"])
def test_notices_have_no_budget(kind: MailKind) -> None:
    office = PostOffice(daily_ceiling=1)
    account = office.account()
    assert [office.deliver(office.order(kind, account.id, TO)) for _ in range(10)] == ["sent"] * 10


def test_what_waited_names_the_newest_attempts_and_those_named_meanwhile_are_not_named_again() -> None:
    office = PostOffice()
    attempts = [office.attempt() for _ in range(6)]
    for second, attempt in enumerate(attempts):
        office.registrations.attempts[attempt.id] = replace(attempt, requested_at=NOW + second)
    orders = [office.order("opt_in", attempt.id) for attempt in attempts]
    assert [office.deliver(order) for order in orders] == ["sent"] * 3 + ["waiting"] * 3
    office.clock.now += HOUR
    assert [office.deliver(order) for order in orders[3:]] == ["sent", "dropped", "dropped"]
    text = office.sender.sent[-1][1].text
    assert [one.reference for one in attempts if one.reference in text] == [one.reference for one in attempts[3:]]


def test_another_try_of_a_mail_takes_no_second_slot() -> None:
    office = PostOffice()
    office.account()
    office.sender.failure = Unavailable()
    order = office.order("password_reset", "-", TO)
    for _ in range(2):
        assert office.deliver(order) == "postponed"
        office.clock.now += 120
    office.sender.failure = None
    assert office.deliver(order) == "sent"
    assert [len(mailbox.slots) for mailbox in office.slots.mailboxes.values()] == [1]


def test_two_runs_at_once_give_two_slots() -> None:
    office = PostOffice()
    office.account()
    other = PostOffice(office.clock, accounts=office.accounts, slots=office.slots)

    def meanwhile() -> None:
        office.slots.meanwhile = lambda: None
        assert deliver_resets(other, 1) == ["sent"]

    office.slots.meanwhile = meanwhile
    assert deliver_resets(office, 1) == ["sent"]
    assert [[slot.at for slot in mailbox.slots] for mailbox in office.slots.mailboxes.values()] == [[NOW, NOW]]


def test_a_mailbox_that_never_rests_postpones_the_mail() -> None:
    office = PostOffice()
    office.account()

    def meanwhile() -> None:
        for key, mailbox in list(office.slots.mailboxes.items()):
            office.slots.mailboxes[key] = Mailbox((*mailbox.slots, Slot(NOW, str(len(mailbox.slots)))))

    deliver_resets(office, 1)
    office.slots.meanwhile = meanwhile
    assert deliver_resets(office, 1) == ["postponed"]


def test_over_the_daily_ceiling_mails_wait_for_the_next_day() -> None:
    office = PostOffice(daily_ceiling=2)
    mails = [office.order("opt_in", office.attempt(f"a{number}@example.com").id) for number in range(3)]
    assert [office.deliver(order) for order in mails] == ["sent", "sent", "waiting"]
    midnight = (NOW // DAY + 1) * DAY
    assert turns(office) == [midnight - NOW]
    office.clock.now = midnight
    assert office.deliver(mails[-1]) == "sent"


def test_a_mail_whose_turn_would_come_too_late_is_given_up() -> None:
    office = PostOffice()
    assert office.deliver(office.order("opt_in", office.attempt().id)) == "sent"
    (key,) = office.slots.mailboxes
    office.slots.mailboxes[key] = Mailbox(tuple(Slot(NOW + LIFETIME_SECONDS, str(number)) for number in range(6)))
    order = office.order("opt_in", office.attempt().id)
    assert office.deliver(order) == "over_budget"
    assert office.outbox.done[order] == "over_budget"


def test_an_attempt_that_expired_while_its_mail_waited_sends_nothing() -> None:
    office = PostOffice()
    for _ in range(3):
        office.deliver(office.order("opt_in", office.attempt().id))
    attempt = an_attempt(TO, lifetime=60)
    office.registrations.attempts[attempt.id] = attempt
    order = office.order("opt_in", attempt.id)
    assert office.deliver(order) == "waiting"
    office.clock.now += HOUR
    assert office.deliver(order) == "dropped"
