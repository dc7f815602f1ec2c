"""What anybody can trigger waits for its turn; what tells an owner of something never does."""

from dataclasses import replace

import pytest

from portal.domain.errors import Unavailable
from portal.domain.ids import CanonicalEmail, CounterKey, OutboxId
from portal.domain.mail_budget import Mailbox, Slot, mailbox_counter
from portal.domain.outbox import LIFETIME_SECONDS, MailKind
from portal.domain.registration import Attempt
from tests.support.fakes import DAY, NOW, an_attempt
from tests.unit.flows.test_deliver_mail import TO, PostOffice

HOUR = 3600
RANGE = "203.0.113.0"
DOTLESS = ("gmail.com", "googlemail.com")


def counter(email: str) -> CounterKey:
    return mailbox_counter("opt_in", CanonicalEmail(email))


def deliver_resets(office: PostOffice, number: int, recipient: str = TO) -> list[str]:
    return [office.deliver(office.order("password_reset", "-", recipient)) for _ in range(number)]


def turns(office: PostOffice) -> list[int]:
    """Return how long each waiting row has to wait, in seconds from now on."""
    waiting = [row for row in office.outbox.rows.values() if row.id not in office.outbox.done]
    return sorted(row.next_attempt_at - office.clock() for row in waiting)


def test_three_mails_an_hour_and_six_a_day_leave_at_once_and_further_ones_wait() -> None:
    office = PostOffice()
    office.account()
    for passed, waits in ((0, HOUR), (HOUR, DAY - HOUR), (2 * HOUR, DAY - 2 * HOUR)):
        office.clock.now = NOW + passed
        outcomes = deliver_resets(office, 4)
        assert outcomes == (["sent"] * 3 + ["waiting"] if passed < 2 * HOUR else ["waiting"] * 4)
        assert max(turns(office)) == waits


def test_of_requests_that_wait_one_mail_is_sent_when_their_turn_comes() -> None:
    office = PostOffice()
    office.account()
    assert deliver_resets(office, 12) == ["sent"] * 3 + ["waiting"] * 9
    office.clock.now += HOUR
    outcomes = [office.deliver(row_id) for row_id in office.outbox.due(office.clock(), 100)]
    assert outcomes == ["sent"] + ["dropped"] * 8
    assert turns(office) == []


def test_a_registration_waits_a_day_at_most_however_many_strangers_asked_before_and_withdrew() -> None:
    office = PostOffice()
    strangers = register(office, 100, "198.51.100.0")
    for attempt, _, _ in strangers:
        office.registrations.attempts.pop(attempt.id)
    ((own, order, outcome),) = register(office, 1, RANGE)
    assert outcome == "waiting"
    office.clock.now = NOW + HOUR + 1
    assert {office.deliver(one) for _, one, _ in strangers[3:]} == {"dropped"}
    assert office.deliver(order) == "sent"
    assert own.reference in office.sender.sent[-1][1].text


def test_the_link_of_a_mail_that_waited_counts_its_time_from_its_turn() -> None:
    office = PostOffice()
    office.account()
    deliver_resets(office, 4)
    office.clock.now += HOUR
    (row_id,) = office.outbox.due(office.clock(), 100)
    assert office.deliver(row_id) == "sent"
    assert f"|{NOW + HOUR}|{NOW + HOUR + DAY}" in office.sender.sent[-1][1].text


def test_whoever_orders_so_many_resets_that_the_owner_has_to_wait_gives_her_links_that_live_a_day() -> None:
    office = PostOffice()
    office.account()
    # At the very moment at which the budget allows one, for three days; the first ones in the night.
    ends: list[int] = []
    while office.clock.now < NOW + 3 * DAY:
        deliver_resets(office, 1)
        office.clock.now += 600
        ends = [int(mail.text.rsplit(" ", 1)[1]) for _, mail, _ in office.sender.sent]
        waits = {*office.outbox.rows} - {*office.outbox.done}
        assert max(ends) > office.clock.now or not waits
        if office.clock.now >= NOW + DAY:
            assert max(ends) > office.clock.now
    assert [end - NOW for end in ends[:4]] == [HOUR, HOUR + 600, HOUR + 1200, HOUR + DAY]


