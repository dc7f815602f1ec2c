"""Files of the feed for tests: fictitious clients and cases."""

import json
from typing import Any

from portal.adapters.dynamodb.items import from_item
from portal.events.ingest import serve_ingest
from portal.settings.ingest import IngestSettings
from tests.support.moto_speed import SESSION, shared_aws
from tests.support.template import resources
from tests.support.world import REGION, Clock, Hooks, LambdaContext, World

Line = dict[str, Any] | bytes

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


def a_file(*lines: Line) -> bytes:
    """Return a file of lines; those that are no documents stand in it as they are."""
    return b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines)


def bring(world: "World | FeedWorld", file: str, *lines: Line) -> None:
    """Put a file into the inbox."""
    world.s3.put_object(Bucket=world.names["FeedBucket"], Key=f"inbox/{file}", Body=a_file(*lines))


def report_on(world: "World | FeedWorld", file: str) -> dict[str, Any]:
    """Return the report on a file."""
    found: dict[str, Any] = json.loads(objects(world)[f"reports/{file}.json"])
    return found


def objects(world: "World | FeedWorld") -> dict[str, bytes]:
    """Return everything that the bucket holds."""
    bucket = world.names["FeedBucket"]
    keys = [found["Key"] for found in world.s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
    return {key: world.s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


class FeedWorld:
    """What the feed needs of the portal and nothing else: it is made in a moment."""

    def __init__(self) -> None:
        self.clock, self.hooks = Clock(), Hooks()
        self.s3 = SESSION.client("s3")
        self.dynamodb: Any = SESSION.client("dynamodb")
        self.names = {"FeedBucket": "feed", "MirrorTable": "MirrorTable"}
        self.s3.create_bucket(Bucket="feed", CreateBucketConfiguration={"LocationConstraint": REGION})
        table = resources("AWS::DynamoDB::Table")["MirrorTable"]
        parts = ("AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes", "KeySchema")
        self.dynamodb.create_table(TableName="MirrorTable", **{part: table[part] for part in parts})
        aws = shared_aws(self.hooks.on_before, self.hooks.on_after)
        self.ingest = serve_ingest(IngestSettings("MirrorTable", "feed"), aws, self.clock, pause=lambda _: None)

    def run_ingest(self) -> dict[str, Any]:
        """Run the schedule of the feed."""
        return self.ingest({"task": "take_in"}, LambdaContext(1_000_000))

    def clear(self) -> None:
        """Forget everything; what was connected stays so."""
        for key in objects(self):
            self.s3.delete_object(Bucket="feed", Key=key)
        for item in self.dynamodb.scan(TableName="MirrorTable")["Items"]:
            self.dynamodb.delete_item(TableName="MirrorTable", Key={"pk": item["pk"], "sk": item["sk"]})

    def items(self, table: str) -> list[dict[str, Any]]:
        """Return everything that the table holds."""
        return [from_item(item) for item in self.dynamodb.scan(TableName=table)["Items"]]
