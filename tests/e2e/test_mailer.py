"""The mailer's schedule as it is deployed."""

import time
from dataclasses import replace
from typing import Any

from portal.adapters.dynamodb.items import put_new
from portal.adapters.dynamodb.records import order_to_values
from portal.domain.outbox import order_mail
from tests.support.stack import Portal, eventually


def test_a_mail_that_no_stream_woke_for_goes_out_by_schedule(portal: Portal) -> None:
    email = "scheduled@example.com"
    portal.register(email)

    def noted() -> list[dict[str, Any]]:
        registrations = portal.items("RegistrationsTable")
        return [row for row in registrations if row["email"] == email and "mail_sent_at" in row]

    (attempt,) = eventually(noted)
    # As if its first mail had never left: what was mailed is not mailed again by another order.
    portal.dynamodb.update_item(
        TableName=portal.outputs["RegistrationsTable"],
        Key={"pk": {"S": attempt["pk"]}},
        UpdateExpression="REMOVE mail_sent_at",
    )
    now, outbox = int(time.time()), portal.outputs["OutboxTable"]
    # Not due when the stream wakes the mailer, so nothing but the schedule can send it.
    order = replace(order_mail("opt_in", attempt["pk"].removeprefix("attempt#"), "de", now), next_attempt_at=now + 3600)
    portal.dynamodb.put_item(**put_new(outbox, order_to_values(order)))
    portal.invoke("mailer", "Due")
    assert len(portal.mails(email)) == 1
    portal.dynamodb.update_item(
        TableName=outbox,
        Key={"pk": {"S": order.id}},
        UpdateExpression="SET next_attempt_at = :now",
        ExpressionAttributeValues={":now": {"N": str(now)}},
    )
    portal.invoke("mailer", "Due")
    assert len(portal.mails(email)) == 2
