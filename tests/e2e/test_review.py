"""The review as it is deployed: its own role, index, keys and transactions."""

import time
from typing import Any

from portal.adapters.dynamodb.items import to_item
from tests.support.stack import Portal

DAY = 86_400


def change(portal: Portal, pk: str, **values: int | str) -> None:
    """Change an item, such as its times: no test can wait for months."""
    portal.dynamodb.update_item(
        TableName=portal.outputs["AccountsTable"],
        Key={"pk": {"S": pk}},
        UpdateExpression="SET " + ", ".join(f"{name} = :{name}" for name in values),
        ExpressionAttributeValues=to_item({f":{name}": value for name, value in values.items()}),
    )


def items_of(portal: Portal, email: str) -> dict[str, Any]:
    """Return account and credential of an address, by kind."""
    found = [item for item in portal.items("AccountsTable") if item.get("canonical_email") == email]
    return {item["pk"].partition("#")[0]: item for item in found}


def test_an_account_that_nobody_uses_is_told_and_then_closed(portal: Portal) -> None:
    email, resting = "unused@example.com", "resting@example.com"
    for each in (email, resting):
        assert portal.confirm(portal.register(each)).status_code == 200
        portal.next_mail(each, 2)
    now, items = int(time.time()), items_of(portal, email)
    account, credential = items["account"]["pk"], items["credential"]["pk"]

    change(portal, account, created_at=now - 80 * DAY)
    told = portal.invoke("review", "Due")
    assert (told["announced"], told["failed"], told["complete"]) == (1, 0, True)
    assert "Konto wird bald geschlossen" in portal.next_mail(email, 3)["subject"]
    assert items_of(portal, resting)["credential"]["review_at"] > now

    # A closing takes along what may lie there of a change of address.
    change(portal, account, created_at=now - 95 * DAY, pending_email_change_id="expired-long-ago")
    change(portal, credential, closing_announced_at=now - 15 * DAY, review_at=now)
    assert portal.invoke("review", "Due")["closed"] == 1
    assert "Konto ist geschlossen" in portal.next_mail(email, 4)["subject"]
    assert items_of(portal, email) == {}
    evidence = [row for row in portal.items("EvidenceTable") if row["subject"] == items["account"]["id"]]
    assert {row["kind"] for row in evidence} >= {"opt_in", "closing"}
    assert all("expires_at" in row for row in evidence)


def test_the_age_of_the_keys_is_told(portal: Portal) -> None:
    keys = portal.invoke("review", "Keys")["keys"]
    settled = {"age_days": 0, "phase": "settled", "to_retire": False}
    assert keys == [{"use": "link", **settled}, {"use": "access-token", **settled}]
