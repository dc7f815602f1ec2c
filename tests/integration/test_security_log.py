"""One line for each security event, and none that names a person (ASVS 16.2, 16.3, 16.4.1)."""

import json
import re
from typing import Any

import pytest

from tests.integration.conftest import Written
from tests.support.journeys import EMAIL, JOURNEYS, Journey
from tests.support.people import PASSWORD
from tests.support.security_log import security_counts, security_lines
from tests.support.world import Answer, World, some_path
from tools.openapi.routes import api_routes

ROUTES = {f"{route.method} {route.path}": route for route in api_routes()}
# Routes whose success tells nothing that whoever looks for an attack would ask for.
SILENT = {
    "GET /api/health",
    "GET /api/legal",
    "GET /api/openapi.json",
    "GET /.well-known/jwks.json",
    "POST /api/bank-details/resolve",
    "GET /api/sessions",
    "GET /api/profile",
    "GET /api/profile/consents",
    # What a person sees of clients and cases again and again; taking it along is logged.
    "GET /api/clients",
    "GET /api/clients/{client_id}",
    "GET /api/clients/{client_id}/cases/{case_id}",
    "POST /api/clients/{client_id}/cases/search",
    "POST /api/clients/{client_id}/cases/{case_id}/interest",
}
HOSTILE = 'x\r\n{"message":"authn_login_success"}\x1b[31m\u2028\x85%0d%0a'


def since(written: Written, act: Any) -> tuple[Answer, list[dict[str, Any]], dict[str, int]]:
    """Return an answer, and the security lines and counts that it brought."""
    before = len(security_lines(written.getvalue())), security_counts(written.getvalue())
    answer = act()
    text = written.getvalue()
    counts = {name: number - before[1].get(name, 0) for name, number in security_counts(text).items()}
    return answer, security_lines(text)[before[0] :], {name: number for name, number in counts.items() if number}


def test_every_route_says_what_its_success_is_called_or_has_a_reason_not_to() -> None:
    assert {name for name, route in ROUTES.items() if route.event is None} == SILENT


@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.name)
def test_a_success_leaves_exactly_its_line(world: World, written: Written, journey: Journey) -> None:
    answer, lines, _ = since(written, journey.prepare(world))
    event = ROUTES[journey.route].event
    assert answer.status == journey.status
    assert [(line["message"], line["outcome"], line["route"]) for line in lines] == (
        [(event, "success", journey.route)] if event else []
    )
    if lines and event not in {"registration_request", "registration_resend", "authn_password_reset_request"}:
        known = {item["pk"].partition("#")[2] for item in world.items("AccountsTable")}
        known |= {item["subject"] for item in world.items("EvidenceTable")}
        assert lines[0]["account_id"] in known or event == "registration_reject"
    assert not [line for line in lines if "ip" in line]


@pytest.mark.parametrize("name", sorted(name for name, route in ROUTES.items() if route.needs != "nothing"))
def test_a_route_that_nobody_may_use_leaves_one_line_that_says_so(world: World, written: Written, name: str) -> None:
    method, _, path = name.partition(" ")
    _, lines, counts = since(written, lambda: world.request(method, some_path(path), {}))
    (line,) = lines
    assert (line["message"], line["outcome"], line["code"]) == ("authz_fail", "failure", "not_authenticated")
    assert (line["route"], line["ip"]) == (name, "203.0.113.0")
    assert counts == {"TokensRefused": 1}


def test_a_wrong_password_says_whose_and_an_unknown_address_says_nobody(world: World, written: Written) -> None:
    world.a_client()
    (account,) = [item for item in world.items("AccountsTable") if item["pk"].startswith("account#")]
    for email, whose in ((EMAIL, account["id"]), ("nobody@example.com", None)):
        _, lines, counts = since(written, lambda email=email: world.log_in("wrong", email))
        (line,) = lines
        assert (line["message"], line["code"], line.get("account_id")) == (
            "authn_login_fail",
            "invalid_credentials",
            whose,
        )
        assert counts == {"LoginsRefused": 1}


def test_a_wrong_password_is_called_by_what_it_was_asked_for(world: World, written: Written) -> None:
    token = world.a_client()
    change = {"current_password": "wrong", "new_password": "Ein anderer Satz über Birken"}
    acts = {
        "authn_reauthentication_fail": ("POST", "/api/reauthentication", {"password": "wrong"}),
        "authn_password_change_fail": ("PUT", "/api/password", change),
    }
    for event, (method, path, body) in acts.items():
        _, lines, counts = since(written, lambda asked=(method, path, body): world.request(*asked, token=token))
        assert [line["message"] for line in lines] == [event]
        assert counts == {"LoginsRefused": 1}


def test_a_login_says_what_it_opens(world: World, written: Written) -> None:
    initial = world.a_client_with_initial_password()
    answer, (login,), _ = since(written, lambda: world.log_in(initial))
    assert (login["message"], login["detail"]) == ("authn_login_success", "password:change")
    token = answer.json["access_token"]
    refusal, (line,), counts = since(written, lambda: world.request("GET", "/api/profile", token=token))
    assert (refusal.status, line["message"], line["code"]) == (403, "authz_fail", "password_change_required")
    assert (line["account_id"], line["session"]) == (login["account_id"], login["session"])
    assert counts == {}


def test_whoever_asks_for_what_is_not_theirs_is_named_by_account_and_session(world: World, written: Written) -> None:
    token = world.a_client()
    answer, lines, _ = since(written, lambda: world.request("DELETE", "/api/sessions/unknown", token=token))
    (line,) = lines
    assert (answer.status, line["message"], line["code"]) == (404, "authz_fail", "not_found")
    assert line["account_id"] in {item.get("id") for item in world.items("AccountsTable")}
    assert len(line["session"]) == 8


