import ast
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from portal.domain import interest
from portal.domain.case import Case, CaseStatus, Debtor, Payment, Points, Position, Posting, StatutoryInterest
from portal.domain.ids import CaseId, ClientId
from portal.domain.interest import BaseRate, Period, base_rates, interest_of, known_until, parse_base_rates

RATES = base_rates()
# What was known when these tests were written, so that a new line changes none of them.
KNOWN_IN_2026 = tuple(rate for rate in RATES if rate.valid_from.year <= 2026)

# The half-years in which the Bundesbank changed the rate (its series BBIN1.M.DE.BBK.BBKBAS2.EUR.ME).
CHANGES = """
2002-01 2.57, 2002-07 2.47, 2003-01 1.97, 2003-07 1.22, 2004-01 1.14, 2004-07 1.13, 2005-01 1.21, 2005-07 1.17,
2006-01 1.37, 2006-07 1.95, 2007-01 2.70, 2007-07 3.19, 2008-01 3.32, 2008-07 3.19, 2009-01 1.62, 2009-07 0.12,
2011-07 0.37, 2012-01 0.12, 2013-01 -0.13, 2013-07 -0.38, 2014-01 -0.63, 2014-07 -0.73, 2015-01 -0.83, 2016-07 -0.88,
2023-01 1.62, 2023-07 3.12, 2024-01 3.62, 2024-07 3.37, 2025-01 2.27, 2025-07 1.27, 2026-07 1.52
"""


def principal(
    amount: int, since: date, points: Points = 5, due_on: date | None = None, label: str = "Rechnung"
) -> Position:
    return Position("principal", label, amount, due_on, StatutoryInterest(points, since))


def a_case(*positions: Position, payments: Sequence[Payment] = (), postings: Sequence[Posting] = ()) -> Case:
    return Case(
        client_id=ClientId("K-1"),
        id=CaseId("A-1"),
        version=1,
        reference="RE-2025-17",
        status=CaseStatus.PRE_COURT,
        opened_on=date(2025, 1, 2),
        closed_on=None,
        debtors=(Debtor("company", "Beispiel Handel GmbH"),),
        positions=positions,
        postings=tuple(postings),
        payments=tuple(payments),
    )


# ------------------------------------------------------------ the table of base rates


def test_the_lines_of_the_past_are_those_of_the_bundesbank() -> None:
    found = [rate for index, rate in enumerate(KNOWN_IN_2026) if not index or rate.percent != RATES[index - 1].percent]
    assert [f"{rate.valid_from:%Y-%m} {rate.percent}" for rate in found] == [
        " ".join(line.split()) for line in CHANGES.replace("\n", " ").split(",")
    ]


def test_the_table_begins_with_2002_and_has_a_line_for_each_half_year() -> None:
    assert RATES[0] == BaseRate(date(2002, 1, 1), Decimal("2.57"))
    assert len(KNOWN_IN_2026) == 50


def test_rates_are_known_to_the_end_of_the_half_year_of_the_newest_line() -> None:
    assert known_until([BaseRate(date(2026, 1, 1), Decimal("1.27"))]) == date(2026, 6, 30)
    assert known_until([BaseRate(date(2026, 7, 1), Decimal("1.52"))]) == date(2026, 12, 31)
    assert known_until(KNOWN_IN_2026) == date(2026, 12, 31)


def test_a_new_line_is_one_line() -> None:
    lines = "[percent]\n2026-07-01 = 1.52\n2027-01-01 = -0.13\n"
    assert parse_base_rates(lines) == (
        BaseRate(date(2026, 7, 1), Decimal("1.52")),
        BaseRate(date(2027, 1, 1), Decimal("-0.13")),
    )


