"""One portal for all scenarios of a process, and the summary of the sweep."""

import logging
from collections.abc import Iterator

import pytest
from moto import mock_aws

from portal.domain import device, ids, refresh
from portal.flows.retry import retry_conflicts, retry_outages
from portal.observe import logger
from tests.support.cheap_hashes import make_hashes_cheap
from tests.support.siege import Dice
from tests.support.sweep.play import Stage
from tests.support.world import World

SWEPT = "swept"
"""Under this name a test says how many calls, scenarios and violations it saw."""


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """A portal without pauses, log lines and costly hashes, whose ids are made by dice."""
    dice = Dice(0)
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for again in (retry_conflicts, retry_outages):
            patch.setattr(again, "__defaults__", (lambda _: None,))
        make_hashes_cheap(patch)
        for module in (ids, refresh, device):
            patch.setattr(module, "secrets", dice)
        patch.setattr(logging.getLogger(logger.service), "disabled", True)
        yield Stage(World(), dice)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was swept, over all processes."""
    reports = [one for found in terminalreporter.stats.values() for one in found if getattr(one, "when", "") == "call"]
    swept = [numbers for report in reports for name, numbers in report.user_properties if name == SWEPT]
    if swept:
        calls, scenarios, violations = (sum(column) for column in zip(*swept, strict=True))
        terminalreporter.section("Fault sweep")
        terminalreporter.write_line(
            f"{len(swept)} flows, {calls} AWS calls, {scenarios} scenarios, {violations} violations"
        )
