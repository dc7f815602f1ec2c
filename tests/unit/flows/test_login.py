"""A client logs in."""

from typing import Any

import argon2
import pytest

from portal.domain import password as passwords
from portal.domain.errors import ConditionFailed, Conflict, InvalidCredentials, Unavailable
from portal.domain.outbox import read_addressed
from portal.domain.refresh import parse_refresh_token
from portal.flows.change_password import PasswordChange
from tests.support.fakes import DAY, NOW, FakeRecipients
from tests.support.people import PASSWORD
from tests.unit.flows.people import DEVICE, EMAIL, LIFETIMES, Client, count_hash_runs

REFUSALS: dict[str, tuple[dict[str, Any], str, str]] = {
    "wrong password": ({}, EMAIL, "another phrase of mine"),
    "blank": ({}, EMAIL, f"{PASSWORD} "),
    "unknown": ({}, "nobody@example.com", PASSWORD),
    "no address": ({}, "nobody", PASSWORD),
    "empty": ({}, "", PASSWORD),
    "blocked": ({"blocked": True}, EMAIL, PASSWORD),
    "expired": ({"password_expires_at": NOW}, EMAIL, PASSWORD),
    "no password yet": ({"password_hash": None}, EMAIL, PASSWORD),
}


@pytest.fixture
def hash_runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    runs: list[str] = []
    monkeypatch.setattr(passwords, "_hasher", count_hash_runs(runs.append))
    return runs


def test_a_chosen_password_starts_a_session_of_full_scope() -> None:
    client = Client()
    done = client.log_in()
    assert done.session.scope == "portal"
    assert client.accounts.sessions == {done.session.id: done.session}
    assert done.refresh_token is not None
    token = parse_refresh_token(done.refresh_token)
    assert token is not None
    assert (token.session_id, token.hash) == (done.session.id, done.session.refresh_hash)
    claims = client.tokens.issued[done.access_token]
    assert (claims.account_id, claims.session_id) == (client.account.id, done.session.id)
    assert (claims.scope, claims.auth_time) == ("portal", NOW)


def test_an_initial_password_only_opens_the_password_change() -> None:
    client = Client()
    client.set(password_kind="initial", password_expires_at=NOW + 1)
    done = client.log_in()
    assert done.refresh_token is None
    assert done.session.scope == client.tokens.issued[done.access_token].scope == "password:change"
    assert done.session.expires_at == NOW + LIFETIMES.access_token


@pytest.mark.parametrize("email", [EMAIL, "Erika.MUSTER@Example.COM", f" {EMAIL} "])
def test_the_user_name_is_the_address_in_any_case(email: str) -> None:
    client = Client()
    assert client.log_in(email=email).session.account_id == client.account.id


@pytest.mark.parametrize("why", REFUSALS)
def test_every_refusal_looks_and_costs_the_same(why: str, hash_runs: list[str]) -> None:
    changes, email, password = REFUSALS[why]
    client = Client()
    client.set(**changes)
    hash_runs.clear()
    with pytest.raises(InvalidCredentials) as refused:
        client.log_in(password, email)
    assert refused.value.args == ()
    assert hash_runs == ["verify"]
    assert len(client.accounts.lookups) == 1
    assert not client.accounts.sessions
    assert not client.tokens.issued


def test_a_success_runs_one_hash_too(hash_runs: list[str]) -> None:
    client = Client()
    hash_runs.clear()
    client.log_in()
    assert hash_runs == ["verify"]


def test_a_hash_of_old_parameters_is_replaced_on_the_way() -> None:
    client = Client()
    old = argon2.PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    client.set(password_hash=old)
    client.log_in()
    assert client.credential.password_hash != old
    assert passwords.needs_rehash(client.credential.password_hash or "") is False
    assert client.log_in().session.scope == "portal"


def test_a_failed_login_replaces_no_hash() -> None:
    client = Client()
    old = argon2.PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    client.set(password_hash=old)
    with pytest.raises(InvalidCredentials):
        client.log_in("another phrase of mine")
    assert client.credential.password_hash == old


