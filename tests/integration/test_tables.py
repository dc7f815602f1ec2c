"""The conditions of reads and writes, clause by clause: what each of them keeps from happening."""

from dataclasses import replace
from typing import Any

import pytest

from portal.adapters.dynamodb.accounts import AccountsTable
from portal.adapters.dynamodb.outbox import OutboxTable
from portal.adapters.dynamodb.registrations import RegistrationsTable
from portal.adapters.dynamodb.sessions import SessionsTable
from portal.domain.account import open_account
from portal.domain.credential import Credential
from portal.domain.device import Device
from portal.domain.errors import ConditionFailed
from portal.domain.evidence import opt_in_evidence
from portal.domain.ids import AccountId
from portal.domain.outbox import LEASE_SECONDS, OutboxRow, order_mail
from portal.domain.refresh import Lifetimes, new_session
from portal.domain.registration import Attempt
from portal.domain.session import Session
from tests.support.fakes import IP, NOW, an_attempt
from tests.support.people import PASSWORD
from tests.support.world import World


def add(world: World) -> tuple[Attempt, OutboxRow]:
    """Store an attempt and the order of its mail."""
    attempt = an_attempt()
    order = order_mail("opt_in", attempt.id, "de", NOW)
    RegistrationsTable(world.aws, "RegistrationsTable", "OutboxTable").add(attempt, order)
    return attempt, order


def outbox(world: World) -> OutboxTable:
    return OutboxTable(world.aws, "OutboxTable")


def claimed_twice(world: World) -> tuple[OutboxRow, dict[str, Any]]:
    """Return the claim of a run that lost its lease to another, and the row as the other run holds it."""
    _, order = add(world)
    lost = outbox(world).claim(order.id, NOW)
    held = outbox(world).claim(order.id, NOW + LEASE_SECONDS)
    assert lost
    assert held
    assert (lost.tries, held.tries) == (1, 2)
    (row,) = world.items("OutboxTable")
    return lost, row


def test_a_run_that_lost_its_row_can_not_close_the_claim_of_another(world: World) -> None:
    lost, row = claimed_twice(world)
    outbox(world).finish(lost, "sent", NOW + LEASE_SECONDS)
    assert world.items("OutboxTable") == [row]


def test_a_run_that_lost_its_row_can_not_postpone_the_claim_of_another(world: World) -> None:
    lost, row = claimed_twice(world)
    outbox(world).postpone(lost, NOW)
    assert world.items("OutboxTable") == [row]


def test_a_run_can_not_close_with_a_claim_that_nobody_made_yet(world: World) -> None:
    lost, row = claimed_twice(world)
    outbox(world).finish(replace(lost, tries=3), "sent", NOW)
    assert world.items("OutboxTable") == [row]


@pytest.mark.parametrize(("seconds", "claimed"), [(-1, True), (0, False), (86_400, False)])
def test_a_row_can_be_claimed_until_it_expires_although_it_still_lies_there(
    world: World, seconds: int, *, claimed: bool
) -> None:
    _, order = add(world)
    assert (outbox(world).claim(order.id, order.expires_at + seconds) is not None) is claimed
    assert world.items("OutboxTable")[0]["tries"] == int(claimed)


LAST_SECOND = pytest.mark.parametrize(("seconds", "lives"), [(-1, True), (0, False)])


@LAST_SECOND
def test_only_a_living_attempt_can_be_rejected(world: World, seconds: int, *, lives: bool) -> None:
    attempt, _ = add(world)
    table = RegistrationsTable(world.aws, "RegistrationsTable")
    assert table.remove(attempt.id, attempt.expires_at + seconds) is lives
    assert bool(world.items("RegistrationsTable")) is not lives


@LAST_SECOND
def test_only_a_living_attempt_learns_of_its_mail(world: World, seconds: int, *, lives: bool) -> None:
    attempt, _ = add(world)
    RegistrationsTable(world.aws, "RegistrationsTable").note_mail(
        attempt.id, NOW, "message-1", attempt.expires_at + seconds
    )
    (item,) = world.items("RegistrationsTable")
    assert ("mail_message_id" in item) is lives


