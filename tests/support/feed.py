"""Files of the feed for tests: fictitious clients and cases."""

import json
from typing import Any

from tests.support.world import World

ERIKA = "erika.muster@example.com"


def a_client_line(client_id: str = "10", version: int = 1, **more: Any) -> dict[str, Any]:
    """Return the line of a client."""
    line = {"type": "client", "client_id": client_id, "version": version, "name": "Sanitär Beispiel GmbH"}
    return {**line, "people": [ERIKA], **more}


def a_case_line(case_id: str = "A-1", version: int = 1, client_id: str = "10", **more: Any) -> dict[str, Any]:
    """Return the line of a case: 100 euros claimed, 30 of them paid in November 2026."""
    return {
        "type": "case",
        "client_id": client_id,
        "case_id": case_id,
        "version": version,
        "reference": "RE-2026-001",
        "status": "pre_court",
        "opened_on": "2026-10-01",
        "debtors": [{"kind": "person", "name": "Max Schuldner", "city": "Köln"}],
        "positions": [{"kind": "principal", "label": "Rechnung", "amount": 10_000, "due_on": "2026-09-01"}],
        "payments": [{"received_on": "2026-11-02", "on_principal": 3_000}],
        **more,
    }


def a_removal_line(case_id: str | None = None, version: int = 2, client_id: str = "10") -> dict[str, Any]:
    """Return the line that removes a case, or a client where no case is given."""
    line = {"client_id": client_id, "version": version}
    return {"type": "case_removal", "case_id": case_id, **line} if case_id else {"type": "client_removal", **line}


def a_file(*lines: dict[str, Any] | bytes) -> bytes:
    """Return a file of lines; those that are no documents stand in it as they are."""
    return b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines)


def bring(world: World, file: str, *lines: dict[str, Any] | bytes) -> None:
    """Put a file into the inbox."""
    world.s3.put_object(Bucket=world.names["FeedBucket"], Key=f"inbox/{file}", Body=a_file(*lines))


def report_on(world: World, file: str) -> dict[str, Any]:
    """Return the report on a file."""
    found: dict[str, Any] = json.loads(objects(world)[f"reports/{file}.json"])
    return found


def objects(world: World) -> dict[str, bytes]:
    """Return everything that the bucket holds."""
    bucket = world.names["FeedBucket"]
    keys = [found["Key"] for found in world.s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
    return {key: world.s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}
