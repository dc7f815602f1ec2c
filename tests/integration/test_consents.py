"""Consents: newer wordings, and withdrawal (P8)."""

from importlib import import_module
from typing import Any

import pytest

from portal.domain.consent import CURRENT_VERSIONS, FACTS
from portal.http.routes import Route
from tests.support.people import PASSWORD
from tests.support.wordings import SHOWN
from tests.support.wordings import shown as wording
from tests.support.world import HTTP_FUNCTIONS, Answer, World, some_path

CONSENTS = "/api/profile/consents"
ROUTES: list[Route] = [
    route
    for name in HTTP_FUNCTIONS
    for route in import_module(f"functions.{name}.app").ROUTES
    if route.needs != "nothing"
]


@pytest.fixture
def token(world: World) -> str:
    """An access token of a client with a password of their own."""
    return world.a_client()


def outdate(world: World, kind: str = "terms") -> None:
    """Let the client's consent be one to an older wording."""
    (account,) = [item for item in world.items("AccountsTable") if item["pk"].startswith("account#")]
    place = [consent["kind"] for consent in account["consents"]].index(kind)
    world.dynamodb.update_item(
        TableName="AccountsTable",
        Key={"pk": {"S": account["pk"]}},
        UpdateExpression=f"SET consents[{place}].version = :old",
        ExpressionAttributeValues={":old": {"S": "2020-01-01"}},
    )


def give(world: World, token: str, kind: str = "terms", version: str | None = None) -> Answer:
    body = {"kind": kind, "version": version or CURRENT_VERSIONS["terms"]}
    return world.request("POST", CONSENTS, body, token=token)


def test_a_client_sees_what_they_consented_to(world: World, token: str) -> None:
    shown = world.request("GET", CONSENTS, token=token).json["consents"]
    assert [consent["kind"] for consent in shown] == ["terms", "privacy_notice"]
    assert shown[0]["sha256"] == wording("terms").sha256
    assert all(consent["withdrawn_at"] is None for consent in shown)


@pytest.mark.parametrize("kind", ["terms", "privacy_notice"])
def test_a_newer_wording_closes_the_client_area_until_it_is_accepted(world: World, token: str, kind: str) -> None:
    outdate(world, kind)
    answer = world.request("GET", "/api/profile", token=token)
    assert (answer.status, answer.json["code"]) == (403, "consent_required")
    assert give(world, token, kind).status == 201
    assert world.request("GET", "/api/profile", token=token).status == 200
    assert world.log_in(PASSWORD).status == 200


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_a_route_says_truly_whether_it_waits_for_consent(world: World, token: str, route: Route) -> None:
    outdate(world)
    path = some_path(route.path, kind="x")
    body: dict[str, Any] | None = None if route.method in {"GET", "DELETE"} else {}
    answer = world.request(route.method, path, body, token=token)
    assert ("consent_required" in answer.text) is not route.outdated
    if not route.outdated:
        assert answer.status == 403


def test_the_new_consent_is_proved_beside_the_first(world: World, token: str) -> None:
    outdate(world)
    world.clock.advance(60)
    world.request(
        "POST",
        CONSENTS,
        {"kind": "terms", "version": CURRENT_VERSIONS["terms"]},
        token=token,
        headers={"Accept-Language": "en"},
    )
    proofs = {row["kind"]: row for row in world.items("EvidenceTable")}
    assert proofs.keys() == {"opt_in", "consent"}
    given = proofs["consent"]
    assert given["subject"] == proofs["opt_in"]["subject"]
    assert given["consent"] == {
        "kind": "terms",
        "version": CURRENT_VERSIONS["terms"],
        "sha256": wording("terms", "en").sha256,
        "language": "en",
        "accepted_at": world.clock.now,
    }
    assert given["ip"] == "203.0.113.0"
    assert given["wording_facts"] == [SHOWN[name] for name in FACTS]


def test_a_second_consent_to_the_same_wording_proves_nothing_new(world: World, token: str) -> None:
    assert give(world, token).status == 201
    assert [row["kind"] for row in world.items("EvidenceTable")] == ["opt_in"]


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"kind": "terms", "version": "2020-01-01"}, {"/version": "consent_outdated"}),
        ({"kind": "marketing", "version": "1"}, {"/kind": "invalid_value"}),
        ({"kind": "terms", "version": 1}, {"/version": "wrong_type"}),
        ({}, {"/kind": "required", "/version": "required"}),
    ],
)
def test_what_is_no_consent_is_refused(world: World, token: str, body: Any, errors: dict[str, str]) -> None:
    assert world.request("POST", CONSENTS, body, token=token).errors == errors


def test_a_withdrawal_closes_the_account_and_is_proved(world: World, token: str) -> None:
    outdate(world, "privacy_notice")
    answer = world.request("DELETE", f"{CONSENTS}/terms", token=token)
    assert (answer.status, answer.json) == (200, {"consequence": "account_closed"})
    assert answer.cookies[0].startswith("__Host-refresh=; Max-Age=0")
    assert world.items("AccountsTable") == []
    assert world.request("GET", "/api/profile", token=token).status == 401
    rows = {row["kind"]: row for row in world.items("EvidenceTable")}
    assert rows.keys() == {"opt_in", "withdrawal", "closing"}
    assert rows["withdrawal"]["consent"]["kind"] == "terms"
    assert rows["withdrawal"]["withdrawn_at"] == world.clock.now
    assert len({row["expires_at"] for row in rows.values()}) == 1


def test_a_consent_that_is_none_can_not_be_withdrawn(world: World, token: str) -> None:
    assert world.request("DELETE", f"{CONSENTS}/marketing", token=token).status == 404
    assert world.request("GET", "/api/profile", token=token).status == 200


def test_a_withdrawal_needs_a_fresh_password_like_the_closing(world: World) -> None:
    world.a_client()
    refresh = world.log_in(PASSWORD, delivery="body").json["refresh_token"]
    world.clock.advance(601)
    token = world.request("POST", "/api/session/refresh", {"refresh_token": refresh}).json["access_token"]
    answer = world.request("DELETE", f"{CONSENTS}/terms", token=token)
    assert answer.json["code"] == "reauthentication_required"
