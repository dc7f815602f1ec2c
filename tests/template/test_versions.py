"""Versions of functions: what makes new ones, by the name that ``make deploy`` gives and by SAM's own translator."""

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.support.template import ROOT, functions
from tools.local import environment
from tools.local.parameters import read_environment
from tools.local.run import VENVS
from tools.local.sam import without_versions
from tools.local.template import load
from tools.release.name import after, release_of

PROD = read_environment(ROOT / "samconfig.toml", "prod")


@cache
def resources(release: str, gradual: str, uploaded: str = "{}") -> dict[str, Any]:
    """Return what CloudFormation gets of production; ``uploaded`` names new code by resource, as JSON."""
    python = environment.bin_directory("sam", VENVS) / "python"
    parameters = json.dumps({**PROD, "Release": release, "GradualDeployments": gradual})
    command = [str(python), "-m", "tests.support.versions", "template.yaml", parameters, uploaded]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def of_type(kind: str, release: str, gradual: str = "true") -> dict[str, Any]:
    return {name: each for name, each in resources(release, gradual).items() if each["Type"] == kind}


def versions_of(**uploaded: str) -> set[str]:
    """Return the versions that a plain ``sam deploy`` makes, with code of some resources new."""
    found = resources("", "true", json.dumps(uploaded))
    return {name for name, each in found.items() if each["Type"] == "AWS::Lambda::Version"}


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """What ``sam build`` would make, without libraries."""
    shutil.copytree(ROOT / "layers/portal/portal", tmp_path / "PortalLayer/python/portal")
    shutil.copytree(ROOT / "functions", tmp_path / "functions")
    shutil.copy(ROOT / "template.yaml", tmp_path)
    return tmp_path


def test_one_line_of_the_layer_gives_every_function_a_new_version(build: Path) -> None:
    before = release_of(build, PROD)
    line = build / "PortalLayer/python/portal/domain/iban.py"
    line.write_text("# one more line\n")
    versions = [of_type("AWS::Lambda::Version", name).keys() for name in (before, release_of(build, PROD))]
    assert [len(found) for found in versions] == [len(functions())] * 2
    assert not versions[0] & versions[1]


def test_a_plain_deployment_makes_new_versions_for_a_new_layer_or_new_code_and_none_for_nothing() -> None:
    before = versions_of()
    assert versions_of(PortalLayer="as-before") == before
    assert len(before) == len(functions())
    assert not versions_of(PortalLayer="new") & before
    (changed,) = versions_of(WebFunction="new") - before
    assert changed.startswith("WebFunctionVersion")


def test_a_changed_parameter_gives_new_versions_and_nothing_changed_gives_none(build: Path) -> None:
    before = release_of(build, PROD)
    assert release_of(build, {**PROD, "Release": before}) == before
    assert release_of(build, {**PROD, "DailyMailCeiling": "5"}) != before
    (build / "functions/web/__pycache__").mkdir()
    (build / "functions/web/__pycache__/app.pyc").write_bytes(b"made by running it")
    assert release_of(build, PROD) == before
    (build / "functions/web/app.py").rename(build / "functions/web/other.py")
    assert release_of(build, PROD) != before


def test_a_rotation_of_keys_gives_new_versions_too() -> None:
    assert after("4f1c2a9b7e", {"ActiveLinkKeySlot": "B"}) not in {"4f1c2a9b7e", after("4f1c2a9b7e", {})}


def test_whatever_calls_a_function_calls_its_alias() -> None:
    found = resources("4f1c2a9b7e", "true")
    aliases = {name for name, each in found.items() if each["Type"] == "AWS::Lambda::Alias"}
    assert aliases == {f"{name.capitalize()}FunctionAliaslive" for name in functions()}
    for each in of_type("AWS::Lambda::EventSourceMapping", "4f1c2a9b7e").values():
        assert each["Properties"]["FunctionName"]["Ref"] in aliases
    for each in of_type("AWS::Scheduler::Schedule", "4f1c2a9b7e").values():
        assert each["Properties"]["Target"]["Arn"]["Ref"] in aliases
    for each in of_type("AWS::Lambda::Permission", "4f1c2a9b7e").values():
        assert each["Properties"]["FunctionName"]["Ref"] in aliases
    for each in of_type("AWS::Lambda::EventInvokeConfig", "4f1c2a9b7e").values():
        assert each["Properties"]["Qualifier"] == "live"
    (api,) = of_type("AWS::ApiGateway::RestApi", "4f1c2a9b7e").values()
    methods = [method for path in api["Properties"]["Body"]["paths"].values() for method in path.values()]
    assert all("Aliaslive}" in method["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"] for method in methods)


def test_gradual_deployments_go_back_by_alarms_and_can_be_turned_off() -> None:
    groups = of_type("AWS::CodeDeploy::DeploymentGroup", "4f1c2a9b7e")
    assert len(groups) == len(functions())
    for group in groups.values():
        properties = group["Properties"]
        assert "DEPLOYMENT_STOP_ON_ALARM" in properties["AutoRollbackConfiguration"]["Events"]
        assert len(properties["AlarmConfiguration"]["Alarms"]) == 3
        assert "Canary10Percent5Minutes" in json.dumps(properties["DeploymentConfigName"])
    assert not of_type("AWS::CodeDeploy::DeploymentGroup", "4f1c2a9b7e", gradual="false")


def test_locally_functions_have_no_versions_and_nothing_else_is_missing() -> None:
    whole = load(ROOT / "template.yaml")
    local = without_versions(whole)
    assert whole["Resources"].keys() - local["Resources"].keys() == {
        *("NewVersionErrorsAlarm", "NewVersionBrokenAlarm", "NewVersionRunErrorsAlarm")
    }
    text = json.dumps(local["Resources"])
    assert "AutoPublish" not in text
    assert ".Version" not in text
    common, kept = (each["Globals"]["Function"] for each in (whole, local))
    assert common.keys() - kept.keys() == {"AutoPublishAlias", "DeploymentPreference"}
