"""Build and deploy with the SAM CLI."""

import json
from collections.abc import Mapping
from pathlib import Path

from tools.local import environment, processes
from tools.local.layout import Layout
from tools.local.template import Node, load

STACK_NAME = "mandantenportal"


async def build(layout: Layout, programs: Path, parameters: Mapping[str, str]) -> None:
    """Build functions and layers; what did not change comes from the cache."""
    _write_parameters(layout, parameters)
    command = [
        *(str(programs / "sam"), "build", "--config-file", str(layout.samconfig), "--config-env", "local"),
        *("--template-file", str(layout.template), "--build-dir", str(layout.build)),
        *("--cached", "--cache-dir", str(layout.cache)),
        *("--parameter-overrides", f"file://{layout.parameters}"),
    ]
    log = layout.logs / "build.log"
    # It keeps dependencies in `.aws-sam` of the working directory and has no option for them: in the project, two runs
    # with states of their own would delete each other's.
    await processes.run("sam build", command, environment.for_build(layout, programs), layout.state, log)


async def deploy(layout: Layout, programs: Path, parameters: Mapping[str, str], endpoint: str) -> None:
    """Deploy the built template to the emulator."""
    _write_parameters(layout, parameters)
    unversioned = without_versions(load(layout.built_template))
    layout.unversioned_template.write_text(json.dumps(unversioned, indent=1), encoding="utf-8")
    command = [
        *(str(programs / "sam"), "deploy", "--config-file", str(layout.samconfig), "--config-env", "local"),
        *("--template-file", str(layout.unversioned_template), "--stack-name", STACK_NAME, "--resolve-s3"),
        *("--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset", "--no-fail-on-empty-changeset"),
        *("--no-progressbar", "--region", environment.REGION),
        *("--parameter-overrides", f"file://{layout.parameters}"),
    ]
    log = layout.logs / "deploy.log"
    env = environment.for_deploy(layout, programs, endpoint)
    await processes.run("sam deploy", command, env, layout.project, log)


def without_versions(template: Mapping[str, Node]) -> dict[str, Node]:
    """Return a template whose functions have no versions, and no alarms that watch new ones.

    The emulator tells SAM nothing of parameters, so there a version would keep its name, and with it the code and the
    settings of the first deployment.
    """
    common = dict(template["Globals"]["Function"])
    watching = {alarm["Fn::If"][1]["Ref"] for alarm in common.pop("DeploymentPreference")["Alarms"]}
    del common["AutoPublishAlias"]
    found = {name: _unversioned(each) for name, each in template["Resources"].items() if name not in watching}
    return {**template, "Globals": {**template["Globals"], "Function": common}, "Resources": found}


def _unversioned(resource: Mapping[str, Node]) -> dict[str, Node]:
    if resource["Type"] != "AWS::Serverless::Function":
        return dict(resource)
    kept = {name: value for name, value in resource["Properties"].items() if not name.startswith("AutoPublish")}
    return {**resource, "Properties": kept}


def _write_parameters(layout: Layout, parameters: Mapping[str, str]) -> None:
    # A file needs no quoting; JSON is YAML, and YAML is what `sam` reads there.
    layout.parameters.write_text(json.dumps(dict(parameters), indent=1), encoding="utf-8")