@LAST_SECOND
def test_only_a_living_attempt_becomes_an_account(world: World, seconds: int, *, lives: bool) -> None:
    attempt, _ = add(world)
    now = attempt.expires_at + seconds
    account = open_account(attempt, now)
    credential = Credential(account.canonical_email, account.id, 0, blocked=False)
    order = order_mail("credentials", account.id, "de", now)
    try:
        accounts(world).open(account, credential, opt_in_evidence(attempt, now, IP), order, now)
    except ConditionFailed:
        assert not lives
    found = {table: len(world.items(table)) for table in ("AccountsTable", "EvidenceTable", "RegistrationsTable")}
    opened = {"AccountsTable": 2, "EvidenceTable": 1, "RegistrationsTable": 0}
    assert found == (opened if lives else {"AccountsTable": 0, "EvidenceTable": 0, "RegistrationsTable": 1})


def accounts(world: World) -> AccountsTable:
    others = {name: f"{name.title()}Table" for name in ("registrations", "evidence", "outbox", "sessions")}
    return AccountsTable(world.aws, "AccountsTable", **others)


def test_every_read_of_an_item_is_consistent(world: World) -> None:
    """A block, a new password or a used link must be seen by the very next request."""
    initial = world.a_client_with_initial_password()
    token = world.log_in(initial).json["access_token"]
    body = {"current_password": initial, "new_password": PASSWORD}
    token = world.request("PUT", "/api/password", body, token=token).json["access_token"]
    assert world.request("GET", "/api/profile", token=token).status == 200
    calls = [(operation, parameters) for _, operation, parameters in world.hooks.all_calls]
    single = [parameters for operation, parameters in calls if operation == "get_item"]
    batches = [parameters["RequestItems"] for operation, parameters in calls if operation == "batch_get_item"]
    reads = [*single, *({"TableName": table, **read} for batch in batches for table, read in batch.items())]
    assert {read["TableName"] for read in reads} == {"RegistrationsTable", "AccountsTable", "SessionsTable"}
    assert [read for read in reads if read.get("ConsistentRead") is not True] == []


def test_an_account_is_read_consistently_by_its_id_too(world: World) -> None:
    assert accounts(world).find(AccountId("unknown")) is None
    assert world.hooks.calls[-1][2]["ConsistentRead"] is True


def test_a_session_that_was_stored_is_never_replaced(world: World) -> None:
    table = SessionsTable(world.aws, "SessionsTable", "AccountsTable")
    session, _ = new_session(AccountId("a"), 0, Device(IP, "Browser"), NOW, Lifetimes(600, 1800, 43_200))
    table.add(session)
    before = world.items("SessionsTable")
    assert world.items("OutboxTable") == []
    for again in (session, replace(session, account_id=AccountId("b"))):
        with pytest.raises(ConditionFailed):
            table.add(again)
    assert world.items("SessionsTable") == before
    assert before[0]["account_id"] == "a"


@pytest.mark.parametrize("noted", [False, True], ids=["alone", "noted with the credential"])
def test_a_session_and_the_order_that_tells_of_it_are_stored_together_or_not_at_all(
    world: World, *, noted: bool
) -> None:
    table = SessionsTable(world.aws, "SessionsTable", "AccountsTable", outbox="OutboxTable")
    world.a_client()
    (account,) = [item for item in world.items("AccountsTable") if item["pk"].startswith("account#")]
    credential = accounts(world).find_credential(account["canonical_email"])
    assert credential is not None
    lifetimes, device = Lifetimes(600, 1800, 43_200), Device(IP, "Browser")
    order = order_mail("new_device_login", credential.account_id, "de", NOW)
    first, second = (new_session(credential.account_id, 1, device, NOW, lifetimes)[0] for _ in range(2))

    def add(session: Session) -> None:
        return table.add(session, noted=credential if noted else None, notice=order)

    add(first)
    with pytest.raises(ConditionFailed):
        add(second)
    assert first.id in {item["id"] for item in world.sessions()}
    assert second.id not in {item["id"] for item in world.sessions()}
    assert order.id in {item["pk"] for item in world.items("OutboxTable")}
