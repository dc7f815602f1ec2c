"""AWS calls per request: few and constant (design, section 3); the table is printed at the end of the run."""

from collections.abc import Callable

import pytest

from tests.integration.conftest import COUNTED
from tests.support.people import PASSWORD, a_registration
from tests.support.world import Answer, World

OTHER_PASSWORD = "Ein anderer Satz über Birken"

Act = Callable[[World], Callable[[], Answer]]


def registering(world: World) -> Callable[[], Answer]:
    return lambda: world.request("POST", "/api/registrations", a_registration())


def confirming(world: World) -> Callable[[], Answer]:
    mail = world.register()
    return lambda: world.confirm(mail)


def confirming_again(world: World) -> Callable[[], Answer]:
    mail = world.register()
    world.confirm(mail)
    return lambda: world.confirm(mail)


def rejecting(world: World) -> Callable[[], Answer]:
    token = world.register().token("reject")
    return lambda: world.request("POST", "/api/registrations/reject", {"token": token})


def logging_in(world: World) -> Callable[[], Answer]:
    initial = world.a_client_with_initial_password()
    return lambda: world.log_in(initial)


def logging_in_once_more(world: World) -> Callable[[], Answer]:
    world.a_client()
    return lambda: world.log_in(PASSWORD)


def logging_in_on_another_day(world: World) -> Callable[[], Answer]:
    world.a_client()
    world.clock.advance(86_401)
    return lambda: world.log_in(PASSWORD)


def changing_the_password(world: World) -> Callable[[], Answer]:
    initial = world.a_client_with_initial_password()
    token = world.log_in(initial).json["access_token"]
    body = {"current_password": initial, "new_password": PASSWORD}
    # The public key is kept by the process: the first request of a process asks for it once.
    world.request("PUT", "/api/password", {}, token=token)
    return lambda: world.request("PUT", "/api/password", body, token=token)


def reading_the_profile(world: World) -> Callable[[], Answer]:
    token = changing_the_password(world)().json["access_token"]
    world.request("GET", "/api/profile", token=token)
    return lambda: world.request("GET", "/api/profile", token=token)


def reading_the_keys(world: World) -> Callable[[], Answer]:
    world.request("GET", "/.well-known/jwks.json")
    return lambda: world.request("GET", "/.well-known/jwks.json")


def public(path: str) -> Act:
    return lambda world: lambda: world.request("GET", path)


@pytest.mark.parametrize(
    ("name", "act", "status", "tables", "keys"),
    [
        ("GET /api/health", public("/api/health"), 200, 0, 0),
        ("GET /api/legal", public("/api/legal"), 200, 0, 0),
        ("GET /api/openapi.json", public("/api/openapi.json"), 200, 0, 0),
        ("POST /api/registrations", registering, 202, 1, 0),
        ("POST /api/registrations/confirm", confirming, 200, 2, 1),
        ("POST /api/registrations/confirm (again)", confirming_again, 200, 2, 1),
        ("POST /api/registrations/reject", rejecting, 204, 1, 1),
        ("POST /api/login (initial password)", logging_in, 200, 2, 1),
        ("POST /api/login (first of a day)", logging_in_on_another_day, 200, 3, 1),
        ("POST /api/login", logging_in_once_more, 200, 2, 1),
        ("PUT /api/password", changing_the_password, 200, 3, 1),
        ("GET /api/profile", reading_the_profile, 200, 1, 0),
        ("GET /.well-known/jwks.json", reading_the_keys, 200, 0, 0),
        ("GET /", public("/"), 200, 0, 0),
    ],
)
def test_a_warm_request_makes_these_calls(
    world: World, name: str, act: Act, status: int, tables: int, keys: int
) -> None:
    request = act(world)
    world.call_counts()
    assert request().status == status
    calls = world.call_counts()
    COUNTED[name] = calls
    assert sum(number for kind, number in calls.items() if kind.startswith("dynamodb:")) == tables
    assert sum(number for kind, number in calls.items() if kind.startswith("kms:")) == keys


def test_a_first_request_asks_for_each_public_key_once(world: World) -> None:
    token = changing_the_password(world)().json["access_token"]
    world.call_counts()
    for _ in range(3):
        assert world.request("GET", "/api/profile", token=token).status == 200
    assert world.call_counts() == {"dynamodb:batch_get_item": 3, "kms:get_public_key": 1}
