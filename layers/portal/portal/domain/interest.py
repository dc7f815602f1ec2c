"""Default interest by law (BGB §§ 247, 288): what the open principal of a case bears up to a day.

Days count as they are, a year has as many as its calendar (actual/actual). All arithmetic is of whole numbers; each
period is rounded once, half a cent upwards, and the total is the sum of the periods as they are shown.
"""

from __future__ import annotations

from calendar import isleap
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from portal.domain.case import Case, Payment, Points

LAST_YEAR = 2199
"""Interest is computed up to the end of this year."""

_DAY = timedelta(days=1)
_HALF_YEARS = ((1, 1), (7, 1))
_NONE = Decimal("0.00")
# Percent with two places, as the Bundesbank publishes it; anything beyond is a slip of the keyboard.
_PLACES = -2
_MOST = 20
# Cents times hundredths of a percent.
_SCALE = 100 * 100


@dataclass(frozen=True, slots=True)
class BaseRate:
    """The base rate (BGB § 247) of a half-year.

    Args:
        valid_from: 1 January or 1 July.
        percent: a year, with two places; may be negative.
    """

    valid_from: date
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Period:
    """Days on which one position bore interest on the same principal at the same rate, in years of the same length.

    Args:
        since: the first of these days.
        to: the last of them.
        days: how many, both included.
        principal: cents.
        rate: percent a year, base rate included.
        amount: cents, rounded.
    """

    since: date
    to: date
    days: int
    principal: int
    rate: Decimal
    amount: int


@dataclass(frozen=True, slots=True)
class Interest:
    """What a case bore up to a day.

    Args:
        to: the last day that counts.
        amount: cents in all, whether paid or not.
        paid: cents of payments on interest up to that day, also of interest that was handed over as a position.
        provisional: a base rate is not known of some of these days, and that of the nearest half-year was taken.
        periods: of all positions, by their first day, then by their points.
    """

    to: date
    amount: int
    paid: int
    provisional: bool
    periods: tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class _Claim:
    """A position of principal that bears interest."""

    amount: int
    points: Points
    since: date
    due: date


@cache
def base_rates() -> tuple[BaseRate, ...]:
    """Return the base rates that are known, oldest first; the file is read when they are first asked for.

    Raises:
        ValueError: as ``parse_base_rates``.
    """
    from importlib.resources import files

    return parse_base_rates(files("portal.domain").joinpath("base_rates.toml").read_text(encoding="utf-8"))


def parse_base_rates(text: str) -> tuple[BaseRate, ...]:
    """Return the base rates that a file like ``base_rates.toml`` holds.

    Raises:
        ValueError: no TOML; a day that is no 1 January or 1 July, out of order, or not the half-year after the line
            before; a rate without exactly two places, or beyond 20 percent.
    """
    import tomllib

    lines = tomllib.loads(text, parse_float=Decimal).get("percent")
    if not isinstance(lines, dict) or not lines:
        raise ValueError("there is no table of base rates")
    rates = tuple(BaseRate(_half_year(day), _percent(day, value)) for day, value in lines.items())
    for before, after in pairwise(rates):
        if after.valid_from != _following(before.valid_from):
            raise ValueError(f"{after.valid_from} does not follow {before.valid_from}")
    return rates


def known_until(rates: Sequence[BaseRate]) -> date:
    """Return the last day whose base rate is known: the end of the half-year of the newest line."""
    return _following(rates[-1].valid_from) - _DAY


def interest_of(case: Case, to: date, rates: Sequence[BaseRate]) -> Interest:
    """Return the interest that the positions of principal of a case bore up to a day, this one included.

    Payments on principal lower what bears interest from the day after they came in. They pay what BGB § 366(2) names
    first: due before not yet due, then the more burdensome (more points), then the older. Postings, credits among
    them, change nothing: the feed does not say which position they belong to, nor from which day. Positions of interest
    bear none (BGB § 289), nor do costs.

    Args:
        case: as the feed brought it last.
        to: the last day that counts; nothing accrues where it lies before the first day of a position.
        rates: without gaps, oldest first, at least one.

    Raises:
        ValueError: ``to`` lies after ``LAST_YEAR``.
    """
    if to.year > LAST_YEAR:
        raise ValueError(f"interest is computed up to the year {LAST_YEAR}")
    claims = _claims_of(case)
    found = [
        (claim.points, period)
        for claim, steps in zip(claims, _principal_of(claims, case.payments, to), strict=True)
        for period in _periods_of(claim, steps, to, rates)
    ]
    found.sort(key=lambda pair: (pair[1].since, pair[0]))
    periods = tuple(period for _, period in found)
    first, last = rates[0].valid_from, known_until(rates)
    return Interest(
        to=to,
        amount=sum(period.amount for period in periods),
        paid=sum(payment.on_interest for payment in case.payments if payment.received_on <= to),
        provisional=any(period.since < first or period.to > last for period in periods),
        periods=periods,
    )


