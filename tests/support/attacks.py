"""What is tried at each route with a credential that is not the right one, and what each try must get."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from portal.domain import token as purposes
from portal.domain.ids import SessionId
from portal.domain.session import RECENT_SECONDS
from portal.domain.token import ACCESS, Purpose
from portal.http.caller import sessions_of
from portal.http.routes import Route, Wiring
from portal.settings import load
from portal.settings.login import LoginSettings
from tests.support.forging import forge, parts_of
from tests.support.journeys import EMAIL
from tests.support.stage import OTHER_EMAIL, Scene, Sent

PURPOSES = {value for value in vars(purposes).values() if isinstance(value, Purpose)}
LINKS = {f"/api/{purpose.audience.replace(':', '/')}": purpose for purpose in PURPOSES - {ACCESS}}

Refusal = tuple[int, str]
Event = Callable[[Scene], object]

NO_TOKEN: Refusal = (401, "not_authenticated")
NO_LINK: Refusal = (400, "invalid_link")
OVER: Refusal = (410, "link_expired")
NO_SESSION: Refusal = (401, "session_ended")
LIMITED: Refusal = (403, "password_change_required")
TOO_OLD: Refusal = (403, "reauthentication_required")
OUTDATED: Refusal = (403, "consent_required")
RESTRICTED: Refusal = (403, "processing_restricted")
WRONG: Refusal = (401, "invalid_credentials")
NOT_FOUND: Refusal = (404, "not_found")
INVALID: Refusal = (422, "invalid_input")


@dataclass(frozen=True, slots=True)
class Attack:
    """One try.

    Args:
        name: what is wrong.
        sent: the request.
        refusal: status and code of the answer; None where the caller gets in, as nobody but themselves.
        before: what happens before the request; it changes nothing of the genuine request.
        writes: whether a refused request may change something all the same.
        by_other: whether another client asks.
    """

    name: str
    sent: Sent
    refusal: Refusal | None
    before: Event | None = None
    writes: bool = False
    by_other: bool = False


# ------------------------------------------------------------ what happens in between


def later(seconds: int) -> Event:
    return lambda scene: scene.world.clock.advance(seconds)


def operators(action: str) -> Event:
    return lambda scene: scene.world.ops(action=action, email=EMAIL)


def rewrite(scene: Scene, kind: str, **changes: Any) -> None:
    """Change items of the owner whose key begins with ``kind``, as another deployment or a long time would have."""
    items = scene.of_owner(scene.start)
    wanted = {place: {**item, **changes} for place, item in items.items() if str(item.get("pk", "")).startswith(kind)}
    assert wanted
    scene.stage.tables.restore({**scene.start, **wanted}, scene.start)


def ends_elsewhere(scene: Scene) -> None:
    wiring = Wiring(load(LoginSettings, scene.world.environment("login")), scene.world.aws, scene.world.clock)
    sessions_of(wiring).end(SessionId(scene.owner()[1]))


def logs_out(scene: Scene) -> None:
    scene.world.request("POST", "/api/logout", {}, token=scene.genuine.token)


def closes(scene: Scene) -> None:
    items = scene.of_owner(scene.start)
    left = {place: item for place, item in scene.start.items() if place not in items or place[0] != "AccountsTable"}
    scene.stage.tables.restore(left, scene.start)


def has_consented_to_older_wordings(scene: Scene) -> None:
    (account,) = (
        item for item in scene.of_owner(scene.start).values() if str(item.get("pk", "")).startswith("account#")
    )
    rewrite(scene, "account#", consents=[{**consent, "version": "2020-01-01"} for consent in account["consents"]])


# ------------------------------------------------------------ routes for clients


def at_bearer_route(scene: Scene, route: Route) -> Iterator[Attack]:
    yield from _wrong_tokens(scene)
    yield from _tokens_of_other_scope(scene, route)
    yield from _ended_sessions(scene, route)
    yield from _other_client(scene, route)


def _wrong_tokens(scene: Scene) -> Iterator[Attack]:
    genuine, stage = scene.genuine, scene.stage
    token = genuine.token or ""
    account, session = scene.owner()
    nobody = replace(genuine, token=None)
    yield Attack("no token", nobody, NO_TOKEN)
    yield Attack("empty token", nobody.with_headers(Authorization="Bearer "), NO_TOKEN)
    yield Attack("token of another scheme", nobody.with_headers(Authorization=f"Basic {token}"), NO_TOKEN)
    yield Attack("token in the query", replace(nobody, query={"access_token": token}), NO_TOKEN)
    yield Attack("token in a cookie", nobody.with_headers(Cookie=f"access_token={token}"), NO_TOKEN)
    header, claims = parts_of(token)
    sign = stage.signer_of(token)
    wrong = {
        **stage.forgeries(token),
        **dict(scene.kinds(account, {"gen": 0, "chg": "x", "notice": "x"}, PURPOSES - {ACCESS})),
        "kid of 10 kB": forge({**header, "kid": "k" * 10_000}, claims, sign),
        "kind refresh token": f"{session}.{'A' * 43}",
        "signature of another token": f"{token.rpartition('.')[0]}.{stage.other.access_token.rpartition('.')[2]}",
        "expired": forge(header, {**claims, "exp": scene.world.clock()}, sign),
        "other person's account, own session": stage.access_token(account, stage.other.session_id),
        "own account, other person's session": stage.access_token(stage.other.account_id, session),
        "nobody's account": stage.access_token("nobody", session),
        "nobody's session": stage.access_token(account, "nobody"),
        "scope that the session has not": stage.access_token(account, session, "admin"),
    }
    for name, made in wrong.items():
        yield Attack(name, replace(genuine, token=made), NO_TOKEN)


def _tokens_of_other_scope(scene: Scene, route: Route) -> Iterator[Attack]:
    limited = scene.stage.access_token(*scene.owner(), "password:change")
    refusal = None if route.needs == "any_access_token" else LIMITED
    before: Event = lambda scene: rewrite(scene, "session#", scope="password:change")  # noqa: E731 - one of many
    yield Attack("limited scope", replace(scene.genuine, token=limited), refusal, before)


def _ended_sessions(scene: Scene, route: Route) -> Iterator[Attack]:
    genuine = scene.genuine
    token = genuine.token or ""
    lasting = replace(
        genuine,
        token=forge(
            parts_of(token)[0],
            {**parts_of(token)[1], "exp": scene.world.clock() + 10**6},
            scene.stage.signer_of(token),
        ),
    )
    events: dict[str, Event] = {
        "logged out": logs_out,
        "session ended elsewhere": ends_elsewhere,
        "all sessions ended by operators": operators("end_sessions"),
        "blocked account": operators("block"),
        "closed account": closes,
    }
    for name, event in events.items():
        yield Attack(name, genuine, NO_TOKEN, event)
    yield Attack("token past its time", genuine, NO_TOKEN, later(600))
    yield Attack("session idle for too long", lasting, NO_TOKEN, later(1800))
    too_old = TOO_OLD if route.needs == "recent_access_token" else None
    if route.needs != "any_access_token":
        yield Attack("password given too long ago", lasting, too_old, later(RECENT_SECONDS + 1))
        refusal = None if route.outdated else OUTDATED
        yield Attack("newer wordings await consent", genuine, refusal, has_consented_to_older_wordings)
        refusal = RESTRICTED if route.processing else None
        yield Attack("processing restricted", _as_it_is(genuine), refusal, operators("restrict"))


def _as_it_is(sent: Sent) -> Sent:
    """Return a request that does not mind which version it changes."""
    return sent.with_headers(If_Match='"2"') if "If-Match" in (sent.headers or {}) else sent


# What the request of one client gets from another one's token, where it does not simply do the same to the other.
_FOREIGN: dict[str, Refusal] = {
    "DELETE /api/sessions/{id}": NOT_FOUND,
    "PUT /api/password": WRONG,
    "POST /api/reauthentication": WRONG,
    "GET /api/clients/{client_id}": NOT_FOUND,
    "POST /api/clients/{client_id}/cases/search": NOT_FOUND,
    "POST /api/clients/{client_id}/cases/export": NOT_FOUND,
    "GET /api/clients/{client_id}/cases/{case_id}": NOT_FOUND,
    "POST /api/clients/{client_id}/cases/{case_id}/interest": NOT_FOUND,
}


def _other_client(scene: Scene, route: Route) -> Iterator[Attack]:
    """Try to reach an account's data with the token of another account, and all that is known of the first."""
    account, session = scene.owner()
    sent = replace(scene.genuine, token=scene.stage.other.access_token)
    refusal = _FOREIGN.get(f"{route.method} {route.path}")
    named = {"X_Account_Id": account, "X_User_Id": account, "X_Forwarded_User": EMAIL, "X_Session_Id": session}
    tries = {
        "other person's token": sent,
        "other person's ids in headers": sent.with_headers(**named),
        "other person's ids in the query": replace(sent, query={"account_id": account, "sub": account, "id": session}),
        "other person's cookie": sent.with_headers(Cookie=f"__Host-refresh={session}.{'A' * 43}; account={account}"),
    }
    for name, tried in tries.items():
        yield Attack(name, tried, refusal, by_other=True)
    if "{id}" not in route.path and route.path.endswith("}"):
        foreign = replace(sent, path=f"{sent.path.rpartition('/')[0]}/{account}")
        yield Attack("other person's id in the path", foreign, NOT_FOUND, by_other=True)
    yield from _foreign_members(sent, {"account_id": account, "sub": account, "session_id": session, "email": EMAIL})


