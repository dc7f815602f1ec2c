"""A person leaves, or never comes: nothing that they gave is left anywhere (P5, GDPR Art. 17)."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from portal.adapters.dynamodb.items import to_item
from portal.observe import count, flush_metrics, log_failure, logger
from tests.integration.conftest import SEEDED, Written
from tests.support.canaries import Place, called, let_ttl_act, noted, search, spellings, stored, streamed
from tests.support.clients import appear
from tests.support.people import IBAN, OTHER_IBAN
from tests.support.template import resources
from tests.support.world import World, faults

DAY = 86_400
EMAIL, NEW_EMAIL = "Kanarien.Vogel@Zwitscher.example.com", "Kanarien.Neu@Zwitscher.example.org"
PERSON = {
    "title": "Prof. Dr. Kanarienlied",
    "first_name": "Kanariella",
    "last_name": "Gelbfederöß",
    "street": "Zwitscherallee",
    "address_supplement": "Vogelhaus hinten",
    "phone": "0151 23456789",
}
CANARIES = {
    **PERSON,
    "phone, E.164": "+4915123456789",
    "e-mail": EMAIL,
    "new e-mail": NEW_EMAIL,
    "name of the mailbox": "kanarien.vogel",
    "IBAN": IBAN,
    "other IBAN": OTHER_IBAN,
    "account number": "0532013000",
    "IP": "198.51.100.231",
    "user agent": "Kanarienbrowser/7.3 (Voliere)",
    "password": "Sieben Kanarienvögel zählen 4 Nebel",
    "next password": "Acht Kanarienvögel zählen 5 Wolken",
}

# What may still be there on the day of the closing, and why; docs/privacy.md says the same of each store.
ON_THE_DAY = {
    ("table SessionsTable", "user agent"): "dead with its account; goes when the login would have ended, within hours",
    ("index SessionsTable/by-account", "user agent"): "as the table",
    ("table SessionsTable", "secret of refresh token"): "as SHA-256 of 256 random bits, for as long; opens nothing",
}
# What stays until the end of the third calendar year: the proof, which holds no canary.
PROOF = {
    "opt_in": "that and when the person consented (Art. 7(1)), and the whole course of the double opt-in",
    "closing": "that the account was closed, when, and by which keyed hash a named address is found again",
    "sweep": "that deletion was on time; relates to no person",
}
PROOF_MEMBERS = {
    "subject sk kind expires_at",
    "reference consents wording_facts requested_at request_ip confirmed_at confirm_ip",
    "mail_sent_at mail_message_id last_mail_sent_at last_mail_message_id",
    "closed_at pseudonym address_changed",
    "window found deleted already_gone oldest_left complete finished_at",
}


@pytest.fixture
def visitor(world: World) -> World:
    """A portal of which all requests come from the canary's device."""
    appear(
        world, {"sourceIp": CANARIES["IP"], "userAgent": CANARIES["user agent"]}, {"User-Agent": CANARIES["user agent"]}
    )
    return world


def break_down(world: World) -> None:
    """Let a request fail with everything in the exception's text."""

    def fail(*_: object) -> None:
        raise RuntimeError(" ".join(CANARIES.values()))

    with faults(world, before=fail):
        assert world.request("POST", "/api/registrations/resend", {"email": EMAIL}).status == 500


def link(world: World, page: str) -> str:
    """Return the token of the newest link to a page."""
    return next(mail.token(page) for mail in reversed(world.mails()) if f"/{page}#token=" in mail.text)