@pytest.mark.parametrize(
    "lines",
    [
        "",
        "2026-07-01 = 1.52",
        "percent = 1.52",
        "[percent]",
        "[percent]\n2026-07-01 = 1,52",
        '[percent]\n2026-07-01 = "1.52"',
        "[percent]\n2026-07-01 = 1.5",
        "[percent]\n2026-07-01 = 2",
        "[percent]\n2026-07-01 = 1.520",
        "[percent]\n2026-07-01 = 152.00",
        "[percent]\n2026-07-01 = nan",
        "[percent]\n2026-07-01 = inf",
        "[percent]\n2026-07-01 = true",
        "[percent]\n2026-07-02 = 1.52",
        "[percent]\n2026-04-01 = 1.52",
        "[percent]\n20260701 = 1.52",
        "[percent]\n2026-W27-3 = 1.52",
        "[percent]\n01-07-2026 = 1.52",
        "[percent]\n2026-07-01 = 1.52\n2026-07-01 = 1.52",
        "[percent]\n2026-07-01 = 1.52\n2026-01-01 = 1.27",
        "[percent]\n2025-07-01 = 1.27\n2026-07-01 = 1.52",
    ],
)
def test_a_line_that_is_malformed_or_out_of_order_or_leaves_a_gap_is_refused(lines: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_base_rates(lines)


def test_the_table_is_read_when_it_is_needed_and_once() -> None:
    top = ast.parse(Path(interest.__file__).read_text()).body
    imported = {
        name
        for node in top
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (getattr(node, "module", None), *(alias.name for alias in node.names))
    }
    assert not imported & {"tomllib", "importlib.resources"}
    assert not [node for node in top if isinstance(node, ast.Expr | ast.Assign) and "base_rates()" in ast.unparse(node)]
    assert base_rates() is base_rates()


# ------------------------------------------------------------ examples, computed by hand


def test_a_consumer_owes_five_points_above_the_base_rate() -> None:
    """1 000.00 at 1.27 + 5 = 6.27 % from 1 January to 31 March 2026: 90 days of 365.

    1 000.00 · 0.0627 · 90 / 365 = 15.4602… → 15.46
    """
    found = interest_of(a_case(principal(100_000, date(2026, 1, 1))), date(2026, 3, 31), RATES)
    assert found.periods == (Period(date(2026, 1, 1), date(2026, 3, 31), 90, 100_000, Decimal("6.27"), 1_546),)
    assert (found.to, found.amount, found.paid, found.provisional) == (date(2026, 3, 31), 1_546, 0, False)


def test_a_business_owes_nine_points_through_a_change_of_the_base_rate_and_into_a_leap_year() -> None:
    """2 500.00 from 15 November 2023 to 31 July 2024.

    15 Nov – 31 Dec 2023: 47 days of 365 at 3.12 + 9 = 12.12 %: 2 500 · 0.1212 ·  47 / 365 =  39.0164… →  39.02
     1 Jan – 30 Jun 2024: 182 of 366 at 3.62 + 9 = 12.62 %:     2 500 · 0.1262 · 182 / 366 = 156.8880… → 156.89
     1 Jul – 31 Jul 2024: 31 of 366 at 3.37 + 9 = 12.37 %:      2 500 · 0.1237 ·  31 / 366 =  26.1933… →  26.19
                                                                                              together → 222.10
    """
    found = interest_of(a_case(principal(250_000, date(2023, 11, 15), 9)), date(2024, 7, 31), RATES)
    assert [(each.days, each.rate, each.amount) for each in found.periods] == [
        (47, Decimal("12.12"), 3_902),
        (182, Decimal("12.62"), 15_689),
        (31, Decimal("12.37"), 2_619),
    ]
    assert found.amount == 22_210


def test_a_payment_lowers_the_principal_from_the_day_after() -> None:
    """1 000.00 at 6.27 % from 1 January 2026; 400.00 of principal and 10.00 of interest come in on 31 January.

    1 Jan – 31 Jan: 31 days on 1 000.00: 1 000 · 0.0627 · 31 / 365 = 5.3252… → 5.33
    1 Feb – 28 Feb: 28 days on   600.00:   600 · 0.0627 · 28 / 365 = 2.8859… → 2.89
    """
    payment = Payment(date(2026, 1, 31), on_costs=500, on_interest=1_000, on_principal=40_000)
    found = interest_of(a_case(principal(100_000, date(2026, 1, 1)), payments=[payment]), date(2026, 2, 28), RATES)
    assert [(each.since, each.to, each.principal, each.amount) for each in found.periods] == [
        (date(2026, 1, 1), date(2026, 1, 31), 100_000, 533),
        (date(2026, 2, 1), date(2026, 2, 28), 60_000, 289),
    ]
    assert (found.amount, found.paid) == (822, 1_000)


def test_a_claim_from_before_july_2014_bears_eight_points_on_a_negative_base_rate() -> None:
    """1 000.00 at 8 − 0.88 = 7.12 % over 2017, 2018 and 2019, whose rate and length are the same: 1 095 days.

    1 000.00 · 0.0712 · 1 095 / 365 = 213.60
    """
    found = interest_of(a_case(principal(100_000, date(2017, 1, 1), 8)), date(2019, 12, 31), RATES)
    assert found.periods == (Period(date(2017, 1, 1), date(2019, 12, 31), 1_095, 100_000, Decimal("7.12"), 21_360),)


def test_half_a_cent_is_rounded_upwards() -> None:
    """At 5.00 % a day bears 73.00 · 0.05 / 365 = 1 cent, 36.50 half a cent (→ 1), 36.49 a little less (→ 0)."""
    rates = [BaseRate(date(2026, 1, 1), Decimal("0.00"))]
    day = date(2026, 1, 1)
    assert [interest_of(a_case(principal(amount, day)), day, rates).amount for amount in (7_300, 3_650, 3_649)] == [
        1,
        1,
        0,
    ]


# ------------------------------------------------------------ rules


def test_the_first_day_and_the_last_day_count() -> None:
    day = date(2026, 5, 4)
    assert [each.days for each in interest_of(a_case(principal(100_000, day)), day, RATES).periods] == [1]


def test_nothing_accrues_before_the_first_day() -> None:
    found = interest_of(a_case(principal(100_000, date(2026, 5, 4))), date(2026, 5, 3), RATES)
    assert (found.amount, found.periods, found.provisional) == (0, (), False)


def test_only_principal_bears_interest_and_only_where_the_feed_says_so() -> None:
    since = date(2026, 1, 1)
    statutory = StatutoryInterest(5, since)
    case = a_case(
        Position("principal", "ohne Zinsen", 100_000, since),
        Position("interest", "Zinsen bis zur Übergabe", 5_000, since, statutory),
        Position("costs", "Mahnkosten", 500, since, statutory),
    )
    assert interest_of(case, date(2026, 6, 30), RATES).periods == ()


def test_postings_change_nothing() -> None:
    position = principal(100_000, date(2026, 1, 1))
    credit = Posting(date(2026, 2, 1), "Gutschrift", -50_000)
    to = date(2026, 6, 30)
    assert interest_of(a_case(position, postings=[credit]), to, RATES) == interest_of(a_case(position), to, RATES)


def test_days_beyond_the_newest_line_take_its_rate_and_are_provisional() -> None:
    case = a_case(principal(100_000, date(2026, 12, 31)))
    assert not interest_of(case, date(2026, 12, 31), KNOWN_IN_2026).provisional
    found = interest_of(case, date(2027, 1, 1), KNOWN_IN_2026)
    assert found.provisional
    assert {each.rate for each in found.periods} == {Decimal("6.52")}


def test_days_before_the_oldest_line_take_its_rate_and_are_provisional() -> None:
    found = interest_of(a_case(principal(100_000, date(2001, 12, 31))), date(2002, 1, 1), RATES)
    assert found.provisional
    assert [each.rate for each in found.periods] == [Decimal("7.57")]


def test_what_is_paid_before_unknown_days_is_not_provisional() -> None:
    payment = Payment(date(2026, 12, 31), on_principal=100_000)
    case = a_case(principal(100_000, date(2026, 7, 1)), payments=[payment])
    assert not interest_of(case, date(2027, 6, 30), KNOWN_IN_2026).provisional


def test_a_base_rate_below_the_points_ends_at_zero() -> None:
    rates = [BaseRate(date(2026, 1, 1), Decimal("-7.00"))]
    found = interest_of(a_case(principal(100_000, date(2026, 1, 1))), date(2026, 6, 30), rates)
    assert [(each.rate, each.amount) for each in found.periods] == [(Decimal("0.00"), 0)]


def test_positions_are_computed_apart_and_listed_by_day_and_points() -> None:
    case = a_case(
        principal(100_000, date(2026, 2, 1)),
        principal(200_000, date(2026, 1, 1), 9),
        principal(300_000, date(2026, 1, 1)),
    )
    found = interest_of(case, date(2026, 3, 31), RATES)
    assert [(each.since, each.principal, each.rate) for each in found.periods] == [
        (date(2026, 1, 1), 300_000, Decimal("6.27")),
        (date(2026, 1, 1), 200_000, Decimal("10.27")),
        (date(2026, 2, 1), 100_000, Decimal("6.27")),
    ]


def open_after(payment: Payment, *positions: Position) -> dict[Decimal, int]:
    """Return the principal on which interest runs the day after a payment, by its rate."""
    day = payment.received_on + timedelta(days=1)
    found = interest_of(a_case(*positions, payments=[payment]), day, RATES)
    return {each.rate: each.principal for each in found.periods if each.to == day}


def test_a_payment_pays_the_older_of_two_positions_first() -> None:
    older, newer = principal(30_000, date(2026, 1, 15)), principal(50_000, date(2026, 1, 20))
    payment = Payment(date(2026, 2, 1), on_principal=40_000)
    found = interest_of(a_case(newer, older, payments=[payment]), date(2026, 2, 28), RATES)
    assert [(each.since, each.principal) for each in found.periods] == [
        (date(2026, 1, 15), 30_000),
        (date(2026, 1, 20), 50_000),
        (date(2026, 2, 2), 40_000),
    ]


def test_age_is_that_of_the_day_when_it_was_due() -> None:
    since = date(2026, 2, 1)
    older = principal(30_000, since, due_on=date(2025, 11, 1))
    newer = principal(50_000, since, due_on=date(2025, 12, 1))
    payment = Payment(date(2026, 1, 15), on_principal=30_000)
    found = interest_of(a_case(newer, older, payments=[payment]), date(2026, 2, 28), RATES)
    assert [each.principal for each in found.periods] == [50_000]


def test_a_payment_pays_the_more_burdensome_position_before_an_older_one() -> None:
    payment = Payment(date(2026, 2, 1), on_principal=40_000)
    older, dearer = principal(30_000, date(2026, 1, 1)), principal(50_000, date(2026, 1, 20), 9)
    assert open_after(payment, older, dearer) == {Decimal("6.27"): 30_000, Decimal("10.27"): 10_000}


def test_a_payment_pays_what_is_due_before_what_is_not() -> None:
    payment = Payment(date(2026, 2, 1), on_principal=30_000)
    due, later = principal(30_000, date(2026, 1, 1)), principal(50_000, date(2026, 2, 2), 9, date(2026, 2, 2))
    assert open_after(payment, due, later) == {Decimal("10.27"): 50_000}


def test_what_is_paid_beyond_the_principal_changes_nothing_more() -> None:
    payments = [Payment(date(2026, 1, 31), on_principal=150_000), Payment(date(2026, 2, 3), on_principal=1)]
    found = interest_of(a_case(principal(100_000, date(2026, 1, 1)), payments=payments), date(2026, 6, 30), RATES)
    assert [each.to for each in found.periods] == [date(2026, 1, 31)]


def test_money_that_went_back_opens_the_principal_again_and_no_more() -> None:
    payments = [Payment(date(2026, 1, 31), on_principal=40_000), Payment(date(2026, 2, 28), on_principal=-90_000)]
    found = interest_of(a_case(principal(100_000, date(2026, 1, 1)), payments=payments), date(2026, 3, 31), RATES)
    assert [each.principal for each in found.periods] == [100_000, 60_000, 100_000]


def test_money_that_went_back_opens_first_what_was_paid_last() -> None:
    older, newer = principal(30_000, date(2026, 1, 1)), principal(50_000, date(2026, 1, 2))
    payments = [Payment(date(2026, 1, 31), on_principal=50_000), Payment(date(2026, 2, 28), on_principal=-25_000)]
    found = interest_of(a_case(older, newer, payments=payments), date(2026, 3, 31), RATES)
    assert [each.principal for each in found.periods if each.to == date(2026, 3, 31)] == [5_000, 50_000]


def test_a_payment_before_the_first_day_lowers_all_of_it() -> None:
    payment = Payment(date(2025, 12, 1), on_principal=40_000)
    found = interest_of(a_case(principal(100_000, date(2026, 1, 1)), payments=[payment]), date(2026, 3, 31), RATES)
    assert [each.principal for each in found.periods] == [60_000]


def test_payments_after_the_day_count_for_nothing() -> None:
    late = Payment(date(2026, 4, 1), on_interest=100, on_principal=40_000)
    on_the_day = Payment(date(2026, 3, 31), on_interest=7, on_principal=40_000)
    found = interest_of(
        a_case(principal(100_000, date(2026, 1, 1)), payments=[late, on_the_day]), date(2026, 3, 31), RATES
    )
    assert ([each.principal for each in found.periods], found.paid) == ([100_000], 7)


def test_the_year_2199_is_the_last() -> None:
    case = a_case(principal(100_000, date.min), payments=[Payment(date.max, on_principal=100_000)])
    found = interest_of(case, date(2199, 12, 31), RATES)
    assert sum(each.days for each in found.periods) == date(2199, 12, 31).toordinal()
    with pytest.raises(ValueError, match="2199"):
        interest_of(case, date(2200, 1, 1), RATES)
