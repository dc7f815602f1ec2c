"""What a run keeps, repairs and hides."""

import json
import os
from pathlib import Path

import pytest

from tools.local import environment
from tools.local.emulator import forget_stream_positions
from tools.local.errors import StepError
from tools.local.layout import Layout


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(tmp_path / "project", tmp_path / "state")
    made.prepare()
    return made


def test_stream_positions_are_forgotten_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "lambda.json"
    positions = {"__account_region_scoped__": True, "data": {"000000000000\x00eu-central-1\x00'mapping'": 93}}
    functions = {"data": {"name": {"code": "é"}}}
    payload = {"functions": functions, "dynamodb_stream_positions": positions}
    file.write_text(json.dumps({"__ministack_format__": 2, "payload": payload}))
    forget_stream_positions(file)
    repaired = json.loads(file.read_text())
    assert repaired["__ministack_format__"] == 2
    assert repaired["payload"]["functions"] == functions
    assert repaired["payload"]["dynamodb_stream_positions"] == {"__account_region_scoped__": True, "data": {}}


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"payload": {}}'])
def test_there_may_be_no_positions(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "lambda.json"
    if content is not None:
        file.write_text(content)
    forget_stream_positions(file)
    assert file.exists() is (content is not None)


def test_a_fresh_start_forgets_data_and_keeps_builds(layout: Layout) -> None:
    (layout.emulator / "dynamodb.json").write_text("{}")
    layout.mails.write_text("[]")
    layout.cache.mkdir()
    layout.forget()
    assert not layout.emulator.exists()
    assert not layout.mails.exists()
    assert layout.cache.exists()


def test_what_only_a_running_stack_has_is_cleared(layout: Layout) -> None:
    layout.stack.write_text("{}")
    (layout.tmp / "leftover").mkdir()
    layout.prepare()
    assert not layout.stack.exists()
    assert list(layout.tmp.iterdir()) == []


def test_functions_see_nothing_of_the_users_environment(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "private")
    monkeypatch.setenv("PYTHONPATH", "/private")
    monkeypatch.setenv("SECRET", "private")
    emulator = environment.for_emulator(layout, Path("/venv/bin"), 4566, "me", persist=True)
    assert "private" not in str(emulator)
    assert not [name for name in emulator if name.startswith("AWS_")]
    assert {emulator[name] for name in ("AUTH", "BIND_HOST", "PERSIST_STATE")} == {"true", "127.0.0.1", "1"}


def test_functions_send_their_calls_elsewhere_when_told(layout: Layout) -> None:
    proxy = "http://127.0.0.1:1234"
    emulator = environment.for_emulator(layout, Path("/venv/bin"), 4566, "me", persist=False, calls_to=proxy)
    assert emulator["AWS_ENDPOINT_URL"] == proxy


def test_everything_that_is_written_lies_below_the_state(layout: Layout) -> None:
    emulator = environment.for_emulator(layout, Path("/venv/bin"), 4566, "me", persist=False)
    assert all(emulator[name].startswith(str(layout.state)) for name in ("HOME", "TMPDIR", "STATE_DIR", "S3_DATA_DIR"))
    assert emulator["PERSIST_STATE"] == "0"


def test_the_users_settings_are_hidden_from_a_deploy(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*os.environ, "AWS_PROFILE"]:  # the variables that isolate() changes are put back after the test
        if name.startswith("AWS_") or name in {"PYTHONPATH", "VIRTUAL_ENV"}:
            monkeypatch.setenv(name, "private")
    monkeypatch.setattr(os, "environ", dict(os.environ))
    environment.isolate()
    deploy = environment.for_deploy(layout, Path("/venv/bin"), "http://127.0.0.1:4566")
    assert "private" not in str(deploy)
    assert deploy["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
    assert deploy["HOME"] == str(layout.home)
    assert deploy["AWS_CONFIG_FILE"] == os.devnull


def test_a_failed_step_shows_the_end_of_its_log(tmp_path: Path) -> None:
    log = tmp_path / "build.log"
    log.write_text("\n".join(str(number) for number in range(100)))
    text = str(StepError("sam build", log))
    assert text.startswith("sam build failed")
    assert text.endswith("  98\n  99")
    assert "  59\n" not in text
    assert "(no output)" in str(StepError("sam build", tmp_path / "missing.log"))
