"""The lines of a run that no browser began name it as Lambda's own lines do: reports, time-outs, dead letters."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from portal.events.cleanup import CleanupFailed
from portal.observe import logger
from tests.integration.conftest import Written
from tests.support.people import a_registration
from tests.support.security_log import security_lines
from tests.support.world import LambdaContext, World, faults

OPERATOR = {"operator": "Olga Peters", "reason": "Fall 4711", "action": "status", "email": "erika@example.com"}
Run = Callable[[World, LambdaContext], Any]
RUNS: dict[str, Run] = {
    "mailer": lambda world, context: world.mailer({"task": "send_due"}, context),
    "cleanup": lambda world, context: world.cleanup({"task": "sweep"}, context),
    "review": lambda world, context: world.review({"task": "review"}, context),
    "ingest": lambda world, context: world.ingest({"task": "take_in"}, context),
    "feedback": lambda world, context: world.feedback({"task": "erase"}, context),
    "ops": lambda world, context: world.operators(OPERATOR, context),
}


@pytest.fixture(autouse=True)
def _named_by_nobody() -> Iterator[None]:
    """Forget the run: in the cloud each function has a process of its own, here the next test has this one."""
    yield
    logger.remove_keys(["function_request_id"])


class Context(LambdaContext):
    """Lambda's, with the id of the run."""

    def __init__(self, run: str) -> None:
        super().__init__(1_000_000)
        self.aws_request_id = run


def lines(written: Written) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in written.getvalue().splitlines()]
    return [line for line in found if "message" in line]


@pytest.mark.parametrize("function", RUNS)
def test_every_line_of_a_run_names_it_and_the_next_run_has_a_name_of_its_own(
    function: str, world: World, written: Written
) -> None:
    world.request("POST", "/api/registrations", a_registration())
    before = len(lines(written))
    for run in ("run-1", "run-2"):
        RUNS[function](world, Context(run))
    names = [line["function_request_id"] for line in lines(written)[before:]]
    assert sorted(set(names)) == ["run-1", "run-2"]
    assert names == sorted(names)


def test_a_failure_names_its_run_too(world: World, written: Written) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError

    with faults(world, before=broken), pytest.raises(CleanupFailed):
        RUNS["cleanup"](world, Context("run-1"))
    (failure,) = (line for line in lines(written) if line["message"] == "unexpected_failure")
    assert failure["function_request_id"] == "run-1"


def test_the_security_log_of_operators_names_the_run_and_lines_of_no_run_name_none(
    world: World, written: Written
) -> None:
    RUNS["ops"](world, Context("run-1"))
    world.ops(action="status", email="erika@example.com")
    joined, alone = security_lines(written.getvalue())
    assert joined["function_request_id"] == "run-1"
    assert "function_request_id" not in alone
