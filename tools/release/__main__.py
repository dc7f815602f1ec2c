"""`python -m tools.release ENV`: build and deploy an environment, under a name of its own (docs/operations.md)."""

import argparse
import json
import os
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
    # Not from the cache: it does not know for which machines the layer was built.
    if code := _sam("build", "--config-env", env, "--no-cached", PORTAL_ARCHITECTURE=parameters["Architecture"]):
        return code
    parameters["Release"] = release_of(_BUILD, parameters)
    given = _BUILD.parent / f"parameters-{env}.json"
    given.write_text(json.dumps(parameters, indent=1), encoding="utf-8")
    print(f"Release {parameters['Release']} to {env}", flush=True)
    return _sam("deploy", "--config-env", env, "--parameter-overrides", f"file://{given}")


def _sam(*words: str, **variables: str) -> int:
    programs = environment.bin_directory("sam", VENVS)
    own = environment.without_make(os.environ)
    own["PATH"] = f"{programs}:{own.get('PATH', '')}"
    return subprocess.run([str(programs / "sam"), *words], cwd=PROJECT, env=own | variables, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