def test_who_asks_for_a_session_without_having_one_leaves_no_line(world: World, written: Written) -> None:
    answer, lines, counts = since(written, lambda: world.request("POST", "/api/session/refresh", {}))
    assert (answer.status, answer.json["code"], lines, counts) == (401, "session_ended", [], {})


def test_a_stolen_refresh_token_is_an_event_of_its_own(world: World, written: Written) -> None:
    world.a_client()
    first = world.log_in(PASSWORD, delivery="body").json["refresh_token"]
    second = world.request("POST", "/api/session/refresh", {"refresh_token": first}).json["refresh_token"]
    world.request("POST", "/api/session/refresh", {"refresh_token": second})
    answer, lines, counts = since(
        written, lambda: world.request("POST", "/api/session/refresh", {"refresh_token": first})
    )
    (line,) = lines
    assert (answer.status, answer.json["code"]) == (401, "session_ended")
    assert (line["message"], line["session"]) == ("authn_token_reuse", first[:8])
    assert line["account_id"]
    assert counts == {"TokensReused": 1}
    _, (late,), counts = since(
        written, lambda: world.request("POST", "/api/session/refresh", {"refresh_token": second})
    )
    assert (late["message"], counts) == ("session_use_after_expire", {})


LINKS = [route for route in api_routes() if route.path.endswith(("/confirm", "/reject", "/freeze"))]


@pytest.mark.parametrize("path", sorted(route.path for route in LINKS))
def test_a_link_that_is_none_is_one_line(world: World, written: Written, path: str) -> None:
    body = {"token": "a.b.c", **({"new_password": "Ein Satz über Birken"} if "password" in path else {})}
    answer, lines, counts = since(written, lambda: world.request("POST", path, body))
    assert answer.status == 400
    assert [(line["message"], line["code"]) for line in lines] == [("link_fail", "invalid_link")]
    assert counts == {"LinksRefused": 1}


def test_asking_for_a_reset_is_counted(world: World, written: Written) -> None:
    _, lines, counts = since(written, lambda: world.request("POST", "/api/password-reset", {"email": EMAIL}))
    assert "account_id" not in lines[0]
    assert counts == {"ResetsRequested": 1}


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.com"])
def test_a_limit_that_is_hit_is_one_line_and_counted(world: World, written: Written, email: str) -> None:
    world.a_client()
    for _ in range(5):
        world.log_in("wrong", email)
    answer, lines, counts = since(written, lambda: world.log_in(PASSWORD, email))
    (line,) = lines
    accounts = [item["id"] for item in world.items("AccountsTable") if item["pk"].startswith("account#")]
    assert line.get("account_id") == (accounts[0] if email == EMAIL else None)
    assert (answer.status, line["message"], line["ip"]) == (429, "excess_rate_limit_exceeded", "203.0.113.0")
    assert line["code"] == answer.json["code"]
    assert counts == {"LimitsHit": 1}


def test_a_range_that_asks_too_often_is_one_line_too(world: World, written: Written) -> None:
    world.deploy(MailRequestsPerRange="1")
    acts = [lambda: world.request("POST", "/api/password-reset", {"email": EMAIL}) for _ in range(2)]
    acts[0]()
    answer, lines, counts = since(written, acts[1])
    assert (answer.status, [line["message"] for line in lines]) == (429, ["excess_rate_limit_exceeded"])
    assert counts == {"LimitsHit": 1}


def test_operators_leave_one_line_each(world: World, written: Written) -> None:
    world.a_client()
    world.ops(action="block", email=EMAIL)
    world.ops(action="status", email="nobody@")
    world.ops(action="dance")
    lines = security_lines(written.getvalue())
    own = [(line["outcome"], line.get("action"), line.get("code")) for line in lines if "operator" in line["message"]]
    assert own == [
        ("success", "block", None),
        ("failure", None, "invalid_input"),
        ("failure", None, "invalid_input"),
    ]


def test_nothing_that_a_client_writes_makes_a_line_or_gets_into_one(world: World, written: Written) -> None:
    headers = {"User-Agent": HOSTILE, "Accept-Language": HOSTILE, "Origin": HOSTILE, "Cookie": HOSTILE}
    acts: list[tuple[str, str, Any, str | None]] = [
        ("POST", "/api/login", {"email": HOSTILE, "password": HOSTILE}, None),
        ("POST", "/api/registrations", {HOSTILE: HOSTILE, "email": HOSTILE}, None),
        ("POST", "/api/registrations/confirm", {"token": HOSTILE}, None),
        ("POST", "/api/session/refresh", {"refresh_token": HOSTILE}, None),
        ("GET", "/api/profile", None, HOSTILE),
        ("DELETE", "/api/sessions/" + HOSTILE.replace("/", ""), None, world.a_client()),
        (
            "DELETE",
            "/api/profile/consents/" + HOSTILE.replace("/", ""),
            None,
            world.log_in(PASSWORD).json["access_token"],
        ),
    ]
    before = len(written.getvalue().splitlines())
    for method, path, body, token in acts:
        assert world.request(method, path, body, token=token, headers=headers, ip=HOSTILE).status >= 400
    world.ops(action="status", email=EMAIL, operator=HOSTILE, reason=HOSTILE)
    text = written.getvalue()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]", text)
    added = [json.loads(line) for line in text.splitlines()]
    assert len(added) > before
    assert "authn_login_success" not in [line["message"] for line in security_lines(text)[-len(acts) :]]
    assert "0d%0a" not in text
    assert "[31m" not in text
