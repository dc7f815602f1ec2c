"""Every kind of token at every route that takes one: it opens its own, and no other (RFC 8725 section 3.11)."""

from typing import Any

from portal.domain import token as purposes
from portal.domain.token import ACCESS, Purpose
from portal.http.routes import Route
from tests.support.contract import api_document
from tests.support.journeys import EMAIL, NEW_EMAIL
from tests.support.people import PASSWORD
from tests.support.tables import Tables
from tests.support.world import Answer, World
from tools.openapi.routes import api_routes

PURPOSES = {value for value in vars(purposes).values() if isinstance(value, Purpose)}
LINKS = {f"/api/{purpose.audience.replace(':', '/')}": purpose for purpose in PURPOSES - {ACCESS}}
BEARER_ROUTES = [route for route in api_routes() if route.needs != "nothing"]
OTHER_PASSWORD = "Ein anderer Satz über Birken"


def takes_a_link(route: Route) -> bool:
    body = api_document()["paths"][route.path][route.method.lower()].get("requestBody")
    if body is None:
        return False
    (content, *_) = body["content"].values()
    schema = content["schema"]
    while "$ref" in schema:
        schema = api_document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return "token" in schema.get("properties", {})


def issued(world: World) -> dict[str, str]:
    """Return a valid token of each kind, by ``typ``; of access tokens one of each scope."""
    mail = world.register(email="max.beispiel@example.org")
    kinds = {"opt-in+jwt": mail.token("confirm"), "reject+jwt": mail.token("reject")}
    limited = world.a_client_with_initial_password(email="eva.beispiel@example.net")
    full = world.a_client()
    world.request("POST", "/api/profile/email-change", {"new_email": NEW_EMAIL}, token=full)
    world.request("POST", "/api/password-reset", {"email": EMAIL})
    world.run_mailer()
    kinds["email-change+jwt"] = world.mails(NEW_EMAIL)[-1].token("email-change")
    at_the_present = {
        page: mail for mail in world.mails(EMAIL) for page in ("reset", "freeze") if f"/{page}#" in mail.text
    }
    kinds["freeze+jwt"] = at_the_present["freeze"].token("freeze")
    kinds["password-reset+jwt"] = at_the_present["reset"].token("reset")
    kinds["at+jwt limited"] = world.log_in(limited, "eva.beispiel@example.net").json["access_token"]
    kinds["at+jwt full"] = full
    kinds["refresh token"] = world.log_in(PASSWORD, delivery="body").json["refresh_token"]
    return kinds


def use(world: World, route: Route, token: str) -> Answer:
    """Show a token where a route takes it; what else the body lacks is noticed later than a wrong token."""
    path = route.path.replace("{id}", "some-session").replace("{kind}", "terms")
    if takes_a_link(route):
        more: Any = {"new_password": OTHER_PASSWORD} if "password" in path else {}
        return world.request(route.method, path, {"token": token, **more})
    return world.request(route.method, path, {}, token=token)


def test_links_go_to_the_routes_that_their_audience_names() -> None:
    assert {purpose.typ for purpose in PURPOSES} >= {"opt-in+jwt", "freeze+jwt", "at+jwt"}
    assert {route.path for route in api_routes() if takes_a_link(route)} == LINKS.keys()


def expected(route: Route, kind: str) -> tuple[int, str] | None:
    """Return status and code of a refusal, None for the kind that gets in."""
    typ, _, scope = kind.partition(" ")
    if route.path in LINKS:
        return None if typ == LINKS[route.path].typ else (400, "invalid_link")
    if typ != ACCESS.typ:
        return (401, "not_authenticated")
    limited = scope == "limited" and route.needs != "any_access_token"
    return (403, "password_change_required") if limited else None


def test_a_token_opens_the_routes_of_its_kind_and_no_other(world: World) -> None:
    kinds = issued(world)
    assert {kind.partition(" ")[0] for kind in kinds} >= {purpose.typ for purpose in PURPOSES}
    tables = Tables(world.dynamodb)
    start = tables.read()
    for route in (*BEARER_ROUTES, *(route for route in api_routes() if takes_a_link(route))):
        for kind, token in kinds.items():
            answer, refusal = use(world, route, token), expected(route, kind)
            where = f"{kind} at {route.method} {route.path}"
            if refusal:
                assert (answer.status, answer.json["code"]) == refusal, where
                assert tables.read() == start, where
            else:
                assert answer.status not in {400, 401, 403, 410}, where
                tables.restore(start, tables.read())


def test_nothing_but_a_refresh_token_refreshes(world: World) -> None:
    answers = {
        kind: world.request("POST", "/api/session/refresh", {"refresh_token": token}).status
        for kind, token in issued(world).items()
    }
    assert answers == {**dict.fromkeys(answers, 401), "refresh token": 200}