def _foreign_members(sent: Sent, members: dict[str, str]) -> Iterator[Attack]:
    if isinstance(sent.body, dict):
        for name, value in members.items():
            tried = sent.with_member(name, value)
            if name not in sent.body:
                yield Attack(f"other person's {name} in the body", tried, INVALID, by_other=True)


# ------------------------------------------------------------ links


def at_link_route(scene: Scene, route: Route) -> Iterator[Attack]:
    genuine, stage = scene.genuine, scene.stage
    token = genuine.body["token"]
    header, claims = parts_of(token)
    sign = stage.signer_of(token)
    yield Attack("no token", replace(genuine, body={}), INVALID)
    yield Attack("token that is no text", genuine.with_member("token", [token]), INVALID)
    in_header = replace(genuine.with_member("token", ""), token=token)
    yield Attack("token in the header only", in_header, NO_LINK)
    yield Attack("token in the query only", replace(genuine.with_member("token", ""), query={"token": token}), NO_LINK)
    wrong = {
        **stage.forgeries(token),
        **dict(scene.kinds(claims["sub"], claims, PURPOSES - {LINKS[route.path]})),
        "kind refresh token": stage.other.refresh_token,
        "signature of another token": f"{token.rpartition('.')[0]}.{stage.other.access_token.rpartition('.')[2]}",
        "other person's id in the token": _unsigned_change(token, sub=stage.other.account_id),
        "later end in the token": _unsigned_change(token, exp=claims["exp"] + 1),
    }
    for name, made in wrong.items():
        yield Attack(name, genuine.with_member("token", made), NO_LINK)
    expired = forge(header, {**claims, "exp": scene.world.clock()}, sign)
    yield Attack("expired", genuine.with_member("token", expired), OVER)
    nobodys = forge(header, {**claims, "sub": "nobody"}, sign)
    yield Attack("nobody's id", genuine.with_member("token", nobodys), OVER)
    yield from _foreign_members(genuine, {"account_id": stage.other.account_id, "email": OTHER_EMAIL})
    for name, (event, survived) in _OVERTAKEN[route.path].items():
        yield Attack(name, genuine, None if survived else OVER, event, writes=survived)
    yield Attack("past its time", genuine, OVER, later(claims["exp"] - scene.world.clock()))