def walk(world: World) -> dict[str, str]:
    """Walk from the registration to the closed account; return every secret that this brought."""
    first, second = CANARIES["password"], CANARIES["next password"]
    opt_in = world.register(email=EMAIL, **PERSON)
    world.request("POST", "/api/registrations/resend", {"email": EMAIL})
    again = world.next_mail(EMAIL.partition("@")[0] + "@zwitscher.example.com")
    assert world.confirm(opt_in).status == 200
    initial = world.next_mail().password
    world.log_in(first, EMAIL)
    limited = world.log_in(initial, EMAIL).json["access_token"]
    body = {"current_password": initial, "new_password": first, "delivery": "body"}
    tokens = [world.request("PUT", "/api/password", body, token=limited).json]
    refreshed = world.request("POST", "/api/session/refresh", {"refresh_token": tokens[0]["refresh_token"]})
    tokens += [refreshed.json, world.log_in(first, EMAIL, delivery="body").json]
    token = tokens[-1]["access_token"]
    break_down(world)
    edit(world, token)
    world.request("POST", "/api/profile/email-change", {"new_email": NEW_EMAIL}, token=token)
    world.run_mailer()
    links = {page: link(world, page) for page in ("email-change", "freeze")}
    assert world.request("POST", "/api/email-changes/confirm", {"token": links["email-change"]}).status == 200
    world.request("POST", "/api/password-reset", {"email": NEW_EMAIL})
    world.run_mailer()
    links["reset"] = link(world, "reset")
    reset = {"token": links["reset"], "new_password": second}
    assert world.request("POST", "/api/password-reset/confirm", reset).status == 204
    tokens.append(world.log_in(second, NEW_EMAIL, delivery="body").json)
    fresh = {"password": second, "delivery": "body"}
    tokens.append(world.request("POST", "/api/reauthentication", fresh, token=tokens[-1]["access_token"]).json)
    assert world.request("DELETE", "/api/profile", token=tokens[-1]["access_token"]).status == 204
    world.run_mailer()
    links |= {"confirm": opt_in.token("confirm"), "reject": opt_in.token("reject"), "again": again.token("confirm")}
    secrets = {"initial password": initial, "limited token": limited, **links}
    for place, answer in enumerate(tokens):
        secrets |= {f"access token {place}": answer["access_token"], f"refresh token {place}": answer["refresh_token"]}
    return {**secrets, **{f"secret of {name}": value.rpartition(".")[2] for name, value in secrets.items()}}


def edit(world: World, token: str) -> None:
    """Read and change everything that a client can."""
    tag = {"If-Match": world.request("GET", "/api/profile", token=token).headers["ETag"]}
    changes = {"fax": PERSON["phone"], "locale": "en"}
    tag = {"If-Match": world.request("PATCH", "/api/profile", changes, token=token, headers=tag).headers["ETag"]}
    bank = "/api/profile/bank-details"
    assert world.request("PUT", bank, {"iban": OTHER_IBAN}, token=token, headers=tag).status == 200
    world.request("POST", f"{bank}/accept", {}, token=token)
    assert world.request("GET", bank, token=token).json["iban"] == OTHER_IBAN
    sessions = world.request("GET", "/api/sessions", token=token).json["sessions"]
    assert sessions[0]["user_agent"] == CANARIES["user agent"]
    assert world.request("GET", "/api/profile/consents", token=token).status == 200
    assert world.request("DELETE", f"/api/sessions/{sessions[1]['id']}", token=token).status == 204


def time_passes(world: World, seconds: int) -> int:
    """Let time, sweeps, mailer and TTL do their work; return the number of calls made before."""
    before = len(world.hooks.all_calls)
    world.clock.advance(seconds)
    world.run_cleanup()
    world.run_mailer()
    let_ttl_act(world)
    return before


def said(written: Written, caplog: pytest.LogCaptureFixture) -> Iterator[Place]:
    """Yield every line that was written or logged by anything."""
    yield from (("log", line) for line in written.getvalue().splitlines())
    yield from (("log of a library", f"{record.getMessage()} {record.exc_text}") for record in caplog.records)


