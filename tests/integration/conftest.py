"""The portal against moto."""

from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from portal.flows.retry import retry_conflicts
from tests.support.world import World

COUNTED: dict[str, dict[str, int]] = {}


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let journeys try again after a conflict without waiting."""
    monkeypatch.setattr(retry_conflicts, "__defaults__", (lambda _: None,))


@pytest.fixture
def world() -> Iterator[World]:
    """A portal with empty tables; every write of the test is held against the ground rule of storage."""
    with mock_aws():
        portal = World()
        yield portal
        for _, operation, parameters in portal.hooks.all_calls:
            _require_existence_conditions(operation, parameters)


def _require_existence_conditions(operation: str, parameters: dict[str, Any]) -> None:
    writes = [next(iter(entry.items())) for entry in parameters.get("TransactItems", [])]
    single = {"put_item": "Put", "update_item": "Update"}
    writes += [(single[operation], parameters)] if operation in single else []
    required = {"Put": "attribute_not_exists(", "Update": "attribute_exists("}
    for kind, write in writes:
        assert write.get("ConditionExpression", "").startswith(required.get(kind, "")), (operation, write)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the AWS calls of each route (budgets: design, section 3)."""
    if COUNTED:
        terminalreporter.section("AWS calls per request, warm")
        for name, calls in COUNTED.items():
            kinds = ", ".join(f"{kind} {number}" for kind, number in sorted(calls.items())) or "none"
            terminalreporter.write_line(f"{name:<60} {sum(calls.values())}: {kinds}")
