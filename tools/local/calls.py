"""What an AWS call needs the right to: read off the request, without anything that it carries."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from email.utils import parseaddr
from http import HTTPStatus
from pathlib import Path
from typing import Any

UNKNOWN = "unknown"
"""Stands for a function that does not name itself."""

_APP_ID = re.compile(r"(?:^| )app/(\S+)")
_SIGNED_FOR_S3 = "/s3/aws4_request"
_ON_OBJECTS = {"GET": "s3:GetObject", "PUT": "s3:PutObject", "DELETE": "s3:DeleteObject"}
_SEND_EMAIL = ("POST", "/v2/email/outbound-emails")
_SUPPRESSED = "/v2/email/suppression/addresses"
_ON_SUPPRESSED = {"GET": "ses:ListSuppressedDestinations", "DELETE": "ses:DeleteSuppressedDestination"}
# The rights that the entries of a transaction need (DynamoDB: "IAM policies for transactions").
_ENTRIES = {
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
    "Delete": "dynamodb:DeleteItem",
    "ConditionCheck": "dynamodb:ConditionCheckItem",
}


@dataclass(frozen=True, slots=True)
class Call:
    """One right that a function used, or wanted.

    Args:
        function: as it names itself (`adapters/aws.py`).
        action: as IAM names it.
        resource: name of a table, `<table>/index/<index>`, ARN of a key, name of a bucket, `<bucket>/<folder>/*`, or
            end of the ARN of an SES resource.
        denied: whether the call was refused for want of it.
    """

    function: str
    action: str
    resource: str
    denied: bool

    def to_line(self) -> str:
        """Return the call as a line of JSON."""
        return json.dumps(asdict(self)) + "\n"


def read_calls(file: Path) -> set[Call]:
    """Return the calls that a file of such lines holds."""
    return {Call(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()}


def calls_of(method: str, path: str, headers: Mapping[str, str], body: bytes, *, denied: bool) -> set[Call]:
    """Return the rights that a request needs.

    Args:
        method: upper case.
        path: without query.
        headers: of the request; names compare without case.
        body: of the request.
        denied: whether the answer says that a right is missing.
    """
    named = _APP_ID.search(headers.get("User-Agent", ""))
    function = named[1] if named else UNKNOWN
    if _SIGNED_FOR_S3 in headers.get("Authorization", ""):
        needed = _of_buckets(method, path, headers.get("x-amz-copy-source", ""))
    else:
        needed = _needed(method, path, headers.get("X-Amz-Target", ""), body)
    return {Call(function, action, resource, denied) for action, resource in needed}


def is_denied(status: int, body: bytes) -> bool:
    """Tell whether an answer says that a right is missing."""
    return status in {HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN} and b"AccessDenied" in body


def _needed(method: str, path: str, target: str, body: bytes) -> Iterator[tuple[str, str]]:
    service, _, operation = target.partition(".")
    if service == "DynamoDB_20120810":
        yield from _of_tables(operation, json.loads(body))
    elif service == "TrentService":
        yield f"kms:{operation}", json.loads(body)["KeyId"]
    elif (method, path) == _SEND_EMAIL:
        mail = json.loads(body)
        _, address = parseaddr(mail["FromEmailAddress"])
        yield "ses:SendEmail", f"identity/{address.rpartition('@')[2]}"
        yield "ses:SendEmail", f"configuration-set/{mail['ConfigurationSetName']}"
    elif path.startswith(_SUPPRESSED) and method in _ON_SUPPRESSED:
        # What follows is an address, and no resource of IAM.
        yield _ON_SUPPRESSED[method], "*"
    else:
        # Nobody's right: a test that compares says which call is new.
        yield f"{method} {path} {target}".strip(), UNKNOWN


def _of_buckets(method: str, path: str, copied: str) -> Iterator[tuple[str, str]]:
    """Yield rights to objects by the folders that these lie in: their names are nobody's business."""
    bucket, _, key = path.strip("/").partition("/")
    if not key:
        yield "s3:ListBucket" if method == "GET" else f"{method} {UNKNOWN}", bucket
        return
    yield _ON_OBJECTS.get(method, f"{method} {UNKNOWN}"), f"{bucket}/{key.partition('/')[0]}/*"
    if copied:
        source, _, key = copied.strip("/").partition("/")
        yield "s3:GetObject", f"{source}/{key.partition('/')[0]}/*"


def _of_tables(operation: str, asked: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if operation == "TransactWriteItems":
        entries = (entry for item in asked["TransactItems"] for entry in item.items())
        yield from ((_ENTRIES[kind], write["TableName"]) for kind, write in entries)
    elif operation == "BatchGetItem":
        yield from ((f"dynamodb:{operation}", table) for table in asked["RequestItems"])
    else:
        index = f"/index/{asked['IndexName']}" if "IndexName" in asked else ""
        yield f"dynamodb:{operation}", asked["TableName"] + index
