"""The tables of docs/capacity.md."""

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from tools.capacity.calls import journey, steps
from tools.capacity.costs import (
    USERS,
    by_name,
    costs,
    costs_by_list,
    mails,
    of_another,
    of_the_portal,
    prices,
    requests,
    standing,
)
from tools.capacity.facts import quotas, seconds_of
from tools.capacity.limits import limits, units
from tools.capacity.scenarios import Outcome, outcomes

DOCUMENT = Path(__file__).parents[2] / "docs" / "capacity.md"
_SECTION = re.compile(r"(<!-- begin (\w+): `make capacity-tables` writes this -->\n).*?(<!-- end \2 -->)", re.DOTALL)
_MINUTES, _MINUTE = 600, 60
_MANY, _SOME = 100, 10


def written(text: str) -> str:
    """Return the document with its tables written anew; what stands around them stays."""
    return _SECTION.sub(lambda found: f"{found[1]}{TABLES[found[2]]()}\n{found[3]}", text)


def queue_table() -> str:
    """Return how long mails wait."""
    return _table(
        ("what happens", "mailer", "mails", "refused tries", "median", "99 of 100", "longest", "late", "last late one"),
        [
            (
                scenario.name,
                scenario.shown,
                f"{outcome.mails:,}",
                f"{outcome.refused:,}",
                _time(outcome.half),
                _time(outcome.most),
                _time(outcome.longest),
                f"{outcome.late:,}",
                _last_late(outcome),
            )
            for scenario, outcome in outcomes()
        ],
    )


def _calls() -> str:
    def row(name: str, some: Sequence[float | str]) -> tuple[str, ...]:
        return (name, *(one if isinstance(one, str) else f"{one:g}" for one in some))

    counted = [
        row(
            step.name,
            (
                step.calls_of("dynamodb"),
                step.calls_of("kms"),
                step.calls_of("sesv2"),
                step.writes,
                step.reads,
                step.log_bytes,
                f"{1000 * seconds_of(step):.0f} ms",
            ),
        )
        for step in steps()
    ]
    whole = journey()
    total = row(
        "**a journey**",
        (
            sum(step.calls_of("dynamodb") for step in whole),
            sum(step.calls_of("kms") for step in whole),
            sum(step.calls_of("sesv2") for step in whole),
            sum(step.writes for step in whole),
            sum(step.reads for step in whole),
            sum(step.log_bytes for step in whole),
            f"{1000 * sum(map(seconds_of, whole)):.0f} ms",
        ),
    )
    head = ("step", "DynamoDB", "KMS", "SES", "write units", "read units", "log bytes", "takes (assumed)")
    return _table(head, [*counted, total])


def _limits() -> str:
    return _table(
        ("limit", "bears", "a journey takes", "journeys a second", "beyond it", "raised by"),
        [
            (
                limit.what,
                f"{_number(limit.capacity)} {limit.unit}{'' if limit.unit == 'runs at a time' else '/s'}",
                f"{limit.per_journey:.3g}" + (" s" if limit.unit == "runs at a time" else ""),
                _number(limit.journeys),
                limit.then,
                limit.raised,
            )
            for limit in limits()
        ],
    )


def _units() -> str:
    places = sorted({place for step in journey() for place in step.written}, key=lambda place: (-units(place), place))
    by_requests = {place: sum(step.written.get(place, 0) for step in requests()) for place in places}
    rows = [
        (f"`{place.replace('Table', '')}`", str(by_requests[place]), str(units(place) - by_requests[place]))
        for place in places
    ]
    both = (sum(by_requests.values()), sum(map(units, places)) - sum(by_requests.values()))
    return _table(
        ("write units of a journey", "five requests", "three mails"), [*rows, ("**together**", *map(str, both))]
    )


def _quotas() -> str:
    return _table(
        ("quota", "of", "AWS raises it", "source"),
        [(_number(one.value), one.of, "yes" if one.adjustable else "no", one.source) for one in quotas().values()],
    )


def _costs() -> str:
    of_requests, of_mails = costs(requests()), costs(mails())
    rows: list[Sequence[str]] = [
        (price.of, _money(of_requests[name]), _money(of_mails[name]), _money(of_requests[name] + of_mails[name]))
        for name, price in by_name().items()
    ]
    both = (sum(of_requests.values()), sum(of_mails.values()))
    rows.append(("**together, eu-central-1**", *(f"**{_money(one)}**" for one in (*both, sum(both)))))
    listed = (costs_by_list(requests()), costs_by_list(mails()))
    rows.append(("together, by the list of the budget", *(_money(one) for one in (*listed, sum(listed)))))
    return _table(("USD for 1,000 journeys", "five requests", "three mails", "both"), rows)


def _standing() -> str:
    rows = [
        (one["name"], str(one["number"]), f"{one['number'] * one['each']:.2f}", one["source"])
        for one in prices()["standing"]
    ]
    return _table(
        ("by the month", "number", "USD", "source"), [*rows, ("**together**", "", f"**{standing():.2f}**", "")]
    )


def _prices() -> str:
    return _table(
        (f"USD on {prices()['date']}", "eu-central-1", "list of the budget", "source"),
        [
            (price.of, f"{price.frankfurt:.10g}", f"{price.list:.10g}" if price.list else "none", price.source)
            for price in by_name().values()
        ],
    )


def _others() -> str:
    rows = [("this portal, all of it", *(f"{of_the_portal(users):,.0f}" for users in USERS), "above")]
    for other in prices()["other"]:
        asked = [of_another(other, users) for users in USERS]
        rows.append((other["name"], *("an offer" if one is None else f"{one:,.0f}" for one in asked), other["source"]))
    return _table(("USD a month for active users", *(f"{users:,}" for users in USERS), "source"), rows)


TABLES: dict[str, Callable[[], str]] = {
    "calls": _calls,
    "units": _units,
    "limits": _limits,
    "quotas": _quotas,
    "queue": queue_table,
    "costs": _costs,
    "standing": _standing,
    "prices": _prices,
    "others": _others,
}


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _last_late(outcome: Outcome) -> str:
    if outcome.caught_up:
        return f"{_time(outcome.caught_up)} after"
    return "before the end" if outcome.late else "none"


def _time(seconds: float) -> str:
    if seconds >= _MINUTES:
        return f"{seconds / _MINUTE:.0f} min"
    return f"{seconds:.0f} s" if seconds >= _SOME else f"{seconds:.1f} s"


def _number(value: float) -> str:
    if value >= _SOME and value == round(value):
        return f"{value:,.0f}"
    return f"{value:,.0f}" if value >= _MANY else f"{value:.1f}" if value >= _SOME else f"{value:.2f}"


def _money(dollars: float) -> str:
    return f"{dollars:.4f}"
