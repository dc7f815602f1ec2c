"""`python -m tools.keys ACTION --key KEY --env ENV`: see docs/operations.md, "Keys"."""

import argparse
import sys
import time
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from portal.domain.key import KeyUse
from tools.keys.cloud import CloudStack, note
from tools.keys.rotation import USES, Action, Deployment, NotNow, describe, parameter_names, read, run
from tools.local.options import PROJECT
from tools.local.parameters import read_environment
from tools.stacks import LOCAL, UnknownStack, account_of

SAMCONFIG = PROJECT / "samconfig.toml"


class KeysError(Exception):
    """What a person can act on; printed without a traceback."""


def main() -> int:
    """Do what the command line says; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.keys", description=__doc__)
    parser.add_argument("action", choices=["status", "rotate", "retire", "revoke"])
    parser.add_argument("--key", choices=USES, help="which keys; status shows all without it")
    parser.add_argument("--env", default="", help="environment of samconfig.toml; local = the portal of `make run`")
    parser.add_argument("--state", type=Path, metavar="DIR", default=PROJECT / ".local" / "run", help="of `make run`")
    found = parser.parse_args()
    if found.key is None and found.action != "status":
        parser.error(f"say which keys: KEY={' or KEY='.join(USES)}")
    try:
        stack = _stack(found.env, found.state)
        for use in [found.key] if found.key else USES:
            _act(found.action, use, found.env, stack)
    except (KeysError, NotNow, UnknownStack) as reason:
        print(f"Not done: {reason}", file=sys.stderr)
        return 1
    except (ClientError, BotoCoreError) as failure:
        print(f"AWS: {failure}\nAsk for the status, then try again.", file=sys.stderr)
        return 1
    return 0


def _act(action: Action, use: KeyUse, env: str, stack: Deployment) -> None:
    _require_same(use, env, stack)
    for step in run(action, use, stack, int(time.time())):
        if env != LOCAL:
            note(SAMCONFIG, env, step.changes)
        print(f"Done: {step.why}")
    print(describe(read(use, stack), int(time.time())))
    if action != "status" and env != LOCAL:
        print("samconfig.toml says so too, for the next deployment: commit it.")


def _require_same(use: KeyUse, env: str, stack: Deployment) -> None:
    """The next deployment must not undo a rotation, nor this rotation something that is not deployed yet."""
    deployed, configured = stack.parameters(), read_environment(SAMCONFIG, env)
    for name in parameter_names(use):
        if name not in deployed:
            raise KeysError(f"the deployed stack has no parameter {name} yet: deploy first")
        if env != LOCAL and deployed[name] != configured.get(name):
            raise KeysError(
                f"{name} is {deployed[name]} in the stack and {configured.get(name)} in samconfig.toml: "
                "write there what the stack says"
            )


def _stack(env: str, state: Path) -> CloudStack:
    account = account_of(env, state)
    return CloudStack.of(account, {"Delay": 1, "MaxAttempts": 120} if env == LOCAL else None)


if __name__ == "__main__":
    sys.exit(main())
