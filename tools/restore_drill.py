"""`python -m tools.restore_drill ENV [--keep]`: recover Accounts beside the table in use, and see that it is whole.

The table in use is only read. docs/operations.md, "The drill", says when, with which rights, and what to file.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from portal.domain.times import rfc3339
from tools import closings
from tools.local.options import PROJECT
from tools.stacks import UnknownStack, account_of

Client = Any  # boto3 makes its clients at run time

# AWS needs some minutes for a small table, an hour for a large one.
_WAIT = {"Delay": 10, "MaxAttempts": 720}


class NotRecoverable(Exception):
    """There is nothing to recover from; printed without a traceback."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of a stack that the drill needs."""

    accounts: str
    evidence: str

    @property
    def recovered(self) -> str:
        """The table that the drill makes."""
        return f"{self.accounts}-drill"


def drill(
    dynamodb: Client,
    tables: Tables,
    now: Callable[[], int],
    *,
    keep: bool = False,
    wait: dict[str, int] | None = None,
) -> dict[str, Any]:
    """Recover, carry out closings again, compare, and return the record of it.

    Args:
        dynamodb: client of an operator.
        tables: of the stack.
        now: epoch seconds.
        keep: whether the recovered table stays.
        wait: how to wait for the recovery, as botocore's waiters take it.

    Raises:
        NotRecoverable: point-in-time recovery is off.
    """
    started, moment = now(), _latest_state(dynamodb, tables.accounts)
    _begin(dynamodb, tables, moment)
    try:
        dynamodb.get_waiter("table_exists").wait(TableName=tables.recovered, WaiterConfig=wait or _WAIT)
        recovered_at = now()
        record = closings.carry_out(dynamodb, tables.evidence, tables.recovered, moment, now(), apply=True)
        in_use, recovered = _keys(dynamodb, tables.accounts), _keys(dynamodb, tables.recovered)
    except BaseException as failure:  # somebody who interrupts it leaves a copy behind, too
        failure.add_note(_leave(dynamodb, tables.recovered, keep=keep) or f"{tables.recovered} was deleted")
        raise
    return {
        "what": "drill of a recovery",
        "at": rfc3339(started),
        "state_of": rfc3339(moment),
        "seconds_behind": started - moment,
        "seconds_to_recover": recovered_at - started,
        "seconds_to_finish": now() - started,
        "recovered": len(recovered),
        "missing": len(in_use - recovered),
        "too_many": len(recovered - in_use),
        "closings": record,
        "kept": tables.recovered if keep else None,
        "by_hand": None if keep else _leave(dynamodb, tables.recovered, keep=False),
    }


def is_whole(record: dict[str, Any]) -> bool:
    """Tell whether nothing came back that should not have, or stays; what is missing was opened since."""
    return not record["too_many"] and not any(record["closings"]["left"].values()) and not record["by_hand"]


def _latest_state(dynamodb: Client, table: str) -> int:
    """Return the newest moment that can be recovered, in epoch seconds; AWS says five minutes ago, as a rule."""
    found = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    latest = found.get("PointInTimeRecoveryDescription", {}).get("LatestRestorableDateTime")
    if latest is None:
        raise NotRecoverable(f"point-in-time recovery of {table} is off")
    return int(latest.timestamp())


def _begin(dynamodb: Client, tables: Tables, moment: int) -> None:
    try:
        # Refused where a table of an earlier drill was kept: that one is not this drill's to delete.
        dynamodb.restore_table_to_point_in_time(
            SourceTableName=tables.accounts,
            TargetTableName=tables.recovered,
            RestoreDateTime=datetime.fromtimestamp(moment, UTC),
            UseLatestRestorableTime=False,
        )
    except (BotoCoreError, ClientError) as failure:
        # An answer that was lost looks the same.
        failure.add_note(f"if {tables.recovered} lies there, it is a full copy of Accounts: delete it by hand")
        raise


def _leave(dynamodb: Client, recovered: str, *, keep: bool) -> str | None:
    """Delete the recovered table, unless it is kept; say what somebody has to do by hand, if anything."""
    copy = f"{recovered}, a full copy of Accounts,"
    if keep:
        return f"{copy} was kept: delete it by hand"
    try:
        dynamodb.delete_table(TableName=recovered)
    except (BotoCoreError, ClientError) as refusal:
        return f"{copy} was not deleted ({refusal}): delete it by hand"
    return None


def _keys(dynamodb: Client, table: str) -> set[str]:
    """Return the keys of a table; they are compared and never printed."""
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, ProjectionExpression="pk", ConsistentRead=True)
    return {item["pk"]["S"] for page in pages for item in page["Items"]}


def main(arguments: list[str] | None = None) -> int:
    """Do the drill; return the exit code: 1 when the recovered table is not whole or stays, or AWS refuses."""
    parser = argparse.ArgumentParser(prog="python -m tools.restore_drill", description=__doc__)
    parser.add_argument("env", metavar="ENV", help="environment of samconfig.toml; local = the portal of `make run`")
    parser.add_argument("--keep", action="store_true", help="leave the recovered table there to look at")
    parser.add_argument("--state", type=Path, metavar="DIR", default=PROJECT / ".local" / "run", help="of `make run`")
    asked = parser.parse_args(arguments)
    try:
        account = account_of(asked.env, asked.state)
        outputs = account.outputs()
        tables = Tables(outputs["AccountsTable"], outputs["EvidenceTable"])
        record = drill(account.client("dynamodb"), tables, lambda: int(time.time()), keep=asked.keep)
    except (UnknownStack, NotRecoverable) as reason:
        print(f"Not done: {reason}", file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError) as failure:
        print(
            f"Error: {failure}; nothing in use was changed",
            *getattr(failure, "__notes__", ()),
            sep="\n",
            file=sys.stderr,
        )
        return 1
    print(json.dumps(record, indent=2))
    if record["by_hand"]:
        print(f"Error: {record['by_hand']}", file=sys.stderr)
    return 0 if is_whole(record) else 1


if __name__ == "__main__":
    sys.exit(main())