def test_of_a_registration_that_nobody_confirmed_nothing_is_left(
    visitor: World, written: Written, caplog: pytest.LogCaptureFixture
) -> None:
    mail = visitor.register(email=EMAIL, **PERSON)
    visitor.request("POST", "/api/registrations/resend", {"email": EMAIL})
    visitor.request("POST", "/api/password-reset", {"email": EMAIL})
    visitor.run_mailer()
    break_down(visitor)
    canaries = {**CANARIES, "confirm link": mail.token("confirm"), "reject link": mail.token("reject")}
    assert {found.canary for found in search(canaries, stored(visitor))} >= {"e-mail", "IBAN", "last_name"}
    visitor.clock.advance(30 * DAY)
    visitor.run_cleanup()
    assert visitor.items("RegistrationsTable") == []
    assert search(canaries, stored(visitor)) == []
    since = time_passes(visitor, 4 * DAY)
    assert [row["kind"] for row in visitor.items("EvidenceTable")] == ["sweep", "sweep"]
    assert [visitor.items(table) for table in ("AccountsTable", "SessionsTable", "OutboxTable")] == [[], [], []]
    places = [*stored(visitor), *called(visitor, since), *noted(visitor), *streamed(visitor), *said(written, caplog)]
    assert search(canaries, places) == []


def test_of_a_closed_account_the_proof_is_left_and_it_names_nobody(
    visitor: World, written: Written, caplog: pytest.LogCaptureFixture
) -> None:
    canaries = {**CANARIES, **walk(visitor)}
    on_the_day = {(found.place, found.canary.rstrip(" 0123456789")) for found in search(canaries, stored(visitor))}
    assert on_the_day == set(ON_THE_DAY)
    since = time_passes(visitor, 31 * DAY)
    left = visitor.items("EvidenceTable")
    assert {row["kind"] for row in left} == set(PROOF)
    assert {name for row in left for name in row} <= set(" ".join(PROOF_MEMBERS).split())
    assert [
        visitor.items(table) for table in ("RegistrationsTable", "AccountsTable", "SessionsTable", "OutboxTable")
    ] == [[]] * 4
    places = [*stored(visitor), *called(visitor, since), *noted(visitor), *streamed(visitor), *said(written, caplog)]
    assert search(canaries, places) == []


def test_the_proof_ends_too(visitor: World) -> None:
    walk(visitor)
    time_passes(visitor, 31 * DAY)
    time_passes(visitor, 4 * 366 * DAY)
    assert {row["kind"] for row in visitor.items("EvidenceTable")} == {"sweep"}


# ------------------------------------------------------------ the search finds what it looks for

Seed = Callable[[World], Any]


def in_table(table: str, **values: Any) -> Seed:
    return lambda world: world.dynamodb.put_item(TableName=table, Item=to_item({"pk": "x", **values}))


def in_call(operation: str, **parameters: Any) -> Seed:
    return lambda world: world.hooks.on_before("sesv2", operation, parameters)


def in_log(_: World) -> None:
    logger.info("request", extra={"path": f"/confirm?email={CANARIES['e-mail']}"})


def in_metric(_: World) -> None:
    count(f"Logins{CANARIES['first_name']}")
    flush_metrics()


def in_frames(_: World) -> None:
    log_failure(RuntimeError("-"), text=CANARIES["IBAN"])


def in_library(_: World) -> None:
    import logging

    logging.getLogger("botocore").warning("retrying for %s", CANARIES["IP"])


def in_record(table: str, **values: Any) -> Seed:
    item = to_item({"pk": "x", **values})
    put = {"TableName": table, "Item": item, "ConditionExpression": "attribute_not_exists(#key)"}
    return lambda world: world.hooks.on_before("dynamodb", "put_item", put)


