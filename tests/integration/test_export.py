"""A client takes along everything that is stored about them."""

from typing import Any

import pytest

from tests.support.people import OTHER_IBAN, PASSWORD, a_registration
from tests.support.world import World

EXPORT = "/api/profile/export"
TABLES = ("RegistrationsTable", "AccountsTable", "SessionsTable", "OutboxTable", "EvidenceTable")

# What the tables hold and the export leaves out, each for its reason.
LEFT_OUT = {
    "pk": "key of the storage, made of ids that are shown",
    "sk": "key of the storage",
    "expiry_shard": "place in an index",
    "due_shard": "place in an index",
    "review_shard": "place in an index",
    "next_attempt_at": "place in an index, of a mail that waits",
    "password_hash": "secret",
    "refresh_hash": "secret",
    "previous_refresh_hash": "secret",
    "nonce": "secret",
    "rotated_at": "of the secret; last_used_at says the same",
    "slots": "times at which mails left, by a hash of the address; mails says the same",
    "at": "as slots",
    "order": "as slots",
    "says": "as slots",
    "waits": "how often a mail had to wait; turn_at says until when",
    "failures": "counter of wrong passwords, by a hash of the address and for three days",
    "free_at": "as failures",
    "heard": "number of requests of an address range, of nobody",
    "recipient": "ciphertext, for the mailer only; the address is shown",
    "attempts": "ids of registrations that a mail named; these are shown",
    "address_id": "ids of changes of address that are shown",
}


@pytest.fixture
def busy(world: World) -> str:
    """An access token of a client about whom everything is stored that can be."""
    world.a_client(title="Dr.", address_supplement="Hof", phone="030 1234567", fax="030 1234568")
    for action in ("restrict", "lift_restriction"):
        assert world.ops(action=action, email="erika.muster@example.com")["outcome"] == "done"
    world.clock.advance(8 * 86_400)
    token = str(world.log_in(PASSWORD).json["access_token"])
    etag = world.request("GET", "/api/profile", token=token).headers["ETag"]
    body = {"iban": OTHER_IBAN}
    world.request("PUT", "/api/profile/bank-details", body, token=token, headers={"If-Match": etag})
    world.request("POST", "/api/profile/email-change", {"new_email": "erika.neu@example.org"}, token=token)
    world.run_mailer()
    link = world.mails("erika.neu@example.org")[-1].token("email-change")
    world.request("POST", "/api/email-changes/confirm", {"token": link})
    world.request("POST", "/api/registrations", a_registration(email="erika.neu@example.org", last_name="Fremd"))
    world.run_mailer()
    refresh = world.log_in(PASSWORD, "erika.neu@example.org", delivery="body").json["refresh_token"]
    token = str(world.request("POST", "/api/session/refresh", {"refresh_token": refresh}).json["access_token"])
    world.request("POST", "/api/profile/email-change", {"new_email": "erika.dritte@example.org"}, token=token)
    world.log_in("falsch", "erika.neu@example.org")
    return token


def names(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {name for member in value.values() for name in names(member)}
    return {name for member in value for name in names(member)} if isinstance(value, list) else set()


def test_every_attribute_that_any_code_writes_is_exported_or_listed(world: World, busy: str) -> None:
    exported = names(world.request("GET", EXPORT, token=busy).json)
    # What stands behind "#" in a name says of which range of client addresses it is.
    stored = {name.partition("#")[0] for table in TABLES for item in world.items(table) for name in names(item)}
    assert stored - exported == set(LEFT_OUT)
    assert not set(LEFT_OUT) & exported


def test_the_export_is_a_file_with_readable_times(world: World, busy: str) -> None:
    answer = world.request("GET", EXPORT, token=busy)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="mandantenportal.json"'
    document = answer.json
    assert document["account"]["email"] == "erika.neu@example.org"
    assert document["account"]["bank_details"]["iban"] == OTHER_IBAN
    assert document["account"]["created_at"].endswith("Z")
    assert document["credential"]["password_kind"] == "chosen"
    assert {change["email"] for change in document["email_changes"]} == {
        "erika.dritte@example.org",
        "erika.muster@example.com",
    }
    assert {mail["kind"] for mail in document["mails"]} >= {"credentials", "bank_details_changed", "email_changed"}
    # Three, and the one that the choice of a password ended: whatever lies there is exported.
    assert len(document["sessions"]) == 4
    assert [row["kind"] for row in document["consents_and_evidence"]] == ["opt_in"]


def test_what_a_stranger_typed_is_not_shown(world: World, busy: str) -> None:
    answer = world.request("GET", EXPORT, token=busy)
    assert "Fremd" not in answer.text
    (attempt,) = answer.json["pending_registrations"]
    assert len(attempt["reference"]) == 6


def test_nothing_of_another_client_is_exported(world: World, busy: str) -> None:
    world.a_client(email="max.beispiel@example.net", first_name="Maximilian")
    exported = world.request("GET", EXPORT, token=busy).text.lower()
    # Whole names: random ids may hold any three letters.
    assert not [name for name in ("max.beispiel", "maximilian") if name in exported]


def test_an_export_needs_a_fresh_password(world: World) -> None:
    world.a_client()
    refresh = world.log_in(PASSWORD, delivery="body").json["refresh_token"]
    world.clock.advance(601)
    token = world.request("POST", "/api/session/refresh", {"refresh_token": refresh}).json["access_token"]
    assert world.request("GET", EXPORT, token=token).json["code"] == "reauthentication_required"
