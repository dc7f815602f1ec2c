"""The portal against moto."""

from collections import Counter
from collections.abc import Iterator
from io import StringIO
from logging import StreamHandler
from typing import Any

import pytest
from moto import mock_aws

from portal.flows.retry import retry_conflicts, retry_outages
from portal.observe import logger
from tests.support.cheap_hashes import make_hashes_cheap
from tests.support.world import World

COUNTED: dict[str, dict[str, int]] = {}
SEEDED: list[str] = []
SIEGE: Counter[tuple[str, str, str, int]] = Counter()
"""Who made which requests with which answers in the games of owner and attacker."""
MATRIX: dict[str, list[bool]] = {}
"""Of each route, which attacks were refused; the others were let in, as nobody but themselves."""


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let journeys try again after a failure without waiting."""
    for again in (retry_conflicts, retry_outages):
        monkeypatch.setattr(again, "__defaults__", (lambda _: None,))


@pytest.fixture(autouse=True)
def _cheap_hashes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords in no time, where a test is not about the hashes themselves."""
    if "real_hashes" not in request.keywords:
        make_hashes_cheap(monkeypatch)


@pytest.fixture
def world() -> Iterator[World]:
    """A portal with empty tables; every write of the test is held against the ground rule of storage."""
    with mock_aws():
        portal = World()
        yield portal
        for _, operation, parameters in portal.hooks.all_calls:
            _require_existence_conditions(operation, parameters)


class Written:
    """What the functions write: log lines of the portal's logger, and metrics, which go to standard output."""

    def __init__(self, log: StringIO, capsys: pytest.CaptureFixture[str]) -> None:
        self._log = log
        self._capsys = capsys
        self._metrics = ""

    def getvalue(self) -> str:
        """Return everything so far."""
        self._metrics += self._capsys.readouterr().out
        return self._log.getvalue() + self._metrics


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Iterator[Written]:
    """What the functions write in this test."""
    stream, handler = StringIO(), logger.registered_handler
    assert isinstance(handler, StreamHandler)
    former = handler.setStream(stream)
    yield Written(stream, capsys)
    handler.setStream(former)


def _require_existence_conditions(operation: str, parameters: dict[str, Any]) -> None:
    writes = [next(iter(entry.items())) for entry in parameters.get("TransactItems", [])]
    single = {"put_item": "Put", "update_item": "Update"}
    writes += [(single[operation], parameters)] if operation in single else []
    # A put over an item asks for the version that it replaces, or goes with one that does.
    required = {"Put": ("attribute_not_exists(", "attribute_exists("), "Update": ("attribute_exists(",)}
    for kind, write in writes:
        # A counter may be made by whatever writes it, as that also sets when it ends.
        is_counter = kind == "Update" and "counter#" in str(write["Key"].get("pk")) and _sets_end(write)
        as_required = write.get("ConditionExpression", "").startswith(required.get(kind, ("",)))
        assert as_required or is_counter, (operation, write)


def _sets_end(write: dict[str, Any]) -> bool:
    names: dict[str, str] = write["ExpressionAttributeNames"]
    ends = {"expires_at", *(placeholder for placeholder, name in names.items() if name == "expires_at")}
    return any(f"{end} = :" in write["UpdateExpression"].partition(" REMOVE ")[0] for end in ends)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the tests measured: AWS calls of each route (budgets: design, section 3), attacks, leaks found."""
    if COUNTED:
        terminalreporter.section("AWS calls per request, warm")
        for name, calls in COUNTED.items():
            kinds = ", ".join(f"{kind} {number}" for kind, number in sorted(calls.items())) or "none"
            terminalreporter.write_line(f"{name:<60} {sum(calls.values())}: {kinds}")
    if MATRIX:
        tried = [refused for attacks in MATRIX.values() for refused in attacks]
        terminalreporter.section("Route matrix")
        terminalreporter.write_line(
            f"{len(MATRIX)} routes, {len(tried)} attacks: {sum(tried)} refused, {len(tried) - sum(tried)} let in as "
            f"whoever they were; the right one got in {len(MATRIX)} times"
        )
    if SIEGE:
        terminalreporter.section("Owner and attacker at one address: requests that succeeded, of all")
        for who, method, path in sorted({key[:3] for key in SIEGE}):
            numbers = {status: number for (*key, status), number in SIEGE.items() if (who, method, path) == tuple(key)}
            succeeded = sum(number for status, number in numbers.items() if status < 400)
            terminalreporter.write_line(f"{who:<10}{method:<7}{path:<34}{succeeded:>5} of {sum(numbers.values())}")
    if SEEDED:
        terminalreporter.section("Leaks seeded and found")
        for found in SEEDED:
            terminalreporter.write_line(found)
