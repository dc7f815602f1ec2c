"""Every route with every credential that is not the right one: only the right one gets in (ASVS 8.2.1, 8.2.2, 9)."""

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, Literal

import pytest
from moto import mock_aws

from portal.http.routes import Route
from tests.integration.conftest import MATRIX
from tests.support.attacks import (
    LINKS,
    PURPOSES,
    Attack,
    at_bearer_route,
    at_link_route,
    at_logout,
    at_open_route,
    at_refresh,
)
from tests.support.contract import api_document
from tests.support.journeys import JOURNEYS, Journey, get
from tests.support.stage import Scene, Stage
from tests.support.tables import Items
from tests.support.template import functions
from tests.support.world import Answer, World

Rule = Literal[
    "anybody",
    "the holder of a link",
    "the holder of a refresh token",
    "anybody, for the sessions that they can show",
    "a client",
    "a client, also by the initial password",
    "a client whose password was given just now",
]

# Who gets in, route by route (ASVS 8.1.1). Whoever adds a route says it here.
RULES: dict[str, Rule] = {
    "GET /": "anybody",
    "HEAD /": "anybody",
    "GET /{page}": "anybody",
    "HEAD /{page}": "anybody",
    "GET /.well-known/jwks.json": "anybody",
    "GET /.well-known/security.txt": "anybody",
    "GET /api/health": "anybody",
    "GET /api/legal": "anybody",
    "GET /api/openapi.json": "anybody",
    "POST /api/bank-details/resolve": "anybody",
    "POST /api/registrations": "anybody",
    "POST /api/registrations/resend": "anybody",
    "POST /api/registrations/confirm": "the holder of a link",
    "POST /api/registrations/reject": "the holder of a link",
    "POST /api/login": "anybody",
    "POST /api/session/refresh": "the holder of a refresh token",
    "POST /api/logout": "anybody, for the sessions that they can show",
    "GET /api/sessions": "a client",
    "DELETE /api/sessions": "a client",
    "DELETE /api/sessions/{id}": "a client",
    "POST /api/reauthentication": "a client",
    "PUT /api/password": "a client, also by the initial password",
    "POST /api/password-reset": "anybody",
    "POST /api/password-reset/confirm": "the holder of a link",
    "GET /api/profile": "a client",
    "PATCH /api/profile": "a client",
    "DELETE /api/profile": "a client whose password was given just now",
    "GET /api/profile/consents": "a client",
    "POST /api/profile/consents": "a client",
    "DELETE /api/profile/consents/{kind}": "a client whose password was given just now",
    "GET /api/profile/export": "a client whose password was given just now",
    "GET /api/profile/bank-details": "a client whose password was given just now",
    "PUT /api/profile/bank-details": "a client whose password was given just now",
    "POST /api/profile/bank-details/accept": "a client",
    "POST /api/profile/email-change": "a client whose password was given just now",
    "GET /api/clients": "a client",
    "GET /api/clients/{client_id}": "a client",
    "POST /api/clients/{client_id}/cases/search": "a client",
    "POST /api/clients/{client_id}/cases/export": "a client",
    "GET /api/clients/{client_id}/cases/{case_id}": "a client",
    "POST /api/clients/{client_id}/cases/{case_id}/interest": "a client",
    "POST /api/email-changes/confirm": "the holder of a link",
    "POST /api/accounts/freeze": "the holder of a link",
}
NEEDS: dict[str, Rule] = {
    "access_token": "a client",
    "any_access_token": "a client, also by the initial password",
    "recent_access_token": "a client whose password was given just now",
}
ATTACKS: dict[Rule, Callable[[Scene, Route], Iterator[Attack]]] = {
    "anybody": at_open_route,
    "the holder of a link": at_link_route,
    "the holder of a refresh token": at_refresh,
    "anybody, for the sessions that they can show": at_logout,
    **dict.fromkeys(NEEDS.values(), at_bearer_route),
}


def head(path: str) -> Any:
    return lambda world: lambda: world.request("HEAD", path)


OTHERS = (
    Journey("GET /", get("/"), 200),
    Journey("HEAD /", head("/"), 200),
    Journey("GET /{page}", get("/confirm"), 200),
    Journey("HEAD /{page}", head("/confirm"), 200),
    Journey("GET /.well-known/security.txt", get("/.well-known/security.txt"), 200),
)
WALKED = [journey for journey in (*JOURNEYS, *OTHERS) if journey.name == journey.route]


