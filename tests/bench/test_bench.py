"""How fast functions start and answer, on what `sam build` makes (`make bench`, some minutes).

Figures are ratios within one run, against what everybody pays who calls DynamoDB with boto3: machines differ. The run
writes docs/performance.md and its chart.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from moto import mock_aws

from tests.bench.replay import Answers, Replay, aws, recording
from tests.bench.report import Figures, write_report
from tests.support.journeys import JOURNEYS, Journey
from tests.support.template import ROOT, functions
from tests.support.world import World

STATE = ROOT / ".local/bench"
CHILD = Path(__file__).with_name("child.py")
SITE = Path(pytest.__file__).parents[1]
"""Libraries as pip installs them: whole, with bytecode."""

ROUNDS = 11
WARM_ROUNDS, WARM_CALLS = 5, 40
LONG = "36000"
"""Seconds: tokens and sessions live longer than the run."""

STEPS = ("GET /api/profile", "POST /api/login", "POST /api/registrations")
HEAVY = ("schwifty", "phonenumbers", "email_validator", "jinja2", "portal.domain.password", "boto3.session")
"""What each start would import if functions imported all that they may need at their beginning."""


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of start.

    Args:
        what: which measurement of ``child.py``.
        layer: from which libraries are imported.
        app: file of the function.
        event: as API Gateway sends it.
        environment: of the function.
        answers: of AWS.
        eager: modules to import at the beginning, beside all routes; none for as it is.
        data: of botocore, where not its own.
    """

    what: str
    layer: Path
    app: Path | None = None
    event: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    answers: Answers = field(default_factory=dict)
    eager: tuple[str, ...] = ()
    data: Path | None = None


def build() -> Path:
    """Return the directory of what ``sam build`` makes for this machine."""
    STATE.mkdir(parents=True, exist_ok=True)
    command = [str(ROOT / ".venvs/sam/bin/sam"), "build", "--template-file", str(ROOT / "template.yaml")]
    command += ["--build-dir", str(STATE / "build"), "--cached", "--cache-dir", str(STATE / "cache")]
    programs = f"{ROOT / '.venvs/sam/bin'}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": programs, "PORTAL_ARCHITECTURE": "native", "SAM_CLI_TELEMETRY": "0"}
    done = subprocess.run(command, cwd=STATE, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return STATE / "build"


def logical_id(function: str) -> str:
    return f"{function.capitalize()}Function"


def recorded(journey: Journey, built: Path) -> Case:
    """Walk to a request in a simulated portal, and return it with what AWS answered."""
    with mock_aws():
        world = World()
        world.clock.now = int(time.time())
        world.deploy(AccessTokenLifetimeSeconds=LONG, SessionIdleSeconds=LONG)
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
        with recording() as answers:
            assert act().status == journey.status
        name, event = asked[-1]
        app = built / logical_id(name) / "app.py"
        return Case("function", built / "PortalLayer/python", app, event, world.environment(name), answers)


def measured(case: Case, server: Any, warm: int) -> dict[str, Any]:
    """Start a process, and return what it measured."""
    server.replay = Replay(case.answers, {})
    work = {
        "what": case.what,
        "layer": str(case.layer),
        "app": str(case.app),
        "event": case.event,
        "warm": warm,
        "eager": case.eager,
    }
    environment = {
        **case.environment,
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
        **({"AWS_DATA_PATH": str(case.data)} if case.data else {}),
    }
    # Isolated, without the packages of this environment, and writing no bytecode: as in Lambda.
    command = [sys._base_executable, "-I", "-S", "-B", str(CHILD)]  # type: ignore[attr-defined]  # noqa: SLF001 - CPython's
    done = subprocess.run(
        command, input=json.dumps(work), env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def cases(built: Path) -> Iterator[tuple[str, Case]]:
    """Yield every kind of start, by name."""
    layer = built / "PortalLayer/python"
    account = b'{"Item":{"pk":{"S":"account#1"},"email":{"S":"erika.muster@example.com"}}}'
    yield "bare", Case("bare", SITE, answers={"DynamoDB_20120810.GetItem": [account]})
    yield "hash", Case("hash", layer)
    naive = STATE / "naive"
    shutil.rmtree(naive, ignore_errors=True)
    shutil.copytree(layer, naive, ignore=shutil.ignore_patterns("__pycache__"))
    whole = SITE / "botocore/data"
    for journey in JOURNEYS:
        case = recorded(journey, built)
        assert case.app is not None
        assert case.app.exists()
        yield journey.name, case
        if journey.name in STEPS:
            yield f"{journey.name} | naive", replace(case, layer=naive, eager=HEAVY, data=whole)
            yield f"{journey.name} | bytecode", replace(case, eager=HEAVY, data=whole)
            yield f"{journey.name} | imports", replace(case, data=whole)


@pytest.fixture(scope="module")
def figures() -> Figures:
    """Every kind of start, measured in turn, so that a slow minute of the machine hits all alike."""
    built = build()
    every = dict(cases(built))
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in every}
    with aws() as server:
        for turn in range(ROUNDS):
            for name, case in every.items():
                warm = WARM_CALLS if turn < WARM_ROUNDS and "|" not in name else 0
                found[name].append(measured(case, server, warm))
    for name, journey in ((journey.name, journey) for journey in JOURNEYS):
        assert {one["status"] for one in found[name]} == {journey.status}, name
    medians = {name: dict(medians_of(runs)) for name, runs in found.items()}
    return Figures(medians, steps=STEPS, journeys=[journey.name for journey in JOURNEYS], rounds=ROUNDS)


def medians_of(runs: Sequence[Mapping[str, float]]) -> Iterator[tuple[str, float]]:
    for kind in ("first", "cpu", "wall"):
        if seen := [run[kind] for run in runs if kind in run]:
            yield kind, median(seen)


def test_functions_start_and_answer_within_their_budgets(figures: Figures) -> None:
    write_report(figures, datetime.now(UTC).date(), sizes(STATE / "build/PortalLayer/python"))
    for line in figures.lines():
        print(line)  # noqa: T201 - the measurement
    assert [line for line in figures.lines() if line.endswith("OVER")] == []


def sizes(layer: Path) -> tuple[int, int]:
    """Return MiB and number of files of the layer."""
    files = [path for path in layer.rglob("*") if path.is_file()]
    return round(sum(path.stat().st_size for path in files) / 2**20), len(files)


def test_every_function_that_answers_requests_is_measured() -> None:
    answering = {
        name
        for name, properties in functions().items()
        if any(event["Type"] == "Api" for event in properties.get("Events", {}).values())
    }
    measured_ones = {name for name in answering for journey in JOURNEYS if belongs(journey, name)}
    # Pages are the same bytes for everybody: what they cost is shown by the browser tests.
    assert answering - measured_ones == {"web"}


def belongs(journey: Journey, function: str) -> bool:
    method, path = journey.route.split(" ")
    events = [event["Properties"] for event in functions()[function]["Events"].values() if event["Type"] == "Api"]
    return (method, path) in {(event["Method"].upper(), event["Path"]) for event in events}
