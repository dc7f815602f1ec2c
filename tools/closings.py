"""`python -m tools.closings EVIDENCE ACCOUNTS SINCE [--apply]`: carry out closings again on a recovered table Accounts.

A recovery brings back accounts that were closed since (GDPR Art. 17). Evidence knows them, by random ids. Without
--apply nothing is changed. What was done is printed as a record for the file: counts and account ids, no address.
Interrupted or repeated runs do no harm. docs/operations.md, "After a recovery", says when and how.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from portal.adapters.dynamodb.items import from_item, require_existing, to_item
from portal.adapters.dynamodb.records import account_key, credential_key
from portal.domain.times import rfc3339

DynamoDBClient = Any  # boto3 makes its clients at run time

CLOSINGS = "by-pseudonym"
"""The index of Evidence in which closings lie and nothing else: the table itself is never scanned."""


@dataclass(frozen=True, slots=True)
class Item:
    """Something that belongs to an account; for a credential the key is an address, which is never printed."""

    kind: str
    key: str
    account_id: str


def closed_since(dynamodb: DynamoDBClient, evidence: str, since: int) -> set[str]:
    """Return the ids of the accounts that were closed at ``since`` (epoch seconds) or later."""
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=evidence,
        IndexName=CLOSINGS,
        FilterExpression="closed_at >= :since",
        ExpressionAttributeValues=to_item({":since": since}),
        ProjectionExpression="subject",
    )
    return {str(from_item(item)["subject"]) for page in pages for item in page["Items"]}


def items_of(dynamodb: DynamoDBClient, accounts: str, closed: set[str]) -> Iterator[Item]:
    """Yield what a table Accounts holds of closed accounts.

    A credential counts by the account that it names, not by its address: that may be another client's by now.
    """
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=accounts, ProjectionExpression="pk, account_id", ConsistentRead=True
    )
    for found in (from_item(item) for page in pages for item in page["Items"]):
        account_id = found.get("account_id") or found["pk"].removeprefix(account_key(""))
        if account_id in closed:
            kind = "credentials" if found["pk"].startswith(credential_key("")) else "accounts"
            yield Item(kind, found["pk"], account_id)


def delete(dynamodb: DynamoDBClient, accounts: str, item: Item) -> bool:
    """Delete an item if it still belongs to that account; tell whether it did."""
    name = "account_id" if item.kind == "credentials" else "id"
    condition = require_existing(accounts, {"pk": item.key}, f"{name} = :id", {":id": item.account_id})
    try:
        dynamodb.delete_item(**condition)
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return False
    return True


def carry_out(
    dynamodb: DynamoDBClient, evidence: str, accounts: str, since: int, now: int, *, apply: bool
) -> dict[str, Any]:
    """Delete from a recovered table what was closed since, look again, and return the record of it.

    Args:
        dynamodb: client of an operator.
        evidence: name of the table Evidence in use, not of a recovered one.
        accounts: name of the recovered table Accounts.
        since: epoch seconds of the state that was recovered.
        now: epoch seconds.
        apply: whether to delete at all.
    """
    closed = closed_since(dynamodb, evidence, since)
    found = list(items_of(dynamodb, accounts, closed))
    deleted = [item for item in found if delete(dynamodb, accounts, item)] if apply else []
    left = list(items_of(dynamodb, accounts, closed)) if apply else found
    return {
        "what": "closings carried out again (GDPR Art. 17)" if apply else "dry run: nothing is deleted",
        "at": rfc3339(now),
        "evidence_table": evidence,
        "accounts_table": accounts,
        "closed_since": rfc3339(since),
        "closings": len(closed),
        "found": _counts(found),
        "deleted": _counts(deleted),
        "left": _counts(left),
        "account_ids": sorted({item.account_id for item in found}),
    }


def _counts(items: list[Item]) -> dict[str, int]:
    counted = Counter(item.kind for item in items)
    return {kind: counted[kind] for kind in ("accounts", "credentials")}


def _moment(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        message = f"{text!r} is no moment with its time zone, such as 2026-11-24T08:00:00Z"
        raise argparse.ArgumentTypeError(message)
    return int(moment.timestamp())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.closings", description=__doc__)
    parser.add_argument("evidence", metavar="EVIDENCE", help="table Evidence in use")
    parser.add_argument("accounts", metavar="ACCOUNTS", help="recovered table Accounts")
    parser.add_argument("since", metavar="SINCE", type=_moment, help="the recovered state: RFC 3339 with its zone")
    parser.add_argument("--apply", action="store_true", help="delete; without it only say what would be deleted")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Carry out closings again; return the exit code: 1 when something is left or AWS refuses."""
    asked = _parser().parse_args(arguments)
    now = int(datetime.now(UTC).timestamp())
    try:
        dynamodb = boto3.client("dynamodb")
        record = carry_out(dynamodb, asked.evidence, asked.accounts, asked.since, now, apply=asked.apply)
    except (BotoCoreError, ClientError) as failure:
        print(f"Error: {failure}; run it again, what was deleted stays deleted", file=sys.stderr)
        return 1
    print(json.dumps(record, indent=2))
    return 1 if asked.apply and any(record["left"].values()) else 0


if __name__ == "__main__":
    sys.exit(main())
