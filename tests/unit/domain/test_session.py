"""Login sessions."""

from hashlib import sha256

import pytest

from portal.domain.device import Device
from portal.domain.ids import AccountId
from portal.domain.refresh import Lifetimes, new_limited_session, new_session, parse_refresh_token
from tests.support.fakes import IP, NOW

ACCOUNT = AccountId("account-1")
LIFETIMES = Lifetimes(access_token=600, session_idle=1800, session_absolute=43_200)


@pytest.mark.parametrize(("idle", "absolute", "lasts"), [(1800, 43_200, 1800), (1800, 900, 900), (60, 60, 60)])
def test_a_session_ends_at_the_earlier_of_its_limits(idle: int, absolute: int, lasts: int) -> None:
    session, _ = new_session(ACCOUNT, 0, Device(IP, "Browser"), NOW, Lifetimes(600, idle, absolute))
    assert session.expires_at == NOW + lasts
    assert session.created_at == session.last_used_at == session.auth_time == NOW


@pytest.mark.parametrize(("age", "recent"), [(0, True), (600, True), (601, False)])
def test_a_password_is_recent_for_ten_minutes(age: int, recent: bool) -> None:  # noqa: FBT001 - a case
    session, _ = new_session(ACCOUNT, 0, Device(IP, "Browser"), NOW, LIFETIMES)
    assert session.is_recent(NOW + age) is recent


def test_a_refresh_token_names_its_session_and_only_its_hash_is_kept() -> None:
    session, token = new_session(ACCOUNT, 3, Device(IP, "Browser"), NOW, LIFETIMES)
    assert parse_refresh_token(str(token)) == token
    assert token.session_id == session.id
    assert len(token.secret) == 43  # 256 bits in base64url
    assert session.refresh_hash == token.hash == sha256(token.secret.encode()).hexdigest()
    assert token.secret not in repr(session)
    assert (session.scope, session.generation, session.previous_refresh_hash) == ("portal", 3, None)


def test_no_two_sessions_share_an_id_a_secret_or_a_nonce() -> None:
    made = [new_session(ACCOUNT, 0, Device(IP, ""), NOW, LIFETIMES) for _ in range(50)]
    assert len({session.id for session, _ in made}) == 50
    assert len({str(token) for _, token in made}) == 50
    assert len({session.nonce for session, _ in made}) == 50


def test_a_limited_session_lasts_as_long_as_one_access_token_and_has_no_refresh() -> None:
    session = new_limited_session(ACCOUNT, 0, Device(IP, "Browser"), NOW, LIFETIMES)
    assert session.scope == "password:change"
    assert session.expires_at == NOW + 600
    assert session.refresh_hash is session.previous_refresh_hash is session.nonce is None


@pytest.mark.parametrize("make", [lambda *who: new_session(*who)[0], new_limited_session])
@pytest.mark.parametrize(("length", "kept"), [(199, 199), (200, 200), (201, 200), (10_000, 200)])
def test_a_long_name_of_a_device_is_cut(make: object, length: int, kept: int) -> None:
    assert callable(make)
    session = make(ACCOUNT, 0, Device(IP, "x" * length), NOW, LIFETIMES)
    assert len(session.user_agent) == kept
    assert session.ip == IP
