"""`python -m tools.release ENV`: deploy what `sam build` made, under a name of its own (docs/operations.md)."""

import argparse
import json
import subprocess
import sys

from tools.local import environment
from tools.local.options import PROJECT
from tools.local.parameters import read_environment
from tools.local.run import VENVS
from tools.release.name import release_of

_BUILD = PROJECT / ".aws-sam" / "build"


def main() -> int:
    """Deploy one environment; return the exit code of ``sam``."""
    parser = argparse.ArgumentParser(prog="python -m tools.release", description=__doc__)
    parser.add_argument("env", metavar="ENV", help="environment of samconfig.toml")
    env = parser.parse_args().env
    parameters = read_environment(PROJECT / "samconfig.toml", env)
    if env == "local" or not parameters:
        print("Error: say which environment: ENV=dev or ENV=prod; `make run` deploys the local one", file=sys.stderr)
        return 1
    parameters["Release"] = release_of(_BUILD, parameters)
    given = _BUILD.parent / f"parameters-{env}.json"
    given.write_text(json.dumps(parameters, indent=1), encoding="utf-8")
    sam = environment.bin_directory("sam", VENVS) / "sam"
    command = [str(sam), "deploy", "--config-env", env, "--parameter-overrides", f"file://{given}"]
    print(f"Release {parameters['Release']} to {env}", flush=True)
    return subprocess.run(command, cwd=PROJECT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
