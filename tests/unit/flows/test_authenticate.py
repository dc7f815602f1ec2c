"""Who is calling."""

from collections.abc import Callable

import pytest

from portal.domain.account import open_account
from portal.domain.errors import NotAuthenticated, PasswordChangeRequired
from portal.domain.session import Session
from portal.domain.token import AccessClaims
from tests.support.fakes import NOW, an_attempt
from tests.unit.flows.people import LIFETIMES, Client

ENDINGS: dict[str, Callable[[Client, Session], None]] = {
    "logged out": lambda client, session: client.accounts.sessions.__delitem__(session.id),
    "account gone": lambda client, _: client.accounts.accounts.clear(),
    "blocked": lambda client, _: client.set_account(blocked=True),
    "another generation": lambda client, _: client.set_account(generation=1),
    "expired now": lambda client, session: client.set_session(session, expires_at=NOW),
    "expired": lambda client, session: client.set_session(session, expires_at=NOW - 1),
    "scope changed": lambda client, session: client.set_session(session, scope="password:change"),
    "session of another": lambda client, session: client.set_session(session, account_id="other"),
}


def test_a_caller_is_account_and_session_as_they_are_now() -> None:
    client = Client()
    done = client.log_in()
    client.set_account(version=7)
    caller = client.caller(done.access_token)
    assert caller.session == done.session
    assert caller.account.version == 7


@pytest.mark.parametrize("token", [None, "", "access-9-1", "eyJ.eyJ.x"])
def test_without_a_valid_token_nobody_is_calling(token: str | None) -> None:
    with pytest.raises(NotAuthenticated):
        Client().caller(token)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_genuine_token_is_worth_nothing_once_what_it_stands_for_ended(ending: str) -> None:
    client = Client()
    done = client.log_in()
    ENDINGS[ending](client, done.session)
    for limited in (False, True):
        with pytest.raises(NotAuthenticated) as refused:
            client.caller(done.access_token, limited=limited)
        assert refused.value.args == ()


def test_a_session_is_valid_until_the_second_before_its_end() -> None:
    client = Client()
    done = client.log_in()
    client.clock.now = NOW + LIFETIMES.session_idle - 1
    assert client.caller(done.access_token).session == done.session
    client.clock.now += 1
    with pytest.raises(NotAuthenticated):
        client.caller(done.access_token)


def test_a_token_never_reaches_another_clients_account() -> None:
    client = Client()
    done = client.log_in()
    other = open_account(an_attempt("max@example.org"), NOW)
    client.accounts.accounts[other.id] = other
    mixed = client.tokens.issue(AccessClaims(other.id, done.session.id, "portal", NOW), NOW)
    with pytest.raises(NotAuthenticated):
        client.caller(mixed)


def test_a_limited_token_opens_the_password_change_and_nothing_else() -> None:
    client = Client()
    client.set(password_kind="initial")
    done = client.log_in()
    assert client.caller(done.access_token, limited=True).session.scope == "password:change"
    with pytest.raises(PasswordChangeRequired):
        client.caller(done.access_token)


def test_a_token_cannot_raise_the_scope_of_its_session() -> None:
    client = Client()
    client.set(password_kind="initial")
    session = client.log_in().session
    raised = client.tokens.issue(AccessClaims(client.account.id, session.id, "portal", NOW), NOW)
    with pytest.raises(NotAuthenticated):
        client.caller(raised)