def _claims_of(case: Case) -> list[_Claim]:
    return [
        _Claim(each.amount, each.interest.points, each.interest.since, each.due_on or each.interest.since)
        for each in case.positions
        if each.kind == "principal" and each.interest is not None
    ]


def _principal_of(claims: Sequence[_Claim], payments: Iterable[Payment], to: date) -> list[list[tuple[date, int]]]:
    """Return for each claim the days on which its open principal changes, and to what; the first is ``date.min``."""
    steps = [[(date.min, claim.amount)] for claim in claims]
    for payment in sorted(payments, key=lambda each: each.received_on):
        if payment.received_on >= to:
            break
        left = payment.on_principal
        order = _order_of_payment(claims, payment.received_on)
        # Money that went back (a returned debit) opens again what was paid last.
        for index in order if left > 0 else reversed(order):
            before = steps[index][-1][1]
            after = min(max(before - left, 0), claims[index].amount)
            if after != before:
                steps[index].append((payment.received_on + _DAY, after))
                left -= before - after
    return steps


def _order_of_payment(claims: Sequence[_Claim], received_on: date) -> list[int]:
    def rank(index: int) -> tuple[bool, int, date]:
        claim = claims[index]
        return claim.due > received_on, -claim.points, claim.due

    return sorted(range(len(claims)), key=rank)


def _periods_of(
    claim: _Claim, steps: Sequence[tuple[date, int]], to: date, rates: Sequence[BaseRate]
) -> Iterable[Period]:
    if to < claim.since:
        return
    changes = {day for day, _ in steps} | _changes_of_rate(rates) | _changes_of_year(claim.since, to)
    starts = sorted({claim.since, *(day for day in changes if claim.since < day <= to)})
    ends = [*(day - _DAY for day in starts[1:]), to]
    for since, end in zip(starts, ends, strict=True):
        principal = next(amount for day, amount in reversed(steps) if day <= since)
        if principal > 0:
            yield _period(since, end, principal, max(_base_rate_on(since, rates) + claim.points, _NONE))


def _period(since: date, to: date, principal: int, rate: Decimal) -> Period:
    days = (to - since).days + 1
    numerator = principal * int(rate * 100) * days
    denominator = _SCALE * (366 if isleap(since.year) else 365)
    # Half a cent upwards, in whole numbers: no division loses anything.
    return Period(since, to, days, principal, rate, (2 * numerator + denominator) // (2 * denominator))


def _changes_of_rate(rates: Sequence[BaseRate]) -> set[date]:
    return {after.valid_from for before, after in pairwise(rates) if after.percent != before.percent}


def _changes_of_year(since: date, to: date) -> set[date]:
    """Return the first days of years that are longer or shorter than the year before."""
    years = range(since.year + 1, to.year + 1)
    return {date(year, 1, 1) for year in years if isleap(year) != isleap(year - 1)}


def _base_rate_on(day: date, rates: Sequence[BaseRate]) -> Decimal:
    return next((rate.percent for rate in reversed(rates) if rate.valid_from <= day), rates[0].percent)


def _following(half_year: date) -> date:
    return date(half_year.year, 7, 1) if half_year.month == 1 else date(half_year.year + 1, 1, 1)


def _half_year(text: str) -> date:
    day = date.fromisoformat(text)
    if text != day.isoformat() or (day.month, day.day) not in _HALF_YEARS:
        raise ValueError(f"{text} is no 1 January or 1 July, written as 2026-07-01")
    return day


def _percent(day: str, value: object) -> Decimal:
    if not isinstance(value, Decimal) or value.as_tuple().exponent != _PLACES or abs(value) > _MOST:
        raise ValueError(f"the rate of {day} is not written in percent with two places, as in 1.27")
    return value
