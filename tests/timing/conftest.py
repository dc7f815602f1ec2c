"""A stack of its own, with nobody between the functions and the emulator."""

from collections.abc import Iterator

import pytest

from tests.support.stack import Portal
from tests.support.template import ROOT
from tools.local.client import Stack

MEASURED: list[str] = []


@pytest.fixture(scope="session")
def portal() -> Iterator[Portal]:
    with Stack(ROOT / ".local/timing") as stack:
        yield Portal(stack)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was measured."""
    if MEASURED:
        terminalreporter.section("Known and unknown addresses, medians of whole requests")
        for line in MEASURED:
            terminalreporter.write_line(line)
