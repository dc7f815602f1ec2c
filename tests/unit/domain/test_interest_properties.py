"""Interest of any case, held against a sum over its days that knows nothing of periods."""

from calendar import isleap
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from portal.domain.case import Case, CaseStatus, Debtor, Payment, Points, Position, StatutoryInterest
from portal.domain.ids import CaseId, ClientId
from portal.domain.interest import Interest, base_rates, interest_of

RATES = tuple(rate for rate in base_rates() if rate.valid_from.year <= 2026)
DAY = timedelta(days=1)

# Around changes of sign, steps within a year, leap years, and the two ends of the table.
days = st.sampled_from([2001, 2012, 2015, 2019, 2022, 2023, 2026]).flatmap(
    lambda year: st.dates(date(year, 7, 1), date(year + 2, 2, 1))
)
amounts = st.integers(min_value=0, max_value=10**9)
points: st.SearchStrategy[Points] = st.sampled_from([5, 8, 9])


@st.composite
def cases_and_days(draw: st.DrawFn) -> tuple[Case, date]:
    """Return a case whose days lie within some years of each other, and a day up to which it is computed."""
    first = draw(days)
    near = st.integers(min_value=0, max_value=800).map(lambda count: first + count * DAY)
    statutory = st.none() | st.builds(StatutoryInterest, points, near)
    position = st.builds(
        Position,
        st.sampled_from(["principal", "principal", "principal", "costs"]),
        st.just("Rechnung"),
        amounts,
        st.none() | near,
        statutory,
    )
    payment = st.builds(Payment, near, st.just(0), amounts, st.integers(min_value=0, max_value=10**8))
    case = Case(
        client_id=ClientId("K-1"),
        id=CaseId("A-1"),
        version=1,
        reference="RE-2025-17",
        status=CaseStatus.PRE_COURT,
        opened_on=first,
        closed_on=None,
        debtors=(Debtor("company", "Beispiel Handel GmbH"),),
        positions=tuple(draw(st.lists(position, min_size=1, max_size=3))),
        payments=tuple(draw(st.lists(payment, max_size=3))),
    )
    return case, draw(near)


def base_rate_on(day: date) -> Fraction:
    found = [rate.percent for rate in RATES if rate.valid_from <= day] or [RATES[0].percent]
    return Fraction(found[-1])


def day_by_day(case: Case, to: date) -> Fraction:
    """Return what a case bears up to a day, in cents and their fractions: day after day, position after position."""
    bearing = [each for each in case.positions if each.kind == "principal" and each.interest]
    left = [each.amount for each in bearing]
    total = Fraction(0)
    day = min([case.opened_on, *(payment.received_on for payment in case.payments)])
    while day <= to:
        for index, position in enumerate(bearing):
            assert position.interest
            if position.interest.since <= day:
                percent = max(base_rate_on(day) + position.interest.points, Fraction(0))
                total += left[index] * percent / 100 / (366 if isleap(day.year) else 365)
        for payment in sorted(case.payments, key=lambda each: each.received_on):
            if payment.received_on == day:
                pay(bearing, left, payment)
        day += DAY
    return total


def pay(bearing: list[Position], left: list[int], payment: Payment) -> None:
    money = payment.on_principal
    while money > 0 and any(left):
        candidates = [index for index, amount in enumerate(left) if amount > 0]
        first = min(candidates, key=lambda index: (*rank(bearing[index], payment.received_on), index))
        part = min(left[first], money)
        left[first] -= part
        money -= part


def rank(position: Position, day: date) -> tuple[bool, int, date]:
    assert position.interest
    due = position.due_on or position.interest.since
    return due > day, -position.interest.points, due


def exactly(found: Interest) -> Fraction:
    """Return the sum of the periods before any of them is rounded, in cents and their fractions."""
    return sum(
        (
            Fraction(each.principal * each.days, 366 if isleap(each.since.year) else 365) * Fraction(each.rate) / 100
            for each in found.periods
        ),
        Fraction(0),
    )


@given(cases_and_days())
def test_before_rounding_it_is_the_sum_over_all_days(given: tuple[Case, date]) -> None:
    case, to = given
    assert exactly(interest_of(case, to, RATES)) == day_by_day(case, to)