LEAKS: dict[str, Seed] = {
    "table RegistrationsTable": in_table("RegistrationsTable", person={"last_name": CANARIES["last_name"]}),
    "table AccountsTable": in_table("AccountsTable", pk=f"credential#{EMAIL.lower()}"),
    "table SessionsTable": in_table("SessionsTable", ip=CANARIES["IP"]),
    "table OutboxTable": in_table("OutboxTable", recipient=EMAIL),
    "table EvidenceTable": in_table("EvidenceTable", subject=EMAIL, sk="1"),
    "index RegistrationsTable/by-address": in_table("RegistrationsTable", canonical_email=EMAIL, requested_at=1),
    "index RegistrationsTable/by-expiry": in_table("RegistrationsTable", expiry_shard=EMAIL, expires_at=1),
    "index AccountsTable/by-review": in_table(
        "AccountsTable", pk=f"credential#{EMAIL.lower()}", review_shard="1", review_at=1
    ),
    "index SessionsTable/by-account": in_table("SessionsTable", account_id="1", created_at=1, ip=CANARIES["IP"]),
    "index OutboxTable/by-due": in_table("OutboxTable", pk=EMAIL, due_shard="1", next_attempt_at=1),
    "index OutboxTable/by-ref": in_table("OutboxTable", ref=EMAIL, created_at=1),
    "index EvidenceTable/by-pseudonym": in_table(
        "EvidenceTable", subject="1", sk="1", pseudonym=hashlib.sha256(EMAIL.lower().encode()).hexdigest(), closed_at=1
    ),
    "table MirrorTable": in_table("MirrorTable", sk="1", people=[EMAIL]),
    "index MirrorTable/by-person": in_table("MirrorTable", sk="1", canonical_email=EMAIL),
    **{
        f"index MirrorTable/by-{prefix}{sort}": in_table(
            "MirrorTable", sk="1", debtor=CANARIES["last_name"], **{key: "1", f"{sort}_key": "1"}
        )
        for prefix, key in (("", "listed"), ("status-", "listed_status"))
        for sort in ("opened", "debtor", "outstanding")
    },
    "stream OutboxTable": in_record("OutboxTable", recipient=EMAIL),
    "stream RegistrationsTable": in_record("RegistrationsTable", pk=f"attempt#{EMAIL}"),
    "call sesv2:send_email": in_call("send_email", Destination={"ToAddresses": [EMAIL]}),
    "tag of a mail": in_call("send_email", EmailTags=[{"Name": "to", "Value": EMAIL}]),
    "encryption context of encrypt": in_call("encrypt", EncryptionContext={"for": EMAIL}),
    "log": in_log,
    "log (a metric)": in_metric,
    "log (a failure)": in_frames,
    "log of a library": in_library,
}


def test_a_leak_is_seeded_into_every_table_index_and_stream() -> None:
    tables = resources("AWS::DynamoDB::Table")
    indexes = [
        f"{name}/{one['IndexName']}" for name in tables for one in tables[name].get("GlobalSecondaryIndexes", [])
    ]
    streams = [f"stream {name}" for name in tables if "StreamSpecification" in tables[name]]
    wanted = {*(f"table {name}" for name in tables), *(f"index {name}" for name in indexes), *streams}
    assert wanted <= set(LEAKS)


@pytest.mark.parametrize("place", LEAKS)
def test_the_search_finds_a_leak_of_each_kind(
    world: World, written: Written, caplog: pytest.LogCaptureFixture, place: str
) -> None:
    def everywhere() -> list[str]:
        places = [*stored(world), *called(world, 0), *noted(world), *streamed(world), *said(written, caplog)]
        return [found.place for found in search(CANARIES, places)]

    assert everywhere() == []
    LEAKS[place](world)
    assert place.partition(" (")[0] in everywhere()
    SEEDED.append(place)


@pytest.mark.parametrize("name", ["e-mail", "last_name", "phone, E.164"])
def test_the_search_knows_every_spelling(name: str) -> None:
    SEEDED.append(f"{name}: {' | '.join(dict(spellings(CANARIES[name])))}")
    for spelling, text in spellings(CANARIES[name]):
        for around in ("{}", '{{"a":"{}"}}', "x={}&y"):
            found = search({name: CANARIES[name]}, [("log", around.format(text))])
            assert spelling in {one.spelling for one in found}


def test_a_value_inside_a_coded_text_is_found_wherever_it_stands() -> None:
    for lead in ("", "a", "ab", "abc"):
        coded = base64.b64encode(json.dumps({lead: EMAIL}).encode()).decode()
        assert search({"e-mail": EMAIL}, [("log", coded)])
