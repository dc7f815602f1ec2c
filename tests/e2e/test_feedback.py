"""Feedback on mails as it is deployed: rules, role, keys and transactions; nothing here sends it but the tests."""

import json
import time
from typing import Any

from tests.support.ses_events import bounce, complaint
from tests.support.stack import Portal, eventually, link_token


def tell(portal: Portal, event: dict[str, Any]) -> None:
    """Put an event on the bus, as SES would, under the name that is heard on the local stack alone."""
    entry = {"Source": "local.ses", "DetailType": event["detail-type"], "Detail": json.dumps(event["detail"])}
    assert portal.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0


def status(portal: Portal, email: str) -> Any:
    event = {"action": "status", "operator": "Olga Peters", "reason": "Fall 4711", "email": email}
    name = portal.resources["OpsFunction"]
    answer = portal.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event).encode())
    return json.loads(answer["Payload"].read())


def order_of(portal: Portal, **about: str) -> str | None:
    """Return the order of the newest mail that was sent and has these attributes; None before there is one."""
    rows = [row for row in portal.items("OutboxTable") if about.items() <= row.items() and row["status"] == "sent"]
    return str(max(rows, key=lambda row: row["finished_at"])["id"]) if rows else None


def configuration_set(portal: Portal) -> str:
    return portal.resources["MailConfigurationSet"]


def test_a_bounce_marks_an_attempt_and_then_its_address_is_erased(portal: Portal) -> None:
    email = "kommt-zurueck@example.com"
    mail = portal.register(email)
    attempt = next(row for row in portal.items("RegistrationsTable") if row.get("email") == email)
    attempt_id = attempt["pk"].removeprefix("attempt#")
    order = eventually(lambda: order_of(portal, ref=attempt_id))
    tell(portal, bounce(order, to=email, configuration_set=configuration_set(portal)))
    assert eventually(lambda: status(portal, email)["attempts"][0]["refused_at"])
    rejected = portal.request("POST", "/api/registrations/reject", {"token": link_token(mail, "reject")})
    assert rejected.status_code == 204
    erasure = next(row for row in portal.items("OutboxTable") if row.get("attempt_id") == attempt_id)
    now = int(time.time())
    portal.dynamodb.update_item(
        TableName=portal.outputs["OutboxTable"],
        Key={"pk": {"S": erasure["pk"]}},
        UpdateExpression="SET next_attempt_at = :now",
        ExpressionAttributeValues={":now": {"N": str(now)}},
    )
    done = portal.invoke("feedback", "Erase")
    assert (done["erased"], done["overdue"]) == (1, 0)
    erased = next(row for row in portal.items("OutboxTable") if row["pk"] == erasure["pk"])
    assert "recipient" not in erased


def test_a_complaint_marks_an_account_until_operators_declare_it_reachable(portal: Portal) -> None:
    email = "will-nichts@example.com"
    portal.a_client(email)
    account_id = status(portal, email)["account"]["id"]
    order = eventually(lambda: order_of(portal, account_id=account_id))
    tell(portal, complaint(order, to=email, configuration_set=configuration_set(portal)))
    assert eventually(lambda: status(portal, email)["account"]["unreachable"])["complained_at"]
    note = {"operator": "Olga Peters", "reason": "Fall 4711", "action": "reachable", "email": email}
    name = portal.resources["OpsFunction"]
    answer = portal.client("lambda").invoke(FunctionName=name, Payload=json.dumps(note).encode())
    assert json.loads(answer["Payload"].read())["outcome"] == "done"
    assert status(portal, email)["account"]["unreachable"] is None
    assert portal.invoke("feedback", "Erase")["erased"] == 1


def test_a_new_address_that_came_back_waits_for_its_end(portal: Portal) -> None:
    email, new = "neue-adresse@example.com", "falsch-geschrieben@example.net"
    token = portal.a_client(email)["access_token"]
    assert portal.request("POST", "/api/profile/email-change", {"new_email": new}, token=token).status_code == 202
    portal.next_mail(new)
    order = eventually(lambda: order_of(portal, kind="email_change"))
    tell(portal, bounce(order, to=new, configuration_set=configuration_set(portal)))
    assert eventually(lambda: [row for row in portal.items("OutboxTable") if "change_id" in row])
    assert status(portal, email)["account"]["unreachable"] is None
