"""`python -m tools.local.proof EMAIL`: the proof of a person's consents, as operators get it, as files to look at."""

import argparse
import json
import sys
from pathlib import Path

from tools.local import environment
from tools.local.errors import LocalStackError
from tools.local.invoke import remote_invoke
from tools.local.options import PROJECT


def write_proofs(state: Path, email: str) -> list[Path]:
    """Ask the running local stack for the proofs of an address and write them below its state.

    Args:
        state: directory of the running stack.
        email: that has or had an account.

    Returns:
        For each account of the address an HTML file, and beside it a JSON file of the same name.

    Raises:
        LocalStackError: no stack runs there, or nobody has or had the address.
    """
    event = {"action": "proof", "operator": "local", "reason": "make proof", "email": email}
    answer = json.loads(remote_invoke(state, "OpsFunction", json.dumps(event)))
    if not answer["ok"]:
        raise LocalStackError(f"no proof: {answer['code']}")
    written = []
    for number, proof in enumerate(answer["proofs"], 1):
        page = state / f"proof-{number}.html"
        page.write_text(proof.pop("html"), encoding="utf-8")
        page.with_suffix(".json").write_text(json.dumps(proof, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        written.append(page)
    return written


def main() -> int:
    """Write the proofs; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.local.proof", description=__doc__)
    parser.add_argument("email", metavar="EMAIL")
    parser.add_argument("--state", type=Path, metavar="DIR", default=PROJECT / ".local" / "run")
    found = parser.parse_args()
    environment.isolate()
    try:
        for page in write_proofs(found.state.resolve(), found.email):
            print(f"{page} and {page.with_suffix('.json').name}")
    except LocalStackError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