def test_logins_do_not_end_one_another() -> None:
    client = Client()
    first, second = client.log_in(), client.log_in()
    assert set(client.accounts.sessions) == {first.session.id, second.session.id}
    assert client.caller(first.access_token).session == first.session


def test_a_login_with_a_chosen_password_is_noted_and_makes_an_announced_closing_void() -> None:
    client = Client()
    client.log_in()
    assert client.credential.last_login_at == NOW
    client.set(closing_announced_at=NOW)
    client.clock.now += 1
    client.log_in()
    assert (client.credential.last_login_at, client.credential.closing_announced_at) == (NOW + 1, None)


def test_logins_of_one_day_are_noted_once() -> None:
    client = Client()
    for seconds, noted in ((0, NOW), (DAY, NOW), (1, NOW + DAY + 1)):
        client.clock.now += seconds
        client.log_in()
        assert client.credential.last_login_at == noted


def test_a_login_with_an_initial_password_keeps_no_account() -> None:
    client = Client()
    client.set(password_kind="initial", closing_announced_at=NOW)
    client.log_in()
    assert (client.credential.last_login_at, client.credential.closing_announced_at) == (None, NOW)


@pytest.mark.parametrize("failure", [ConditionFailed(), Conflict()])
def test_an_account_that_changes_in_the_same_moment_fails_no_login(failure: Exception) -> None:
    client = Client()
    client.accounts.faults.queue = [failure]
    assert client.log_in().session.scope == "portal"


def test_nobody_is_let_in_unnoted() -> None:
    client = Client()
    client.accounts.faults.queue = [Unavailable()]
    with pytest.raises(Unavailable):
        client.log_in()
    assert not client.accounts.sessions


@pytest.mark.parametrize("noted", [False, True], ids=["not noted", "noted"])
def test_a_login_from_a_new_device_is_told_to_the_address_of_this_moment(*, noted: bool) -> None:
    client = Client()
    client.set(last_login_at=None if noted else NOW)
    client.log_in(email="ERIKA.muster@example.com")
    (order,) = client.accounts.orders
    assert (order.kind, order.ref, order.created_at) == ("new_device_login", client.account.id, NOW)
    told = read_addressed(FakeRecipients().decrypt(order.recipient or "", order.id))
    assert told == (EMAIL, "Firefox, Linux")


def test_a_login_from_a_known_device_is_told_to_nobody() -> None:
    client = Client()
    client.log_in()
    client.accounts.orders.clear()
    client.log_in()
    # Its time is written anew after a month, and it is the same device still.
    client.clock.now += 31 * DAY
    assert client.log_in().device_token is not None
    assert not client.accounts.orders


def test_the_device_on_which_the_password_was_chosen_is_known() -> None:
    client = Client()
    caller = client.caller(client.log_in().access_token)
    new = "acht Dachse würfeln im Gewächshaus"
    journey = PasswordChange(
        client.accounts, client.tokens, client.throttle, FakeRecipients(), LIFETIMES, ("", ""), client.clock
    )
    journey.change(caller, PASSWORD, new, DEVICE)
    client.accounts.orders.clear()
    client.log_in(new)
    assert not client.accounts.orders


def test_the_first_login_with_an_initial_password_is_told_to_nobody() -> None:
    client = Client()
    client.set(password_kind="initial", password_expires_at=NOW + 1)
    client.log_in()
    assert not client.accounts.orders


def test_nobody_is_let_in_untold() -> None:
    client = Client()
    client.accounts.faults.queue = [Unavailable()]
    with pytest.raises(Unavailable):
        client.log_in()
    assert not client.accounts.sessions
    assert not client.accounts.orders


def test_a_login_that_an_account_outran_is_void_and_told_to_nobody() -> None:
    client = Client()
    client.accounts.faults.queue = [ConditionFailed()]
    client.log_in()
    assert not client.accounts.orders
