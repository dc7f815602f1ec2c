"""Build and deploy with the SAM CLI."""

import json
from collections.abc import Mapping
from pathlib import Path

from tools.local import environment, processes
from tools.local.layout import Layout

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
    command = [
        *(str(programs / "sam"), "deploy", "--config-file", str(layout.samconfig), "--config-env", "local"),
        *("--template-file", str(layout.built_template), "--stack-name", STACK_NAME, "--resolve-s3"),
        *("--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset", "--no-fail-on-empty-changeset"),
        *("--no-progressbar", "--region", environment.REGION),
        *("--parameter-overrides", f"file://{layout.parameters}"),
    ]
    log = layout.logs / "deploy.log"
    env = environment.for_deploy(layout, programs, endpoint)
    await processes.run("sam deploy", command, env, layout.project, log)


def _write_parameters(layout: Layout, parameters: Mapping[str, str]) -> None:
    # A file needs no quoting; JSON is YAML, and YAML is what `sam` reads there.
    layout.parameters.write_text(json.dumps(dict(parameters), indent=1), encoding="utf-8")
