"""What the tables make of answers that come seldom."""

from typing import Any

import pytest

from portal.adapters.dynamodb.accounts import AccountsTable
from portal.adapters.dynamodb.items import to_item
from portal.adapters.dynamodb.records import account_to_values, attempt_to_values, session_to_values
from portal.adapters.dynamodb.registrations import RegistrationsTable
from portal.adapters.dynamodb.sessions import SessionsTable
from portal.domain.account import open_account
from portal.domain.credential import Credential
from portal.domain.device import Device
from portal.domain.errors import ConditionFailed, Conflict, Unavailable
from portal.domain.ids import AccountId, CanonicalEmail, OutboxId
from portal.domain.outbox import order_mail
from portal.domain.refresh import Lifetimes, new_session
from tests.support.fakes import IP, NOW, FakeAws, an_attempt

ACCOUNT = open_account(an_attempt(), NOW)
SESSION, _ = new_session(ACCOUNT.id, 0, Device(IP, "Browser"), NOW, Lifetimes(600, 1800, 43_200))


def read(**answer: Any) -> Any:
    aws = FakeAws({"dynamodb:batch_get_item": answer})
    return SessionsTable(aws, "Sessions", "Accounts").load(ACCOUNT.id, SESSION.id)


def test_account_and_session_come_by_one_consistent_read() -> None:
    items = {"Accounts": [to_item(account_to_values(ACCOUNT))], "Sessions": [to_item(session_to_values(SESSION))]}
    assert read(Responses=items, UnprocessedKeys={}) == (ACCOUNT, SESSION)
    assert read(Responses={"Accounts": items["Accounts"]}) == (ACCOUNT, None)
    assert read(Responses={}) == (None, None)


def test_half_an_answer_is_none() -> None:
    with pytest.raises(Unavailable):
        read(Responses={}, UnprocessedKeys={"Sessions": {"Keys": []}})


@pytest.mark.parametrize("failure", [ConditionFailed((0,)), Conflict()])
def test_a_registration_that_met_another_may_be_tried_again(failure: Exception) -> None:
    aws = FakeAws({"dynamodb:transact_write_items": failure})
    attempt = an_attempt()
    with pytest.raises(Unavailable):
        RegistrationsTable(aws, "Registrations", "Outbox").add(attempt, order_mail("opt_in", attempt.id, "de", NOW))


@pytest.mark.parametrize(("now", "found"), [(-1, True), (0, False), (1, False)])
def test_an_expired_attempt_that_nobody_deleted_yet_is_gone(now: int, *, found: bool) -> None:
    attempt = an_attempt()
    table = RegistrationsTable(FakeAws({"dynamodb:get_item": {"Item": to_item(attempt_to_values(attempt))}}), "R")
    assert (table.find(attempt.id, attempt.expires_at + now) == attempt) is found


def test_a_failed_condition_of_a_small_update_is_an_answer_and_no_failure() -> None:
    aws = FakeAws({"dynamodb:update_item": ConditionFailed(), "dynamodb:transact_write_items": ConditionFailed()})
    registrations, accounts = RegistrationsTable(aws, "R"), AccountsTable(aws, "A")
    email = CanonicalEmail("erika@example.com")
    assert registrations.remove(an_attempt().id, NOW) is False
    assert registrations.note_mail(an_attempt().id, NOW, "m", NOW) is False
    assert accounts.set_initial_password(email, OutboxId("o"), "h", NOW) is False
    accounts.upgrade_hash(Credential(email, AccountId("a"), 0, blocked=False, password_hash="old"), "new")
    asked = [parameters.get("TransactItems", [{"Update": parameters}]) for _, parameters in aws.calls]
    writes = [write for entries in asked for entry in entries for write in entry.values()]
    assert len(writes) == 4
    assert all("attribute_exists(#key)" in write["ConditionExpression"] for write in writes)
