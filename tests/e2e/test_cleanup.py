"""The sweep as it is deployed: its own role, table, index and evidence."""

import json
import time

from portal.adapters.dynamodb.items import put_new
from portal.adapters.dynamodb.records import attempt_key, attempt_to_values
from portal.domain.registration import new_attempt
from tests.support.fakes import an_application
from tests.support.stack import Portal


def test_an_expired_attempt_goes_at_the_next_sweep_and_evidence_stays(portal: Portal) -> None:
    now = int(time.time())
    expired = new_attempt(an_application("expired.sweep@example.com"), "203.0.113.0", now - 60, 30)
    living = new_attempt(an_application("living.sweep@example.com"), "203.0.113.0", now, 3600)
    for attempt in (expired, living):
        portal.dynamodb.put_item(**put_new(portal.outputs["RegistrationsTable"], attempt_to_values(attempt)))

    swept = portal.invoke("cleanup", "Sweep")
    assert swept["complete"]
    left = {item["pk"] for item in portal.items("RegistrationsTable")}
    assert attempt_key(expired.id) not in left
    assert attempt_key(living.id) in left
    rows = [row for row in portal.items("EvidenceTable") if row["subject"].startswith("sweep#")]
    (row,) = [row for row in rows if row["window"]["end"] == swept["window_end"]]
    assert (row["deleted"], row["complete"]) == (swept["deleted"], True)
    assert row["deleted"] >= 1
    logged = [json.loads(line) for line in portal.logs() if '"message":"sweep"' in line]
    assert swept["window_end"] in [line["window_end"] for line in logged]
