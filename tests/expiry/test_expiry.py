"""P5 as it is deployed, with a minute for thirty days: `make expiry`. It waits for that minute, hence a run apart."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from portal.adapters.dynamodb.items import from_item
from tests.support.canaries import Place, readable, search
from tests.support.stack import TABLES, Portal
from tests.support.template import ROOT
from tools.local.client import Stack

LIFETIME = 60
EMAIL = "kanarienvogel.ablauf@example.com"
PERSON = {
    "first_name": "Kanarina",
    "last_name": "Vogelsang-Ablauf",
    "street": "Kanarienstraße",
    "phone": "+4930123498765",
    "bank_details": {"iban": "DE02120300000000202051"},
}
CANARIES = {
    "e-mail": EMAIL,
    **{name: str(value) for name, value in PERSON.items() if name != "bank_details"},
    "IBAN": PERSON["bank_details"]["iban"],  # type: ignore[index]  # a dictionary
}


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    """A stack of its own, on any free port."""
    with Stack(ROOT / ".local/expiry", {"UnconfirmedLifetimeSeconds": str(LIFETIME)}) as stack:
        yield Portal(stack)


def places(portal: Portal) -> Iterator[Place]:
    """Yield every item of every table and index, and every log line."""
    for table in TABLES:
        name = portal.outputs[table]
        described = portal.dynamodb.describe_table(TableName=name)["Table"]
        for index in [None, *(index["IndexName"] for index in described.get("GlobalSecondaryIndexes", []))]:
            pages = portal.dynamodb.get_paginator("scan").paginate(
                TableName=name, **({"IndexName": index} if index else {})
            )
            for item in (item for page in pages for item in page["Items"]):
                yield f"{table}{f'/{index}' if index else ''}", readable(from_item(item))
    yield from (("log", line) for line in portal.logs())


def found(portal: Portal) -> set[str]:
    """Return where anything of the person is found."""
    return {one.place for one in search(CANARIES, places(portal))}


def say(text: str, value: Any) -> None:
    print(f"  {text}: {value}", flush=True)  # noqa: T201 - what this run is for


def test_a_link_of_sixty_one_seconds_is_refused_and_nothing_is_left(portal: Portal) -> None:
    mail = portal.register(EMAIL, **PERSON)
    (attempt,) = portal.items("RegistrationsTable")
    assert attempt["expires_at"] == attempt["requested_at"] + LIFETIME
    before = found(portal)
    assert before == {"RegistrationsTable", "RegistrationsTable/by-address"}
    say("the person is found, while the registration waits, in", sorted(before))

    time.sleep(max(0.0, attempt["requested_at"] + LIFETIME + 1 - time.time()))
    age, answer = int(time.time()) - attempt["requested_at"], portal.confirm(mail)
    told = (answer.status_code, answer.json()["code"])
    say(f"the link, pressed {age} s after the registration", told)
    assert age > LIFETIME
    assert told == (410, "link_expired")

    swept = portal.invoke("cleanup", "Sweep")
    assert swept["complete"]
    assert found(portal) == set()
    say("found after the sweep", "nowhere (tables, indexes, outbox, evidence, logs)")
    rows = [row for row in portal.items("EvidenceTable") if row["subject"].startswith("sweep#")]
    (row,) = [row for row in rows if row["window"]["end"] == swept["window_end"]]
    assert row["complete"]
    assert row["window"]["start"] <= attempt["expires_at"] <= row["window"]["end"]
    assert row["found"] == row["deleted"] + row["already_gone"]
    say("evidence of the sweep", json.dumps(row))

    assert portal.confirm(portal.register(EMAIL, **PERSON)).status_code == 200
    say("the address registers anew and is confirmed", 200)
