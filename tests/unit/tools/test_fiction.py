"""What the demonstration is filled with."""

from collections import Counter
from datetime import date

from portal.domain.case import Case, CaseStatus
from portal.domain.feed import Change
from portal.events.feed_lines import parse_line
from tools.feed.fiction import demo_lines, to_bytes

TODAY = date(2026, 11, 27)
EMAIL = "erika.muster@example.com"


def cases() -> list[Case]:
    found = [parse_line(number, line.strip()) for number, line in enumerate(to_bytes(demo_lines(EMAIL, TODAY)), 1)]
    changes = [each for each in found if isinstance(each, Change)]
    assert len(changes) == len(found) == 423
    return [each.content for each in changes if isinstance(each.content, Case)]


def test_every_line_is_well_formed_and_every_status_there() -> None:
    found = cases()
    assert len({(case.client_id, case.id) for case in found}) == 420
    assert min(Counter(case.status for case in found).values()) > 10
    assert {case.status for case in found} == set(CaseStatus)


def test_cases_and_payments_lie_within_three_years_and_none_in_the_future() -> None:
    days = [case.opened_on for case in cases()]
    assert (TODAY - min(days)).days < 3 * 366
    assert max(days) <= TODAY
    paid = [payment.received_on for case in cases() for payment in case.payments]
    assert max(paid) <= TODAY
    assert len({(day.year, day.month) for day in paid}) > 24


def test_what_is_settled_is_paid_and_nothing_else_is() -> None:
    for case in cases():
        assert (case.paid == case.claimed) is (case.status is CaseStatus.SETTLED), case.id
        assert all(payment.received_on >= case.opened_on for payment in case.payments)


def test_some_debtors_live_abroad() -> None:
    assert {debtor.country for case in cases() for debtor in case.debtors} >= {"DE", "AT", "CH"}


def test_the_same_person_and_day_give_the_same_file_and_others_other_clients() -> None:
    assert list(demo_lines(EMAIL, TODAY)) == list(demo_lines(EMAIL, TODAY))
    ids = {line["client_id"] for line in demo_lines(EMAIL, TODAY)}
    assert not ids & {line["client_id"] for line in demo_lines("max.muster@example.com", TODAY)}
