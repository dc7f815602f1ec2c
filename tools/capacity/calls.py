"""What each step of a journey calls and consumes; counted in tests/integration/test_capacity_calls.py."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOM = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Step:
    """One request or one mail.

    Args:
        name: as the document calls it.
        function: that does it, by its folder.
        route: method and path; empty for what no request does.
        calls: to AWS, by service and operation.
        writes: write units of DynamoDB, indexes and transactions counted in.
        written: the same by table, and by table and index.
        reads: read units of DynamoDB.
        log_bytes: that the function writes, metrics counted in.
        hashes: argon2id hashes.
    """

    name: str
    function: str
    calls: Mapping[str, int]
    writes: int
    written: Mapping[str, int]
    reads: float
    log_bytes: int
    route: str = ""
    hashes: int = 0

    @property
    def sends(self) -> bool:
        """Whether it is a mail."""
        return "sesv2:send_email" in self.calls

    def calls_of(self, service: str) -> int:
        """Return how often a service is called."""
        return sum(number for kind, number in self.calls.items() if kind.startswith(f"{service}:"))


@cache
def steps() -> tuple[Step, ...]:
    """Return all steps that were counted, in the order in which a person takes them."""
    counted = tomllib.loads((ROOM / "calls.toml").read_text(encoding="utf-8"))
    return tuple(Step(**step) for step in counted["step"])


def journey() -> tuple[Step, ...]:
    """Return the steps of a person from the registration to the profile: requests and their mails."""
    return tuple(step for step in steps() if step.route or step.sends)
