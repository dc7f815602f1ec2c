"""What the whole suite shows together: it is judged after everything else, and printed."""

from pathlib import Path

import pytest

from tests.support.stack import SEEN, Portal, shared_stack

LAST = "test_completeness.py"
WHOLE = pytest.StashKey[bool]()
_DESELECTED: list[pytest.Item] = []


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Remember that somebody chose among the tests."""
    _DESELECTED.extend(items)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the tests on the whole to the end, and note whether there is a whole."""
    items.sort(key=lambda item: item.path.name == LAST)
    files = set(Path(__file__).parent.glob("test_*.py"))
    chosen = bool(_DESELECTED) or any("::" in argument for argument in config.args)
    config.stash[WHOLE] = not chosen and files <= {item.path for item in items}


@pytest.fixture(scope="session")
def whole_suite(request: pytest.FixtureRequest) -> None:
    """Skip a test that says something of a run in which every journey was walked."""
    if not request.config.stash[WHOLE]:
        pytest.skip("only the whole suite walks every journey")
    if request.session.testsfailed:
        pytest.skip("a journey failed")


@pytest.fixture(scope="session")
def portal() -> Portal:
    return Portal(shared_stack())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print which answers of which routes were seen."""
    if not SEEN:
        return
    terminalreporter.section("answers over HTTP")
    for method, route in sorted({seen[:2] for seen in SEEN}, key=lambda seen: (seen[1], seen[0])):
        statuses = sorted(status for *seen, status in SEEN if tuple(seen) == (method, route))
        terminalreporter.write_line(f"{method:<7}{route:<36}{' '.join(map(str, statuses))}")
    terminalreporter.write_line(
        "429, 500 and 503 need limits, faults and clocks out of reach over HTTP: tests/integration shows them."
    )