def _unsigned_change(token: str, **changes: Any) -> str:
    """Change claims and leave the signature as it was."""
    header, claims = parts_of(token)
    return f"{forge(header, {**claims, **changes}, lambda _: b'').rpartition('.')[0]}.{token.rpartition('.')[2]}"


def attempt_goes(scene: Scene) -> None:
    items = scene.of_owner(scene.start)
    left = {
        place: item for place, item in scene.start.items() if place not in items or place[0] != "RegistrationsTable"
    }
    scene.stage.tables.restore(left, scene.start)


def another_attempt_is_confirmed(scene: Scene) -> None:
    assert scene.world.confirm(scene.world.register(first_name="Erna")).status == 200


def asks_for_yet_another_address(scene: Scene) -> None:
    rewrite(scene, "account#", pending_email_change_id="another")


def address_is_taken(scene: Scene) -> None:
    (change,) = (item for item in scene.of_owner(scene.start).values() if str(item.get("pk", "")).startswith("change#"))
    assert scene.world.confirm(scene.world.register(email=change["email"])).status == 200


# Of each kind of link: what happens before it is used, and whether it works all the same.
_OF_ACCOUNT: dict[str, tuple[Event, bool]] = {
    "older generation": (operators("end_sessions"), False),
    "blocked account": (operators("block"), False),
    "closed account": (closes, False),
}
_OVERTAKEN: dict[str, dict[str, tuple[Event, bool]]] = {
    "/api/registrations/confirm": {
        "attempt gone": (attempt_goes, False),
        "another attempt confirmed": (another_attempt_is_confirmed, False),
    },
    "/api/registrations/reject": {
        "attempt gone": (attempt_goes, False),
        "another attempt confirmed": (another_attempt_is_confirmed, True),
    },
    "/api/password-reset/confirm": _OF_ACCOUNT,
    "/api/email-changes/confirm": {
        **_OF_ACCOUNT,
        "change gone": (attempt_goes, False),
        "another change asked for": (asks_for_yet_another_address, False),
        "address taken meanwhile": (address_is_taken, False),
    },
    "/api/accounts/freeze": {
        "older generation": (operators("end_sessions"), True),
        "blocked account": (operators("block"), True),
        "closed account": (closes, False),
    },
}


