"""How fast functions start and answer, on what `sam build` makes (`make bench`, a quarter of an hour).

Figures are ratios within one run, against what everybody pays who calls DynamoDB with boto3: machines differ. The run
writes docs/performance.md and its chart.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, median
from typing import Any

import botocore
import pytest

from tests.bench.report import Figures, write_report
from tests.support.journeys import JOURNEYS, Journey
from tests.support.starts import SITE, Start, measured, recorded
from tests.support.starts.replay import Answer, aws
from tests.support.template import ROOT, functions, logical_id
from tools.local.environment import without_make

STATE = ROOT / ".local/bench"

ROUNDS = 11
OTHER_ROUNDS = 5
"""Of routes without a budget."""

WARM_ROUNDS, WARM_CALLS = 3, 30

PAIRS = 31
"""How often a start with a budget is measured right beside the bare client."""

STEPS = ("GET /api/profile", "POST /api/login", "POST /api/registrations")
HASHING, HASHES = {"POST /api/login"}, 5
HEAVY = ("schwifty", "phonenumbers", "email_validator", "jinja2", "portal.domain.password", "boto3.session")
"""What each start would import if functions imported all that they may need at their beginning."""


def build() -> Path:
    """Return the directory of what ``sam build`` makes for this machine."""
    STATE.mkdir(parents=True, exist_ok=True)
    command = [str(ROOT / ".venvs/sam/bin/sam"), "build", "--template-file", str(ROOT / "template.yaml")]
    command += ["--build-dir", str(STATE / "build"), "--cached", "--cache-dir", str(STATE / "cache")]
    programs = f"{ROOT / '.venvs/sam/bin'}:{os.environ['PATH']}"
    environment = {
        **without_make(os.environ),
        "PATH": programs,
        "PORTAL_ARCHITECTURE": "native",
        "SAM_CLI_TELEMETRY": "0",
    }
    done = subprocess.run(command, cwd=STATE, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return STATE / "build"


def starts(built: Path) -> Iterator[tuple[str, Start]]:
    """Yield every kind of start, by name."""
    layer = built / "PortalLayer/python"
    yield "bare", Start("bare", (SITE,), answers={"DynamoDB_20120810.GetItem": [the_account()]})
    yield "hash", Start("hash", (layer,))
    whole_roots = Path(botocore.__file__).with_name("cacert.pem")
    yield "roots | whole", Start("roots", more={"file": str(whole_roots)})
    yield "roots", Start("roots", more={"file": str(layer / "amazon-roots.pem")})
    naive = STATE / "naive"
    shutil.rmtree(naive, ignore_errors=True)
    shutil.copytree(layer, naive / "layer", ignore=shutil.ignore_patterns("__pycache__"))
    runtime = STATE / "runtime"
    runtime.mkdir(exist_ok=True)
    shutil.copy(SITE / "snapshot_restore_py.py", runtime)
    whole = {"AWS_DATA_PATH": str(SITE / "botocore/data")}
    for journey in JOURNEYS:
        asked = recorded(journey)
        function = built / logical_id(asked.function)
        start = Start("function", (function, layer), asked.event, asked.environment, asked.answers, at=asked.at)
        yield journey.name, start
        if journey.name in STEPS:
            # Without what only a first request asks for.
            calls = [call for call in asked.calls if call[1] != "get_public_key"]
            yield (
                f"calls of {journey.name}",
                Start("calls", (SITE,), answers=asked.answers, more={"calls": repr(calls)}),
            )
            plain = naive / asked.function
            shutil.copytree(function, plain, ignore=shutil.ignore_patterns("__pycache__"))
            imports = replace(start, environment={**start.environment, **whole})
            yield f"{journey.name} | imports", imports
            bytecode = replace(imports, eager=HEAVY)
            yield f"{journey.name} | bytecode", bytecode
            yield f"{journey.name} | naive", replace(bytecode, paths=(plain, naive / "layer"))
            yield (
                f"{journey.name} | restored",
                replace(
                    start,
                    paths=(function, layer, runtime),
                    environment={**start.environment, "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"},
                    restored=True,
                ),
            )


def the_account() -> Answer:
    """Return what DynamoDB answers to a bare `get_item` of the account that a profile is read from."""
    (profile,) = (journey for journey in JOURNEYS if journey.name == "GET /api/profile")
    ((status, body),) = recorded(profile).answers["DynamoDB_20120810.BatchGetItem"]
    (account,) = (
        item
        for items in json.loads(body)["Responses"].values()
        for item in items
        if item["pk"]["S"].startswith("account#")
    )
    return status, json.dumps({"Item": account}).encode()


@pytest.fixture(scope="module")
def figures() -> Figures:
    """Every kind of start, measured in turn, so that a slow minute of the machine hits all alike."""
    built = build()
    every = dict(starts(built))
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in every}
    others = {journey.name for journey in JOURNEYS} - set(STEPS)
    with aws() as server:
        for turn in range(ROUNDS):
            for name, start in every.items():
                if turn >= OTHER_ROUNDS and name in others:
                    continue
                warm = WARM_CALLS if turn < WARM_ROUNDS and "|" not in name else 0
                one = measured(start, server, warm)
                assert one.get("status", 200) < 300, (name, one["status"])
                found[name].append(one)
        pairs = {name: list(paired(name, every, server)) for name in STEPS}
    medians = {name: dict(medians_of(runs)) for name, runs in found.items()}
    beside = {name: {kind: median(pair[kind] for pair in runs) for kind in runs[0]} for name, runs in pairs.items()}
    journeys = [journey.name for journey in JOURNEYS]
    return Figures(medians, beside, steps=STEPS, journeys=journeys, rounds=(ROUNDS, OTHER_ROUNDS, PAIRS))


def paired(name: str, every: Mapping[str, Start], server: Any) -> Iterator[dict[str, float]]:
    """Yield what is measured of a start between two bare ones: what slows the machine meanwhile slows all of them.

    ``first`` and ``warm`` are multiples of the bare client, ``beside`` is processor seconds of a warm call without its
    hash, ``left`` those without its calls to AWS, too.
    """
    for _ in range(PAIRS):
        before = measured(every["bare"], server, WARM_CALLS)
        one = measured(every[name], server, WARM_CALLS)
        after = measured(every["bare"], server, WARM_CALLS)
        hashed = measured(every["hash"], server, HASHES)["wall"] if name in HASHING else 0
        yield {
            "first": (one["first"] - hashed) / mean((before["first"], after["first"])),
            "warm": one["cpu"] / mean((before["cpu"], after["cpu"])),
            "beside": one["cpu"] - one["hashed"],
            "left": one["cpu"] - one["hashed"] - one["called"],
        }


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
