"""Cases, and what they add to the figures of their client."""

from collections import Counter
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from portal.domain.case import CaseStatus, Payment, Posting, contribution
from portal.domain.client import Figures
from tests.support.mirror import TODAY, a_case, a_client


def test_a_case_is_claimed_paid_and_outstanding() -> None:
    case = a_case()
    assert (case.claimed, case.paid, case.row.outstanding) == (129_050, 15_000, 114_050)


def test_credit_lowers_what_is_claimed() -> None:
    assert a_case(postings=(Posting(date(2026, 4, 1), "Gutschrift", -20_000),)).claimed == 104_050


def test_who_paid_too_much_is_owed_something() -> None:
    assert a_case(payments=(Payment(date(2026, 4, 1), on_principal=200_000),)).row.outstanding == -70_950


def test_a_case_adds_its_money_by_month_and_itself_by_status() -> None:
    paid = (Payment(date(2026, 3, 1), on_costs=1), Payment(date(2026, 3, 31), 2, 3, 4), Payment(date(2027, 3, 1), 9))
    assert contribution(a_case(payments=paid, postings=()), date(2027, 2, 20)) == {
        "cases_court": 1,
        "claimed": 124_050,
        "recovered": 19,
        "recovered_2026_03": 10,
        "recovered_2027_03": 9,
    }


def test_figures_name_every_status() -> None:
    assert set(Figures().cases) == set(CaseStatus)
    assert Figures({"cases_court": 2}).cases[CaseStatus.COURT] == 2


def test_recoveries_end_with_the_present_month_and_go_back_over_years() -> None:
    found = Figures({"recovered_2025_12": 7, "recovered_2024_12": 5}).recoveries(date(2026, 1, 31), 13)
    assert [(month.year, month.month) for month in (found[0], found[-1])] == [(2025, 1), (2026, 1)]
    assert len(found) == 13
    assert [month.amount for month in found if month.amount] == [7]


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(1, 60))
def test_months_follow_one_another(today: date, months: int) -> None:
    found = Figures().recoveries(today, months)
    numbers = [month.year * 12 + month.month for month in found]
    assert numbers == list(range(numbers[0], numbers[0] + months))
    assert (found[-1].year, found[-1].month) == (today.year, today.month)


@given(st.lists(st.integers(-(10**6), 10**6), max_size=5))
def test_what_several_cases_add_is_the_sum(amounts: list[int]) -> None:
    cases = [a_case(postings=(Posting(date(2026, 1, 1), "x", amount),)) for amount in amounts]
    counted: Counter[str] = Counter()
    for case in cases:
        counted.update(contribution(case, TODAY))
    assert Figures(counted).claimed == sum(case.claimed for case in cases)


def test_a_client_is_open_to_its_people_alone() -> None:
    client = a_client("erika.muster@example.com")
    assert [client.is_open_to(email) for email in (*client.people, "other@example.com")] == [True, False]  # type: ignore[arg-type]  # a text