# ------------------------------------------------------------ refresh, logout, and what is open to anybody


def at_refresh(scene: Scene, _route: Route) -> Iterator[Attack]:
    genuine, stage = scene.genuine, scene.stage
    token: str = genuine.body["refresh_token"]
    session, _, secret = token.partition(".")
    access = stage.access_token(stage.other.account_id, stage.other.session_id)
    wrong = {
        "no secret": session,
        "no session": f".{secret}",
        "longer": f"{token}.A" * 9,
        "not ASCII": f"{token}ü",
        "nobody's session": f"nobody.{secret}",
        "malformed": "kein-token",
        "kind at+jwt": access,
        **dict(scene.kinds(session, {"gen": 0}, PURPOSES - {ACCESS})),
    }
    yield Attack("no token", replace(genuine, body={}), NO_SESSION)
    yield Attack("token that is no text", genuine.with_member("refresh_token", [token]), INVALID)
    yield Attack("token in the header only", replace(genuine, body={}, token=token), NO_SESSION)
    yield Attack("token in the query only", replace(genuine, body={}, query={"refresh_token": token}), NO_SESSION)
    for name, made in wrong.items():
        yield Attack(name, genuine.with_member("refresh_token", made), NO_SESSION)
        cookie = replace(genuine, body={}).with_headers(Cookie=f"__Host-refresh={made}")
        yield Attack(f"{name} (cookie)", cookie, NO_SESSION)
    # Whoever knows the id of a session, a holder of one of its tokens, ends it by a wrong secret: never another one.
    for name, made in {"wrong secret": f"{session}.{'A' * 43}", "older secret": token}.items():
        before = later(11) if name == "wrong secret" else _refreshes_twice
        yield Attack(name, genuine.with_member("refresh_token", made), NO_SESSION, before, writes=True)
    other = f"{stage.other.session_id}.{secret}"
    yield Attack("other person's session", genuine.with_member("refresh_token", other), NO_SESSION, writes=True)
    yield from _foreign_members(genuine, {"account_id": stage.other.account_id, "session_id": stage.other.session_id})
    events: dict[str, Event] = {
        "all sessions ended by operators": operators("end_sessions"),
        "blocked account": operators("block"),
        "closed account": closes,
        "session idle for too long": later(1800),
        "logged out": lambda scene: scene.world.request(
            "POST", "/api/logout", {}, headers={"Cookie": f"__Host-refresh={token}"}
        ),
    }
    for name, event in events.items():
        yield Attack(name, genuine, NO_SESSION, event)


def _refreshes_twice(scene: Scene) -> None:
    body = scene.genuine.body
    for _ in range(2):
        body = {"refresh_token": scene.world.request("POST", "/api/session/refresh", body).json["refresh_token"]}


def at_logout(scene: Scene, _route: Route) -> Iterator[Attack]:
    """Try to end a session that one can't prove to hold: the answer is 204 whatever is shown, and nothing happens."""
    genuine, other = scene.genuine, scene.stage.other
    account, session = scene.owner()
    bare = replace(genuine, headers=None)
    # A genuine token names its session for good: also past its time, and whatever it was to open.
    still_name_it = {"expired", "scope that the session has not"}
    for attack in _wrong_tokens(scene):
        if attack.name not in still_name_it:
            yield replace(attack, sent=replace(bare, token=attack.sent.token), refusal=None)
    nobody = replace(genuine, token=None)
    cookies = {
        "wrong secret": f"{session}.{'A' * 43}",
        "other person's secret": f"{session}.{other.refresh_token.partition('.')[2]}",
        "malformed": session,
    }
    for name, value in cookies.items():
        yield Attack(f"{name} (cookie)", nobody.with_headers(Cookie=f"__Host-refresh={value}"), None)
    yield from _foreign_members(genuine, {"account_id": account, "session_id": session, "email": EMAIL})


def at_open_route(scene: Scene, _route: Route) -> Iterator[Attack]:
    """Show tokens where none is asked for: the answer is the one that anybody gets."""
    genuine, other = scene.genuine, scene.stage.other
    for name, made in scene.stage.forgeries(other.access_token).items():
        yield Attack(name, replace(genuine, token=made), None)
    yield Attack("other person's token", replace(genuine, token=other.access_token), None)
    yield Attack("other person's cookie", genuine.with_headers(Cookie=f"__Host-refresh={other.refresh_token}"), None)
    query = {"account_id": other.account_id, "email": OTHER_EMAIL, "token": other.access_token}
    yield Attack("other person's ids in the query", replace(genuine, query=query), None)
    yield from _foreign_members(genuine, {"account_id": other.account_id, "sub": other.account_id})
