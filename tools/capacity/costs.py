"""What 1,000 journeys cost, and what the others ask (tools/capacity/prices.toml)."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tools.capacity.calls import ROOM, Step, journey
from tools.capacity.facts import deployed, facts, seconds_of

_MEBIBYTES_PER_GIBIBYTE = 1024
JOURNEYS = 1_000
USERS = (1_000, 10_000, 50_000)


@dataclass(frozen=True, slots=True)
class Price:
    """What AWS asks, in USD.

    Args:
        name: in ``prices.toml``.
        of: what, and for how much of it.
        unit: how many pieces ``frankfurt`` and ``list`` are for.
        frankfurt: in eu-central-1.
        list: in the list by which the budget is written; None for what that list leaves out.
        source: where it stands.
    """

    name: str
    of: str
    unit: int
    frankfurt: float
    source: str
    list: float | None = None


@cache
def prices() -> dict[str, Any]:
    """Return everything that stands in the file."""
    return tomllib.loads((ROOM / "prices.toml").read_text(encoding="utf-8"))


@cache
def by_name() -> dict[str, Price]:
    """Return the prices of AWS for what is used."""
    return {one["name"]: Price(**one) for one in prices()["price"]}


def used(steps: Iterable[Step]) -> dict[str, float]:
    """Return what some steps use of everything that has a price, warm."""
    assumed, total = facts()["assumed"], dict.fromkeys(by_name(), 0.0)
    for step in steps:
        memory = deployed()["memory"][step.function] / _MEBIBYTES_PER_GIBIBYTE
        pause = step.sends / deployed()["mails_per_second"]
        signatures = step.calls.get("kms:sign", 0)
        access_log = assumed["access_log_bytes"] if step.route else 0
        for name, number in {
            "api_gateway": bool(step.route),
            "waf": bool(step.route),
            "lambda_runs": 1,
            "lambda_seconds": memory * (seconds_of(step) + pause),
            "dynamodb_writes": step.writes,
            "dynamodb_reads": step.reads,
            "kms": step.calls_of("kms") - signatures,
            "kms_ecc": signatures,
            "logs": step.log_bytes + assumed["platform_log_bytes"] + access_log,
            "ses": step.calls_of("sesv2"),
            "traces": assumed["traced"],
        }.items():
            total[name] += number
    return total


def costs(steps: Iterable[Step]) -> dict[str, float]:
    """Return what 1,000 times some steps cost in eu-central-1, in USD."""
    return {name: JOURNEYS * number * _each(by_name()[name].frankfurt, name) for name, number in used(steps).items()}


def costs_by_list(steps: Iterable[Step]) -> float:
    """Return the same by the list of the budget, in USD; what that list leaves out is left out."""
    listed = {name: price.list for name, price in by_name().items()}
    return sum(JOURNEYS * number * _each(listed[name] or 0.0, name) for name, number in used(steps).items())


def _each(price: float, name: str) -> float:
    return price / by_name()[name].unit


def requests() -> list[Step]:
    """Return the requests of a journey."""
    return [step for step in journey() if step.route]


def mails() -> list[Step]:
    """Return the mails of a journey."""
    return [step for step in journey() if step.sends]


def standing() -> float:
    """Return what a month costs without anybody, in USD."""
    return float(sum(one["number"] * one["each"] for one in prices()["standing"]))


def of_the_portal(users: int) -> float:
    """Return what a month costs in which so many people take a whole journey, in USD."""
    return standing() + users / JOURNEYS * sum(costs(journey()).values())


def of_another(other: Mapping[str, Any], users: int) -> float | None:
    """Return what another asks for so many users a month, in USD; None where only an offer tells."""
    if "steps" in other:
        step: float | None = other["steps"].get(str(users))
        return step
    return float(max(0, users - other["free"]) * other["each"])
