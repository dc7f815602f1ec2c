"""Quotas, settings and assumed durations (tools/capacity/facts.toml)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tools.capacity.calls import ROOM, Step

_MEBIBYTES_PER_VCPU = 1769
"""Lambda gives processors by memory: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html."""


@dataclass(frozen=True, slots=True)
class Quota:
    """What AWS allows.

    Args:
        name: in ``facts.toml``.
        value: the number.
        of: what is counted, and in which time.
        adjustable: whether AWS raises it when asked.
        source: where that stands.
    """

    name: str
    value: float
    of: str
    adjustable: bool
    source: str


@cache
def facts() -> dict[str, Any]:
    """Return everything that is not a quota: ``deployed`` and ``assumed``."""
    return tomllib.loads((ROOM / "facts.toml").read_text(encoding="utf-8"))


def deployed() -> Mapping[str, Any]:
    """Return the settings of template.yaml and of prod."""
    settings: Mapping[str, Any] = facts()["deployed"]
    return settings


@cache
def quotas() -> dict[str, Quota]:
    """Return the quotas by name."""
    return {one["name"]: Quota(**one) for one in facts()["quota"]}


def seconds_of(step: Step) -> float:
    """Return how long a warm run of a step takes, as assumed: its calls one after another, and its computing.

    The pause after a mail is not in it.
    """
    assumed = facts()["assumed"]
    transactions = step.calls.get("dynamodb:transact_write_items", 0)
    calls = (
        (step.calls_of("dynamodb") - transactions) * assumed["dynamodb"]
        + transactions * assumed["dynamodb_transaction"]
        + step.calls_of("kms") * assumed["kms"]
        + step.calls_of("sesv2") * assumed["ses"]
    )
    vcpus = min(1.0, deployed()["memory"][step.function] / _MEBIBYTES_PER_VCPU)
    return float(calls + (assumed["cpu"] + step.hashes * assumed["hash"]) / vcpus)
