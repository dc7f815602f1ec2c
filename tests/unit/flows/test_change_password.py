"""A client sets a new password (P7)."""

import unicodedata

import pytest

from portal.domain.errors import Conflict, FieldCode, InvalidCredentials, InvalidInput, NotAuthenticated, Unavailable
from portal.domain.refresh import parse_refresh_token
from portal.flows.authenticate import Caller
from portal.flows.change_password import PasswordChange
from portal.flows.login import LoggedIn
from tests.support.fakes import NOW, FakeRecipients
from tests.support.people import PASSWORD
from tests.unit.flows.people import DEVICE, LIFETIMES, Client

NEW = "acht Dachse würfeln im Gewächshaus"
NAMES = ("Mandantenportal", "Musterforderung GmbH")


def change(client: Client, caller: Caller, new: str = NEW, current: str = PASSWORD) -> LoggedIn:
    journey = PasswordChange(
        client.accounts, client.tokens, client.throttle, FakeRecipients(), LIFETIMES, NAMES, client.clock
    )
    return journey.change(caller, current, new, DEVICE)


def logged_in() -> tuple[Client, Caller]:
    client = Client()
    caller = client.caller(client.log_in().access_token)
    # The login itself was told, as its device was new.
    client.accounts.orders.clear()
    return client, caller


def test_the_new_password_is_in_force_and_the_old_one_is_not() -> None:
    client, caller = logged_in()
    change(client, caller)
    assert client.credential.password_kind == "chosen"
    assert client.log_in(NEW).session.scope == "portal"
    with pytest.raises(InvalidCredentials):
        client.log_in(PASSWORD)


def test_every_session_ends_and_one_of_full_scope_begins() -> None:
    client = Client()
    present, elsewhere = client.log_in(), client.log_in()
    client.accounts.orders.clear()
    done = change(client, client.caller(present.access_token))
    assert client.account.generation == client.credential.generation == done.session.generation == 1
    assert client.caller(done.access_token).session == done.session
    token = parse_refresh_token(done.refresh_token or "")
    assert token is not None
    assert token.hash == done.session.refresh_hash
    for before in (present, elsewhere):
        with pytest.raises(NotAuthenticated):
            client.caller(before.access_token)


def test_an_initial_password_is_replaced_together_with_its_end() -> None:
    client = Client()
    client.set(password_kind="initial", password_expires_at=NOW + 600, initial_password_id="order-1")
    caller = client.caller(client.log_in().access_token, limited=True)
    done = change(client, caller)
    assert done.session.scope == "portal"
    assert (client.credential.password_expires_at, client.credential.initial_password_id) == (None, None)
    client.clock.now += 700
    assert client.log_in(NEW).session.scope == "portal"


@pytest.mark.parametrize("kind", ["initial", "chosen"])
def test_the_owner_is_told_of_every_change_the_first_one_included(kind: str) -> None:
    client = Client()
    client.set(password_kind=kind)
    caller = client.caller(client.log_in().access_token, limited=True)
    client.accounts.orders.clear()
    change(client, caller)
    (order,) = client.accounts.orders
    assert (order.kind, order.ref, order.language) == ("password_changed", client.account.id, "de")
    assert order.recipient == f"{order.id}|Erika.Muster@example.com"


@pytest.mark.parametrize(
    ("new", "code"),
    [
        ("vierzehn Zeich", FieldCode.PASSWORD_TOO_SHORT),
        (NEW.ljust(129, "ß"), FieldCode.PASSWORD_TOO_LONG),
        ("Passwort123456789", FieldCode.PASSWORD_TOO_COMMON),
        ("Mandantenportal2026!", FieldCode.PASSWORD_TOO_PERSONAL),
        ("Musterforderung2026!", FieldCode.PASSWORD_TOO_PERSONAL),
        ("erika.muster@example.com", FieldCode.PASSWORD_TOO_PERSONAL),
        ("MustermannErika1985", FieldCode.PASSWORD_TOO_PERSONAL),
        ("Heidestraße Köln", FieldCode.PASSWORD_TOO_PERSONAL),
        ("heidestrasse 17a 51147", FieldCode.PASSWORD_TOO_PERSONAL),
        ("qwertzuiopasdfg", FieldCode.PASSWORD_TOO_REGULAR),
        ("xkqxkqxkqxkqxkq", FieldCode.PASSWORD_TOO_REPETITIVE),
        (PASSWORD, FieldCode.PASSWORD_UNCHANGED),
        (unicodedata.normalize("NFD", PASSWORD), FieldCode.PASSWORD_UNCHANGED),
    ],
)
def test_a_refused_password_is_told_with_the_reason_and_changes_nothing(new: str, code: FieldCode) -> None:
    client, caller = logged_in()
    before = client.credential
    with pytest.raises(InvalidInput) as refused:
        change(client, caller, new)
    assert [(error.pointer, error.code) for error in refused.value.errors] == [("/new_password", code)]
    assert client.credential == before
    assert not client.accounts.orders


@pytest.mark.parametrize("current", ["another phrase of mine", f"{PASSWORD} ", PASSWORD.upper(), ""])
def test_a_wrong_current_password_changes_nothing(current: str) -> None:
    client, caller = logged_in()
    before = client.credential
    with pytest.raises(InvalidCredentials):
        change(client, caller, current=current)
    assert client.credential == before
    assert list(client.accounts.sessions) == [caller.session.id]


def test_an_initial_password_that_ended_meanwhile_changes_nothing() -> None:
    client = Client()
    client.set(password_kind="initial", password_expires_at=NOW + 60)
    caller = client.caller(client.log_in().access_token, limited=True)
    client.clock.now += 60
    with pytest.raises(InvalidCredentials):
        change(client, caller)


def test_of_two_changes_at_once_one_wins_and_the_other_must_log_in_again() -> None:
    client, caller = logged_in()

    def other_change() -> None:
        client.accounts.meanwhile = lambda: None
        change(client, caller, "neun Igel zählen Regentropfen")

    client.accounts.meanwhile = other_change
    with pytest.raises(NotAuthenticated):
        change(client, caller)
    assert client.log_in("neun Igel zählen Regentropfen").session.scope == "portal"
    assert client.account.generation == 1


def test_a_caller_of_an_older_generation_must_log_in_again() -> None:
    client, caller = logged_in()
    client.set(generation=5)
    client.set_account(generation=5)
    with pytest.raises(NotAuthenticated):
        change(client, caller)


def test_a_caller_whose_address_belongs_to_another_account_meanwhile_must_log_in_again() -> None:
    client, caller = logged_in()
    client.set(account_id="another account")
    with pytest.raises(NotAuthenticated):
        change(client, caller)


def test_conflicts_are_tried_again_and_then_given_up(pauses: list[float]) -> None:
    client, caller = logged_in()
    # Three times with all counters that it sets back, three times without the one that is everybody's.
    client.accounts.faults.queue = [Conflict()] * 11
    with pytest.raises(Unavailable):
        change(client, caller)
    assert len(pauses) == 4
    assert change(client, caller).session.generation == 1
    assert len(pauses) == 8