@given(cases_and_days())
def test_each_period_is_rounded_once_and_a_reader_can_add_them_up(given: tuple[Case, date]) -> None:
    found = interest_of(*given, RATES)
    assert found.amount == sum(each.amount for each in found.periods)
    for each in found.periods:
        exact = exactly(replace(found, periods=(each,)))
        assert Fraction(-1, 2) < exact - each.amount < Fraction(1, 2) or exact - each.amount == Fraction(-1, 2)
        assert each.days == (each.to - each.since).days + 1
        assert isleap(each.since.year) == isleap(each.to.year)


@given(cases_and_days(), st.integers(min_value=1, max_value=400))
def test_it_never_shrinks_with_more_days(given: tuple[Case, date], more: int) -> None:
    case, to = given
    assert interest_of(case, to, RATES).amount <= interest_of(case, to + more * DAY, RATES).amount


@given(cases_and_days(), st.integers(min_value=1, max_value=400))
def test_adjacent_ranges_add_up(given: tuple[Case, date], more: int) -> None:
    """Without payments, which belong to one of the two ranges: up to a day, and from the next one on."""
    case, middle = given
    case = replace(case, payments=())
    end = middle + more * DAY
    later = replace(case, positions=tuple(beginning_after(each, middle) for each in case.positions))
    one, other, whole = (
        interest_of(case, middle, RATES),
        interest_of(later, end, RATES),
        interest_of(case, end, RATES),
    )
    assert exactly(one) + exactly(other) == exactly(whole)
    assert abs(one.amount + other.amount - whole.amount) <= len(one.periods) + len(other.periods)


def beginning_after(position: Position, day: date) -> Position:
    if position.interest is None or position.interest.since > day:
        return position
    return replace(position, interest=replace(position.interest, since=day + DAY))


@given(cases_and_days(), st.integers(min_value=0, max_value=50))
def test_it_is_proportional_to_the_principal(given: tuple[Case, date], factor: int) -> None:
    case, to = given
    larger = replace(
        case,
        positions=tuple(replace(each, amount=each.amount * factor) for each in case.positions),
        payments=tuple(replace(each, on_principal=each.on_principal * factor) for each in case.payments),
    )
    one, many = interest_of(case, to, RATES), interest_of(larger, to, RATES)
    assert exactly(many) == factor * exactly(one)
    assert abs(many.amount - factor * one.amount) <= (factor + 1) * len(one.periods)


@given(cases_and_days())
def test_payments_never_raise_it(given: tuple[Case, date]) -> None:
    case, to = given
    paid, unpaid = interest_of(case, to, RATES), interest_of(replace(case, payments=()), to, RATES)
    assert exactly(paid) <= exactly(unpaid)
    assert paid.amount <= unpaid.amount + len(paid.periods)


@given(cases_and_days())
def test_no_principal_bears_nothing(given: tuple[Case, date]) -> None:
    case, to = given
    nothing = replace(case, positions=tuple(replace(each, amount=0) for each in case.positions))
    assert (interest_of(nothing, to, RATES).amount, interest_of(nothing, to, RATES).periods) == (0, ())


@given(cases_and_days(), st.data())
def test_a_position_in_two_halves_bears_what_it_bore_as_one(given: tuple[Case, date], data: st.DataObject) -> None:
    case, to = given
    index = data.draw(st.integers(min_value=0, max_value=len(case.positions) - 1))
    halved = case.positions[index]
    halves = (replace(halved, amount=halved.amount // 2), replace(halved, amount=-(-halved.amount // 2)))
    split = replace(case, positions=(*case.positions[:index], *halves, *case.positions[index + 1 :]))
    one, two = interest_of(case, to, RATES), interest_of(split, to, RATES)
    assert exactly(one) == exactly(two)
    assert abs(one.amount - two.amount) <= len(one.periods) + len(two.periods)


@given(cases_and_days())
def test_periods_of_a_case_without_payments_cover_each_position_without_gaps(given: tuple[Case, date]) -> None:
    case, to = given
    for position in case.positions:
        found = interest_of(replace(case, positions=(position,), payments=()), to, RATES).periods
        assert all(before.to + DAY == after.since for before, after in pairwise(found))
        if found:
            assert position.interest
            assert (found[0].since, found[-1].to) == (position.interest.since, to)
