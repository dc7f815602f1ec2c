"""`python -m tools.local.demo EMAIL`: fill the running portal with made-up clients and cases for a person."""

import argparse
import json
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import boto3
from botocore.exceptions import ClientError

from portal.domain.email import canonical_email
from tools.feed.fiction import demo_lines, to_bytes
from tools.local import environment
from tools.local.errors import LocalStackError
from tools.local.layout import Layout
from tools.local.options import PROJECT

LONGEST_WAIT = 300.0
"""Seconds; the file is taken in at once or, where the wake-up was lost, within a minute."""
_POLL = 0.5


def bring(state: Path, email: str) -> dict[str, Any]:
    """Bring a file of the feed to the running local stack, and return the report on it.

    Args:
        state: directory of the running stack.
        email: whose clients these are; the address of an account, or of one that is opened later.

    Raises:
        LocalStackError: no stack runs there, the address is none, or nothing comes of the file.
    """
    layout = Layout(PROJECT, state)
    if not layout.stack.exists():
        raise LocalStackError(f"no local stack runs in {state}; start one with `make run`")
    canonical = canonical_email(email)
    if canonical is None:
        raise LocalStackError("give the address of a registered person: make demo EMAIL=…")
    stack = json.loads(layout.stack.read_text(encoding="utf-8"))
    s3: Any = boto3.client(
        "s3",
        endpoint_url=stack["endpoint_url"],
        region_name=environment.REGION,
        aws_access_key_id=environment.CREDENTIAL,
        aws_secret_access_key=environment.CREDENTIAL,
    )
    now = datetime.now(ZoneInfo("Europe/Berlin"))
    file = f"demo-{now:%Y%m%d-%H%M%S}.jsonl"
    bucket = stack["outputs"]["FeedBucket"]
    s3.put_object(Bucket=bucket, Key=f"inbox/{file}", Body=b"".join(to_bytes(demo_lines(canonical, now.date()))))
    return _report(s3, bucket, f"reports/{file}.json")


def _report(s3: Any, bucket: str, key: str) -> dict[str, Any]:  # noqa: ANN401 - boto3 makes its clients at run time
    deadline = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < deadline:
        try:
            found: dict[str, Any] = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        except ClientError:
            time.sleep(_POLL)
        else:
            return found
    raise LocalStackError(f"no report on the file after {LONGEST_WAIT:.0f} s; see the log of the function ingest")


def main() -> int:
    """Bring the file; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.local.demo", description=__doc__)
    parser.add_argument("email", metavar="EMAIL")
    parser.add_argument("--state", type=Path, metavar="DIR", default=PROJECT / ".local" / "run")
    asked = parser.parse_args()
    environment.isolate()
    try:
        report = bring(asked.state.resolve(), asked.email)
    except LocalStackError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    told = ", ".join(f"{report[name]} {name.replace('_', ' ')}" for name in ("taken_in", "unchanged", "refused"))
    print(f"{report['lines']} lines for {asked.email}: {told}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