def test_a_link_keeps_its_end_at_another_try() -> None:
    office = PostOffice()
    office.account()
    deliver_resets(office, 2)
    office.sender.failure = Unavailable()
    order = office.order("password_reset", "-", TO)
    assert office.deliver(order) == "postponed"
    office.sender.failure = None
    office.clock.now += 60
    deliver_resets(office, 1)
    assert office.deliver(order) == "sent"
    assert office.sender.sent[-1][1].text.endswith(f" {NOW + HOUR}")


@pytest.mark.parametrize("spelling", ["Erika.MUSTER@example.com", "erika.muster+1@example.com"])
def test_another_spelling_of_a_mailbox_has_no_budget_of_its_own(spelling: str) -> None:
    office = PostOffice()
    for _ in range(3):
        assert office.deliver(office.order("opt_in", office.attempt(TO).id)) == "sent"
    assert office.deliver(office.order("opt_in", office.attempt(spelling).id)) == "waiting"


def test_dots_make_another_mailbox_except_where_the_service_ignores_them() -> None:
    assert counter("erika.muster@example.com") != counter("erikamuster@example.com")
    same = {counter(f"{user}@{service}") for user in ("a.b", "ab", "a.b+c") for service in DOTLESS}
    assert len(same) == 1


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


def register(office: PostOffice, number: int, ip: str) -> list[tuple[Attempt, OutboxId, str]]:
    """Register one after another, and return attempts, orders, and what came of them."""
    done = []
    for _ in range(number):
        office.clock.now += 1
        attempt = replace(office.attempt(), ip=ip, requested_at=office.clock())
        office.registrations.attempts[attempt.id] = attempt
        order = office.order("opt_in", attempt.id)
        done.append((attempt, order, office.deliver(order)))
    return done


def named(office: PostOffice, attempts: list[Attempt]) -> list[str]:
    """Return which of the attempts the last mail names, in its order."""
    references = {attempt.reference for attempt in attempts}
    return [word for word in office.sender.sent[-1][1].text.split() if word in references]


def test_what_waited_names_attempts_that_wait_too_and_those_named_meanwhile_are_not_named_again() -> None:
    office = PostOffice()
    done = register(office, 6, RANGE)
    assert [outcome for _, _, outcome in done] == ["sent"] * 3 + ["waiting"] * 3
    office.clock.now += HOUR
    assert [office.deliver(order) for _, order, _ in done[3:]] == ["sent", "dropped", "dropped"]
    attempts = [attempt for attempt, _, _ in done]
    assert named(office, attempts) == [one.reference for one in reversed(attempts[3:])]


@pytest.mark.parametrize("fresh", [False, True], ids=["one that waited", "one ordered at the moment of the turn"])
def test_the_next_mail_names_the_owners_attempt_however_many_strangers_wait(*, fresh: bool) -> None:
    office = PostOffice()
    strangers = register(office, 30, "198.51.100.0")
    ((own, order, outcome),) = register(office, 1, RANGE)
    strangers += register(office, 60, "198.51.100.0")
    assert outcome == "waiting"
    office.clock.now = NOW + HOUR + 60
    if fresh:
        assert register(office, 1, "198.51.100.0")[0][2] == "sent"
    else:
        assert office.deliver(strangers[-1][1]) == "sent"
    assert len(named(office, [own, *(attempt for attempt, _, _ in strangers)])) >= 2
    assert own.reference in office.sender.sent[-1][1].text
    assert office.deliver(order) == "dropped"


def test_a_mail_names_its_own_attempt_first_of_all() -> None:
    office = PostOffice()
    register(office, 3, "198.51.100.0")
    ((own, order, _),) = register(office, 1, RANGE)
    for number in range(30):
        register(office, 1, f"198.51.{number}.0")
    office.clock.now = NOW + HOUR + 60
    assert office.deliver(order) == "sent"
    assert own.reference in office.sender.sent[-1][1].text


def test_what_has_to_wait_costs_no_key_and_no_look_for_others() -> None:
    office = PostOffice()
    register(office, 3, RANGE)
    signed, looked = office.links.signed, office.registrations.looks
    assert register(office, 1, RANGE)[0][2] == "waiting"
    assert (office.links.signed, office.registrations.looks) == (signed, looked)