def routes() -> dict[str, Route]:
    """Return every route that template.yaml leads to a function, as the function declares it."""
    modules = [
        import_module(f"functions.{name}.app")
        for name, properties in functions().items()
        if any(event["Type"] == "Api" for event in properties.get("Events", {}).values())
    ]
    return {f"{route.method} {route.path}": route for module in modules for route in module.ROUTES}


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with mock_aws():
        yield Stage(World())


def test_every_route_has_a_rule_and_a_request_that_keeps_it() -> None:
    # Forms of pages read no credential but the link that is typed in: the journeys of their twins below /api, held to
    # them by tests/integration/test_forms.py.
    forms = {name for name, route in routes().items() if route.path.startswith("/form/") and route.needs == "nothing"}
    assert RULES.keys() == routes().keys() - forms == {journey.route for journey in WALKED}
    for name, route in ((name, route) for name, route in routes().items() if name not in forms):
        assert RULES[name] == NEEDS.get(route.needs, RULES[name]), name
        assert (route.needs in NEEDS) == (RULES[name] in NEEDS.values()), name


def takes_a_link(name: str) -> bool:
    method, path = name.lower().split(" ")
    body = api_document()["paths"].get(path, {}).get(method, {}).get("requestBody")
    if body is None:
        return False
    schema = next(iter(body["content"].values()))["schema"]
    while "$ref" in schema:
        schema = api_document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return "token" in schema.get("properties", {})


def test_links_go_to_the_routes_that_their_audience_names() -> None:
    assert {purpose.typ for purpose in PURPOSES} >= {"opt-in+jwt", "freeze+jwt", "at+jwt"}
    assert {f"POST {path}" for path in LINKS} == {name for name in routes() if takes_a_link(name)}
    assert {f"POST {path}" for path in LINKS} == {name for name in RULES if RULES[name] == "the holder of a link"}


@pytest.mark.parametrize("journey", WALKED, ids=lambda journey: journey.route)
def test_only_the_right_one_gets_in(stage: Stage, journey: Journey) -> None:
    scene, route = stage.scene(journey), routes()[journey.route]
    anybody = shown(scene.send(scene.genuine)) if RULES[journey.route] == "anybody" else None
    scene.put_back()
    tried = list(ATTACKS[RULES[journey.route]](scene, route))
    assert len({attack.name for attack in tried}) == len(tried)
    for attack in tried:
        answer = attempt(scene, attack, journey)
        if anybody and attack.refusal is None:
            assert shown(answer) == anybody, attack.name
    # Nothing but the credential was wrong with all of them.
    assert scene.send(scene.genuine).status == journey.status
    MATRIX[journey.route] = [attack.refusal is not None for attack in tried]


def attempt(scene: Scene, attack: Attack, journey: Journey) -> Answer:
    """Make one try, hold its answer and what it left against what it should get, and put everything back."""
    if attack.before:
        scene.act(attack.before)
    before = uncounted(scene.look())
    answer = scene.send(attack.sent)
    after = uncounted(scene.look())
    got = (answer.status, answer.json["code"] if answer.status >= 400 else None)
    assert got == (attack.refusal or (journey.status, None)), f"{attack.name}: {got}"
    told = answer.text + str(answer.headers) + str(answer.cookies)
    if attack.refusal:
        assert attack.writes or after == before, attack.name
        assert not leaks(told, scene.secrets_of_owner | scene.secrets_of_other), attack.name
    if attack.by_other:
        assert {place: after.get(place) for place in scene.of_owner(before)} == scene.of_owner(before), attack.name
        assert not leaks(told, scene.secrets_of_owner), attack.name
    if RULES[journey.route] == "anybody, for the sessions that they can show":
        assert after == before, attack.name
    scene.put_back()
    return answer


def uncounted(items: Items) -> Items:
    """Return items without those that count attempts: a refused one counts."""
    return {place: item for place, item in items.items() if not str(item.get("pk")).startswith("counter#")}


def leaks(told: str, secrets: set[str]) -> set[str]:
    return {secret for secret in secrets if secret in told}


def shown(answer: Answer) -> tuple[int, str, list[str]]:
    """Return an answer without what is another one each time."""
    text = answer.text
    if answer.headers.get("Content-Type", "").startswith("application/json"):
        document = answer.json
        for name in ("reference", "access_token"):
            if name in document:
                document[name] = "*"
        text = str(document)
    return answer.status, text, [cookie.partition("=")[0] for cookie in answer.cookies]
