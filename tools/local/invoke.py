"""`python -m tools.local.invoke FUNCTION EVENT`: call a function of the running local stack, as operators do it."""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from tools.local import environment
from tools.local.errors import LocalStackError
from tools.local.layout import Layout
from tools.local.options import PROJECT
from tools.local.run import VENVS
from tools.local.sam import STACK_NAME


def remote_invoke(state: Path, function: str, event: str) -> str:
    """Return what `sam remote invoke` prints of a function's answer.

    Args:
        state: directory of the running stack.
        function: logical id in the template.
        event: JSON.

    Raises:
        LocalStackError: no stack runs there, or `sam` fails.
    """
    layout = Layout(PROJECT, state)
    if not layout.stack.exists():
        raise LocalStackError(f"no local stack runs in {state}; start one with `make run`")
    endpoint: str = json.loads(layout.stack.read_text(encoding="utf-8"))["endpoint_url"]
    programs = environment.bin_directory("sam", VENVS)
    command = [
        *(str(programs / "sam"), "remote", "invoke", function, "--stack-name", STACK_NAME),
        *("--region", environment.REGION, "--event", event),
    ]
    env = environment.for_deploy(layout, programs, endpoint)
    done = subprocess.run(command, env=env, cwd=PROJECT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise LocalStackError(f"sam remote invoke failed:\n{done.stderr}")
    return done.stdout


def main() -> int:
    """Call a function; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.local.invoke", description=__doc__)
    parser.add_argument("function", metavar="FUNCTION", help="logical id in the template")
    parser.add_argument("event", metavar="EVENT", help="JSON")
    parser.add_argument("--state", type=Path, metavar="DIR", default=PROJECT / ".local" / "run")
    found = parser.parse_args()
    environment.isolate()
    try:
        print(remote_invoke(found.state.resolve(), found.function, found.event).strip())
    except LocalStackError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
