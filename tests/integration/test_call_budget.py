"""AWS calls per request: few and constant (design, section 3); the table is printed at the end of the run."""

import pytest

from tests.integration.conftest import COUNTED
from tests.support.journeys import JOURNEYS, Journey, changing_the_password, get
from tests.support.world import World
from tools.openapi.routes import api_routes

PAGE = Journey("GET /", get("/"), 200)


def test_every_route_of_the_api_has_a_journey() -> None:
    assert {journey.route for journey in JOURNEYS} == {f"{route.method} {route.path}" for route in api_routes()}


@pytest.mark.parametrize("journey", [*JOURNEYS, PAGE], ids=lambda journey: journey.name)
def test_a_warm_request_makes_these_calls(world: World, journey: Journey) -> None:
    request = journey.prepare(world)
    world.call_counts()
    assert request().status == journey.status
    calls = world.call_counts()
    COUNTED[journey.name] = calls
    assert sum(number for kind, number in calls.items() if kind.startswith("dynamodb:")) == journey.tables
    assert sum(number for kind, number in calls.items() if kind.startswith("kms:")) == journey.keys


def test_a_first_request_asks_for_each_public_key_once(world: World) -> None:
    token = changing_the_password(world)().json["access_token"]
    world.call_counts()
    for _ in range(3):
        assert world.request("GET", "/api/profile", token=token).status == 200
    assert world.call_counts() == {"dynamodb:batch_get_item": 3, "kms:get_public_key": 1}
