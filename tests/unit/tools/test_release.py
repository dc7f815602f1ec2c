"""`make deploy`: built for the machines of the environment, then deployed under the release's name."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tools.release import __main__ as release


class Sam:
    """Notes what it is called with; fails where told."""

    def __init__(self, *, failing: str = "") -> None:
        self.calls: list[tuple[list[str], dict[str, str]]] = []
        self._failing = failing

    def __call__(self, command: list[str], *, env: dict[str, str], **_: Any) -> subprocess.CompletedProcess[str]:
        self.calls.append((command[1:], env))
        return subprocess.CompletedProcess(command, int(command[1] == self._failing))


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / ".aws-sam/build"
    made.mkdir(parents=True)
    (made / "template.yaml").write_text("Resources: {}")
    monkeypatch.setattr(release, "_BUILD", made)
    return made


def deploy(monkeypatch: pytest.MonkeyPatch, sam: Sam, *words: str) -> int:
    monkeypatch.setattr(subprocess, "run", sam)
    monkeypatch.setattr("sys.argv", ["release", *words])
    return release.main()


def test_the_layer_is_built_anew_for_the_architecture_of_the_environment(
    build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sam = Sam()
    monkeypatch.setenv("MAKEFLAGS", "-j3")
    assert deploy(monkeypatch, sam, "prod") == 0
    (building, with_), (deploying, _) = sam.calls
    assert building == ["build", "--config-env", "prod", "--no-cached"]
    assert with_["PORTAL_ARCHITECTURE"] == "arm64"
    assert "MAKEFLAGS" not in with_
    assert deploying[:3] == ["deploy", "--config-env", "prod"]
    given = json.loads((build.parent / "parameters-prod.json").read_text())
    assert len(given["Release"]) == 10


def test_what_could_not_be_built_is_not_deployed(build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sam = Sam(failing="build")
    assert deploy(monkeypatch, sam, "dev") == 1
    assert [words[0] for words, _ in sam.calls] == ["build"]
    assert not (build.parent / "parameters-dev.json").exists()


def test_the_local_environment_is_not_deployed_to_aws(build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sam = Sam()
    assert deploy(monkeypatch, sam, "local") == 1
    assert sam.calls == []
    assert build.exists()
