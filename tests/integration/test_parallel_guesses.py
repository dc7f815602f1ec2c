"""Guesses that come all at once: none outruns the count, and none keeps the owner out (ASVS 6.3.1, 2.4.1)."""

from collections import Counter
from functools import partial
from typing import Literal

import pytest
from argon2 import PasswordHasher

from portal.domain.throttle import FAILURES_KEPT_SECONDS
from tests.support.cheap_hashes import make_hashes_cheap
from tests.support.people import PASSWORD
from tests.support.turns import in_turns
from tests.support.world import Answer, World

EMAIL = "erika.muster@example.com"
STRANGER = "198.51.100.7"
FREE = 5


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every run of the password hash, which costs little here."""
    runs: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 - as argon2 names it
            runs.append("verify")
            return super().verify(hash, password)

    make_hashes_cheap(monkeypatch, Counting)
    return runs


def known_device(world: World) -> dict[str, str]:
    """Return the cookie by which the owner's device is known."""
    (device,) = (cookie for cookie in world.log_in(PASSWORD).cookies if cookie.startswith("__Host-device="))
    return {"Cookie": device.partition(";")[0]}


def guess(world: World, number: int) -> Answer:
    body = {"email": (EMAIL, EMAIL.upper())[number % 2], "password": f"falsch geraten, Nummer {number}"}
    return world.request("POST", "/api/login", body, ip=STRANGER)


@pytest.mark.parametrize(("guesses", "seed"), [(200, 0), (40, 1), (40, 2)])
def test_of_many_guesses_at_once_five_are_looked_at(world: World, hashes: list[str], guesses: int, seed: int) -> None:
    world.a_client()
    device = known_device(world)
    hashes.clear()
    acts = [partial(guess, world, number) for number in range(guesses)]
    answers = in_turns(world, acts, seed)
    assert len(answers) == guesses
    assert len(hashes) == FREE
    found = Counter(answer.status for answer in answers)
    assert found[401] == FREE
    assert found.keys() <= {401, 429, 503}
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in answers if answer.status != 401)

    body = {"email": EMAIL, "password": PASSWORD}
    # Not even from the range of the guesses, on the device that the account knows.
    assert world.request("POST", "/api/login", body, headers=device, ip=STRANGER).status == 200
    assert world.request("POST", "/api/login", body).status == 200


def test_other_routes_are_no_way_around_the_count(world: World, hashes: list[str]) -> None:
    token = world.a_client()
    hashes.clear()
    tries = [
        lambda: world.request("POST", "/api/reauthentication", {"password": "falsch geraten"}, token=token),
        lambda: world.request(
            "PUT", "/api/password", {"current_password": "falsch", "new_password": "Ein anderer Satz 77"}, token=token
        ),
        lambda: world.log_in("falsch geraten"),
    ]
    answers = in_turns(world, tries * 10, seed=3)
    assert len(hashes) == FREE
    assert Counter(answer.status for answer in answers)[401] == FREE


def test_a_hundred_failures_from_everywhere_lock_out_strangers_but_neither_known_devices_nor_reset_links(
    world: World, hashes: list[str]
) -> None:
    world.a_client()
    device = known_device(world)
    hashes.clear()
    body = {"email": EMAIL, "password": "falsch geraten, von überall"}
    statuses = [world.request("POST", "/api/login", body, ip=f"198.51.{number}.7").status for number in range(105)]
    assert statuses == [401] * 100 + [429] * 5
    assert len(hashes) == 100
    right = {"email": EMAIL, "password": PASSWORD}
    for ip in ("192.0.2.1", "198.51.99.7"):
        locked = world.request("POST", "/api/login", right, ip=ip)
        assert (locked.status, locked.json["code"]) == (429, "login_locked")
    assert world.request("POST", "/api/login", right, headers=device, ip="192.0.2.1").status == 200
    world.request("POST", "/api/password-reset", {"email": EMAIL})
    new = "Ein anderer Satz über Birken"
    reset = {"token": world.next_mail().token("reset"), "new_password": new}
    assert world.request("POST", "/api/password-reset/confirm", reset).status == 204
    assert world.log_in(new).status == 200


def counters_of_address(world: World) -> dict[str, int]:
    """Return the one item with the counters of the address, without its key."""
    (item,) = (item for item in world.items("SessionsTable") if item["pk"].startswith("counter#login#"))
    return {name: value for name, value in item.items() if name != "pk"}


def test_a_success_forgets_the_failures_of_the_address_wherever_they_were_made(world: World, hashes: list[str]) -> None:
    world.a_client()
    hashes.clear()
    assert [guess(world, number).status for number in range(6)] == [401] * 5 + [429]
    found = counters_of_address(world)
    assert (found["failures"], found["failures#198.51.100.0"]) == (5, 5)
    assert world.log_in(PASSWORD).status == 200
    assert not [item for item in world.items("SessionsTable") if item["pk"].startswith("counter#login#")]
    assert [guess(world, number).status for number in range(6)] == [401] * 5 + [429]
    assert len(hashes) == 11


def test_counters_that_ended_are_replaced_where_nobody_deleted_them_yet(world: World) -> None:
    """Or what many ranges leave would grow, from one end to the next, until no item holds it."""
    world.a_client()
    wrong = {"email": EMAIL, "password": "falsch geraten"}
    for number in range(3):
        assert world.request("POST", "/api/login", wrong, ip=f"198.51.{number}.7").status == 401
    assert len(counters_of_address(world)) == 3 * (1 + 3)
    world.clock.advance(FAILURES_KEPT_SECONDS)
    assert world.request("POST", "/api/login", wrong, ip="198.51.7.7").status == 401
    ends, free = world.clock.now + FAILURES_KEPT_SECONDS, world.clock.now
    assert counters_of_address(world) == {
        "failures": 1,
        "free_at": free,
        "expires_at": ends,
        "failures#198.51.7.0": 1,
        "free_at#198.51.7.0": free,
        "expires_at#198.51.7.0": ends,
    }


def test_failures_of_a_range_are_forgotten_while_others_go_on(world: World, hashes: list[str]) -> None:
    world.a_client()
    assert [guess(world, number).status for number in range(6)] == [401] * 5 + [429]
    world.clock.advance(FAILURES_KEPT_SECONDS - 1)
    assert world.log_in("falsch geraten").status == 401
    world.clock.advance(1)
    hashes.clear()
    assert [guess(world, number).status for number in range(2)] == [401, 401]
    found = counters_of_address(world)
    # One of the owner's and two of the stranger's: the five before are forgotten in their range alone.
    assert (found["failures#198.51.100.0"], found["failures"]) == (2, 8)
