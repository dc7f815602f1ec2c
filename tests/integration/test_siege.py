"""Attacker and owner at one address, in any order (pre-hijacking after Sudhodanan and Paverd, takeover, lock-out)."""

import os
from collections import Counter
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from moto import mock_aws

from portal.domain import password
from tests.integration.conftest import SIEGE
from tests.support.siege import Siege
from tests.support.tables import Tables
from tests.support.world import World

# `make siege` runs longer, and other games each time.
LONG = "SIEGE_RUNS" in os.environ
RUNS = int(os.environ.get("SIEGE_RUNS", "20"))
STEPS = 60 if LONG else 30


@pytest.fixture
def siege(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Siege]]:
    """The machine, with a portal whose password hashes cost little: what they cost is shown elsewhere."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(password, "_hasher", lambda: cheap)
    decoy = cheap.hash("-")
    monkeypatch.setattr(password, "_decoy", lambda: decoy)
    with mock_aws():
        world = World()
        attributes = {"world": world, "empty": Tables(world.dynamodb).read(), "seen": Counter()}
        yield type("SiegeOfThisPortal", (Siege,), attributes)


def test_the_owner_wins(siege: type[Siege]) -> None:
    run_state_machine_as_test(
        siege,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            derandomize=not LONG,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    SIEGE.update(siege.seen)
