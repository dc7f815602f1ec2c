"""The feed as it is deployed: its bucket, wake-up, role and table."""

import json
import time
from typing import Any

from tests.support.feed import a_case_line, a_client_line, a_file, a_removal_line
from tests.support.stack import Portal

CLIENT = "E2E-1"
# The schedule of the next minute takes what no wake-up did.
SECONDS = 120


def bring(portal: Portal, file: str, *lines: dict[str, Any] | bytes) -> dict[str, Any]:
    """Bring a file as the core system does, and return the report on it."""
    s3, bucket = portal.client("s3"), portal.outputs["FeedBucket"]
    s3.put_object(Bucket=bucket, Key=f"inbox/{file}", Body=a_file(*lines))
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if _is_done(s3, bucket, file):
            found: dict[str, Any] = json.loads(s3.get_object(Bucket=bucket, Key=f"reports/{file}.json")["Body"].read())
            return found
        time.sleep(0.2)
    raise AssertionError(f"{file} was not taken in within {SECONDS} s")


def _is_done(s3: Any, bucket: str, file: str) -> bool:
    keys = {found["Key"] for found in s3.list_objects_v2(Bucket=bucket).get("Contents", [])}
    return f"done/{file}" in keys and f"inbox/{file}" not in keys


def test_a_file_with_broken_lines_is_in_but_for_them_and_the_report_names_each(portal: Portal) -> None:
    report = bring(
        portal,
        "e2e-broken.jsonl",
        a_client_line(CLIENT, people=["feed.reader@example.com"]),
        a_case_line("F-1", client_id=CLIENT),
        b"{broken",
        a_case_line("F-2", client_id=CLIENT, status="unheard of"),
        a_case_line("F-3", client_id="E2E-nobody"),
        a_case_line("F-4", client_id=CLIENT),
    )
    assert (report["lines"], report["taken_in"], report["refused"]) == (6, 3, 3)
    told = [(entry["line"], entry["case_id"], entry["errors"][0]["code"]) for entry in report["refusals"]]
    assert told == [(3, None, "not_json"), (4, "F-2", "invalid_value"), (5, "F-3", "unknown_client")]
    items = {item["sk"]: item for item in portal.items("MirrorTable") if item["pk"] == f"client#{CLIENT}"}
    assert {"client", "figures", "case#F-1", "case#F-4", "person#feed.reader@example.com"} == set(items)
    assert (items["figures"]["claimed"], items["figures"]["cases_pre_court"]) == (20_000, 2)


def test_changes_and_removals_reach_the_table_and_a_removed_client_leaves_nothing(portal: Portal) -> None:
    client = "E2E-2"
    lines = [a_client_line(client), a_case_line("G-1", client_id=client), a_case_line("G-2", client_id=client)]
    assert bring(portal, "e2e-first.jsonl", *lines)["taken_in"] == 3
    changed = a_case_line("G-1", version=2, client_id=client, status="court", reference="RE-2")
    report = bring(portal, "e2e-second.jsonl", changed, a_removal_line("G-2", client_id=client), *lines[1:])
    assert (report["taken_in"], report["removed"], report["older"]) == (1, 1, 2)
    report = bring(portal, "e2e-third.jsonl", a_removal_line(client_id=client, version=3))
    assert report["removed"] == 1
    left = {
        (item["pk"], item["sk"]) for item in portal.items("MirrorTable") if item["pk"].startswith(f"client#{client}")
    }
    assert left == {(f"client#{client}", "client"), (f"client#{client}", "case#G-2")}


def test_a_person_of_a_client_sees_its_cases_in_every_order_by_words_and_one_by_one(portal: Portal) -> None:
    client, email = "E2E-3", "feed.lists@example.com"
    names = [("H-1", "court", "Zeller"), ("H-2", "court", "Adam"), ("H-3", "pre_court", "Maurer")]
    cases = [
        a_case_line(case, client_id=client, status=status, debtors=[{"kind": "person", "name": name}])
        for case, status, name in names
    ]
    bring(portal, "e2e-lists.jsonl", a_client_line(client, people=[email]), *cases)
    token = portal.a_client(email)["access_token"]

    def found(**asked: str) -> list[str]:
        answer = portal.request("POST", f"/api/clients/{client}/cases/search", asked, token=token)
        assert answer.status_code == 200, answer.text
        return [case["id"] for case in answer.json()["cases"]]

    for sort in ("opened", "debtor", "outstanding"):
        assert sorted(found(sort=sort)) == ["H-1", "H-2", "H-3"]
        assert sorted(found(sort=sort, status="court")) == ["H-1", "H-2"]
    assert found(sort="debtor") == ["H-2", "H-3", "H-1"]
    assert found(sort="debtor", order="descending", status="court") == ["H-1", "H-2"]
    assert found(text="maur") == ["H-3"]
    for case, *_ in names:
        assert portal.request("GET", f"/api/clients/{client}/cases/{case}", token=token).status_code == 200
    (listed,) = portal.request("GET", "/api/clients", token=token).json()["clients"]
    assert (listed["id"], portal.request("GET", f"/api/clients/{client}", token=token).json()["id"]) == (client, client)
    file = portal.request("POST", f"/api/clients/{client}/cases/export", {"status": "court"}, token=token).text
    assert ("RE-2026-001" in file, file.count("\n")) == (True, 3)
    interest = portal.request("POST", f"/api/clients/{client}/cases/H-1/interest", {"to": "2026-11-27"}, token=token)
    assert interest.status_code == 200, interest.text
    exported = portal.request("GET", "/api/profile/export", token=token)
    assert client in exported.text


def test_the_schedule_looks_into_the_inbox(portal: Portal) -> None:
    assert portal.invoke("ingest", "Waiting")["failed"] == 0


def test_nothing_of_the_feed_is_in_the_logs(portal: Portal) -> None:
    lines = "\n".join(portal.logs())
    assert '"message":"feed"' in lines
    for secret in ("e2e-broken", "Schuldner", "feed.reader", "F-1"):
        assert secret not in lines