def test_a_resend_waits_on_when_another_mail_said_something_else() -> None:
    office = PostOffice()
    register(office, 3, RANGE)
    other = office.attempt("erika.muster+privat@example.com")
    resend = office.order("resend", "-", TO)
    assert office.deliver(resend) == "waiting"
    office.clock.now = NOW + HOUR + 1
    assert office.deliver(office.order("opt_in", other.id)) == "sent"
    office.clock.now += 1
    assert office.deliver(resend) == "sent"
    assert office.sender.sent[-1][1].subject == "opt_in"


def test_a_resend_that_waited_is_not_sent_when_another_one_has_said_the_same() -> None:
    office = PostOffice()
    register(office, 3, RANGE)
    resends = [office.order("resend", "-", TO) for _ in range(3)]
    assert {office.deliver(resend) for resend in resends} == {"waiting"}
    office.clock.now = NOW + HOUR + 60
    assert [office.deliver(resend) for resend in resends] == ["sent", "dropped", "dropped"]


def test_waiting_is_no_failure_of_a_mail() -> None:
    office = PostOffice()
    office.account()
    deliver_resets(office, 3)
    order = office.order("password_reset", "-", TO)
    for _ in range(5):
        (key,) = office.slots.mailboxes
        full = [Slot(office.clock(), str(number), "-") for number in range(3)]
        office.slots.mailboxes[key] = Mailbox(tuple(full))
        assert office.deliver(order) == "waiting"
        office.clock.now += HOUR
    office.sender.failure = Unavailable()
    assert office.deliver(order) == "postponed"
    assert office.outbox.rows[order].next_attempt_at == office.clock() + 30


def test_that_an_address_is_registered_is_said_once_more_when_the_turn_comes_and_not_for_each_request() -> None:
    office = PostOffice()
    office.account()
    orders = [office.order("opt_in", office.attempt("erika.MUSTER@example.com").id) for _ in range(9)]
    assert [office.deliver(order) for order in orders] == ["sent"] * 3 + ["waiting"] * 6
    office.clock.now += HOUR
    assert [office.deliver(order) for order in orders[3:]] == ["sent"] + ["dropped"] * 5


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
            office.slots.mailboxes[key] = Mailbox((Slot(NOW - 2 * DAY, str(len(mailbox.slots)), "-"), *mailbox.slots))

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


def test_the_daily_ceiling_of_registrations_keeps_no_reset_back() -> None:
    office = PostOffice(daily_ceiling=1)
    office.account()
    for outcome in ("sent", "waiting"):
        assert office.deliver(office.order("opt_in", office.attempt(f"{outcome}@example.com").id)) == outcome
    assert deliver_resets(office, 2) == ["sent", "waiting"]


def test_over_the_daily_ceiling_a_mailbox_keeps_its_turns() -> None:
    office = PostOffice(daily_ceiling=0)
    office.account()
    deliver_resets(office, 5)
    assert office.slots.mailboxes == {}


def test_another_try_of_a_mail_counts_no_second_time_that_day() -> None:
    office = PostOffice(daily_ceiling=1)
    office.account()
    office.sender.failure = Unavailable()
    order = office.order("password_reset", "-", TO)
    for _ in range(3):
        assert office.deliver(order) == "postponed"
        office.clock.now += 300
    office.sender.failure = None
    assert office.deliver(order) == "sent"


def test_a_mail_whose_turn_would_come_too_late_is_given_up() -> None:
    office = PostOffice()
    assert office.deliver(office.order("opt_in", office.attempt().id)) == "sent"
    (key,) = office.slots.mailboxes
    order = office.order("opt_in", office.attempt().id)
    row = office.outbox.rows[order]
    late = row.created_at + LIFETIME_SECONDS - HOUR
    office.outbox.rows[order] = replace(row, next_attempt_at=late, turn_at=late, expires_at=late + DAY)
    office.slots.mailboxes[key] = Mailbox(tuple(Slot(late, str(number), "-") for number in range(6)))
    office.clock.now = late
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
