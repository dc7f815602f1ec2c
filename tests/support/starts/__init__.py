"""Starts of functions in processes of their own: how long they take, and what they load."""

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from tests.support.journeys import Journey
from tests.support.starts.replay import Answers, Replay, recording
from tests.support.template import template
from tests.support.world import World

SITE = Path(pytest.__file__).parents[1]
"""Libraries as pip installs them: whole, with bytecode."""

Call = tuple[str, str, Mapping[str, Any]]
"""Service, operation and parameters."""

_CHILD = Path(__file__).with_name("child.py")
_LONG = "36000"
"""Seconds: tokens and sessions live longer than any run."""


@dataclass(frozen=True, slots=True)
class Start:
    """One kind of start.

    Args:
        what: which measurement of ``child.py``.
        paths: from which folders modules are imported, the first one first.
        event: as API Gateway sends it.
        environment: of the function.
        answers: of AWS.
        eager: modules to import at the beginning, beside all routes; none for as it is.
        first: modules to import before anything else.
        at: epoch seconds at which the answers were recorded: for the process it is then, so that nothing has expired;
            None for now.
        restored: whether the clock starts in a copy of a snapshot.
        more: what else the measurement asks for.
    """

    what: str
    paths: tuple[Path, ...] = ()
    event: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    answers: Answers = field(default_factory=dict)
    eager: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    at: int | None = None
    restored: bool = False
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """The last request of a journey, with all that it takes to send it again to a process that knows nothing."""

    function: str
    event: Mapping[str, Any]
    environment: Mapping[str, str]
    answers: Answers
    calls: Sequence[Call]
    at: int


def recorded(journey: Journey) -> Asked:
    """Walk to a request in a simulated portal, and return it with what AWS answered."""
    with mock_aws():
        world = World()
        world.clock.now = int(time.time())
        world.deploy(AccessTokenLifetimeSeconds=_LONG, SessionIdleSeconds=_LONG)
        act = journey.prepare(world)
        # Functions that know nothing yet, as after a start.
        world.deploy()
        asked: list[tuple[str, dict[str, Any]]] = []
        for name, handler in list(world.functions.items()):

            def note(event: Any, context: object, name: str = name, handler: Any = handler) -> dict[str, Any]:
                asked.append((name, dict(event)))
                answer: dict[str, Any] = handler(event, context)
                return answer

            world.functions[name] = note
        world.hooks.calls.clear()
        with recording() as answers:
            assert act().status == journey.status
        name, event = asked[-1]
        environment = _of_all() | world.environment(name)
        return Asked(name, event, environment, answers, tuple(world.hooks.calls), world.clock.now)


def _of_all() -> dict[str, str]:
    """Return what all functions share, but for what depends on where the stack is."""
    shared = template()["Globals"]["Function"]["Environment"]["Variables"]
    return {name: value for name, value in shared.items() if isinstance(value, str)}


def measured(start: Start, server: Any, warm: int = 0) -> dict[str, Any]:
    """Start a process, and return what it measured.

    Args:
        start: which one.
        server: gives recorded answers (``replay.aws``).
        warm: how many calls to measure after the first one.
    """
    server.replay = Replay(start.answers, {})
    work = {
        "what": start.what,
        "paths": [str(path) for path in start.paths],
        "event": start.event,
        "warm": warm,
        "eager": start.eager,
        "first": start.first,
        "restored": start.restored,
        "late": 0 if start.at is None else time.time() - start.at,
        **start.more,
    }
    environment = {
        **start.environment,
        "AWS_LAMBDA_FUNCTION_NAME": "function",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    # Isolated, without the packages of this environment, and writing no bytecode: as in Lambda.
    command = [sys._base_executable, "-I", "-S", "-B", str(_CHILD)]  # type: ignore[attr-defined]  # noqa: SLF001 - CPython's
    done = subprocess.run(
        command, input=json.dumps(work), env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
