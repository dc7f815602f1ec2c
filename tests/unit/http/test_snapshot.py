"""SnapStart: what a snapshot holds, and what its copies do not share."""

import random
import runpy
import ssl
from typing import Any
from unittest.mock import MagicMock

import pytest
import snapshot_restore_py

from portal.http.routes import Route, Wiring, serve
from portal.http.snapshot import renew
from portal.settings import starts_from_snapshot
from tests.support.template import ROOT, functions

Registered = list[tuple[Any, tuple[Any, ...], dict[str, Any]]]


@pytest.fixture
def hooks(monkeypatch: pytest.MonkeyPatch) -> tuple[Registered, Registered]:
    """What was registered: before a snapshot, after each start from it."""
    before: Registered = []
    after: Registered = []
    monkeypatch.setattr(snapshot_restore_py, "_before_snapshot_registry", before)
    monkeypatch.setattr(snapshot_restore_py, "_after_restore_registry", after)
    return before, after


@pytest.fixture
def sessions(monkeypatch: pytest.MonkeyPatch) -> list[MagicMock]:
    """Every session with AWS that was made."""
    made: list[MagicMock] = []

    def make() -> MagicMock:
        made.append(MagicMock())
        return made[-1]

    monkeypatch.setattr("portal.adapters.aws.Session", make)
    return made


def run(registered: Registered) -> None:
    for function, positional, named in registered:
        function(*positional, **named)


def answering() -> list[str]:
    return sorted(name for name, properties in functions().items() if "SnapStart" in properties)


def test_the_functions_that_people_wait_for_can_start_from_snapshots_and_no_others() -> None:
    waited_for = {
        name
        for name, properties in functions().items()
        if any(event["Type"] == "Api" for event in properties.get("Events", {}).values())
    }
    assert set(answering()) == waited_for


@pytest.mark.parametrize("name", answering())
def test_a_function_registers_its_hooks_when_lambda_starts_it_for_a_snapshot(
    name: str, hooks: tuple[Registered, Registered], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Names alone are needed: nothing is called.
    for variable in [*functions()[name]["Environment"]["Variables"], "ISSUER"]:
        monkeypatch.setenv(variable, "A" if variable.endswith("_SLOT") else "1")
    app = str(ROOT / f"functions/{name}/app.py")
    runpy.run_path(app)
    assert not hooks[0]
    assert not hooks[1]
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")
    runpy.run_path(app)
    assert (len(hooks[0]), len(hooks[1])) == (1, 1)


@pytest.mark.parametrize("kind", ["on-demand", "provisioned-concurrency", ""])
def test_every_other_start_is_none_for_a_snapshot(kind: str) -> None:
    assert not starts_from_snapshot({"AWS_LAMBDA_INITIALIZATION_TYPE": kind})


def test_the_snapshot_holds_every_endpoint_and_nothing_of_aws(
    hooks: tuple[Registered, Registered], sessions: list[MagicMock], monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []
    monkeypatch.setattr(Route, "load", lambda route: loaded.append(route.path))
    serve([Route("GET", "/a", "a:get"), Route("GET", "/b", "b:get")], Wiring(None), from_snapshot=True)
    run(hooks[0])
    assert loaded == ["/a", "/b"]
    assert sessions == []


def test_a_copy_calls_aws_by_connections_of_its_own(
    hooks: tuple[Registered, Registered], sessions: list[MagicMock]
) -> None:
    wiring: Wiring[None] = Wiring(None)
    serve([], wiring, from_snapshot=True)
    wiring.aws.call("kms", "sign")
    wiring.aws.call("kms", "sign")
    assert len(sessions) == 1
    run(hooks[1])
    wiring.aws.call("kms", "sign")
    assert len(sessions) == 2


def test_a_copy_has_randomness_of_its_own(
    hooks: tuple[Registered, Registered], monkeypatch: pytest.MonkeyPatch
) -> None:
    added: list[tuple[bytes, float]] = []
    monkeypatch.setattr(ssl, "RAND_add", lambda *given: added.append(given))
    serve([], Wiring(None), from_snapshot=True)
    drawn = []
    for _ in range(2):
        random.seed(1)
        run(hooks[1])
        drawn.append(random.random())  # noqa: S311 - what is looked at
    assert drawn[0] != drawn[1]
    (first, entropy), (second, _) = added
    assert first != second
    assert len(first) == entropy == 32


def test_the_generator_of_tls_takes_it() -> None:
    renew(Wiring(None))
