"""Nobody learns from an answer, its cost or its work whether an address has an account (ASVS 6.3.8)."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from argon2 import PasswordHasher

from portal.domain import password
from tests.support.people import PASSWORD, a_registration
from tests.support.tables import Tables
from tests.support.world import Answer, World

# All of the same length, so that what is stored is of the same size.
ADDRESSES = {
    "unknown": "amsel.gesucht@example.org",
    "waiting for its confirmation": "drossel.wartet@example.org",
    "waiting three times": "finken.warten3@example.org",
    "with an initial password": "stare.initiale@example.org",
    "with an initial password that expired": "meise.verspaet@example.org",
    "known": "lerche.bekannt@example.org",
    "blocked": "spatz.gesperrt@example.org",
    "given back": "specht.zurueck@example.org",
    "closed": "zeisig.beendet@example.org",
    "expired": "elster.abgelau@example.org",
}
ADDRESSES = {state: address.rjust(32, "x") for state, address in ADDRESSES.items()}
ASKER = "neugier@example.net"
WRONG = "ganz sicher falsch 123"

# Numbers of shards and times have other digits each time.
_DIGITS = re.compile(r"[0-9]+(#[0-9]+)?")
_EXACT = ("TableName", "KeyId", "ConditionExpression", "UpdateExpression", "ReturnValues")


@dataclass
class Hashing:
    """Counts runs of argon2id with their parameters."""

    runs: list[str] = field(default_factory=list)

    def hasher(self) -> "Hashing":
        return self

    def hash(self, text: str) -> str:
        made = PasswordHasher(time_cost=1, memory_cost=47104, parallelism=1).hash(text)
        self.runs.append(made.rpartition("$")[0].rpartition("$")[0])
        return made

    def verify(self, hashed: str, text: str) -> bool:
        self.runs.append(hashed.rpartition("$")[0].rpartition("$")[0])
        return PasswordHasher().verify(hashed, text)

    def check_needs_rehash(self, hashed: str) -> bool:
        return PasswordHasher(time_cost=1, memory_cost=47104, parallelism=1).check_needs_rehash(hashed)


@pytest.fixture
def hashing(monkeypatch: pytest.MonkeyPatch) -> Hashing:
    counted = Hashing()
    monkeypatch.setattr(password, "_hasher", counted.hasher)
    return counted


@pytest.fixture
def peopled(world: World) -> World:
    """A portal with an address in each state, and a client who is curious."""
    for state in ("expired", "with an initial password that expired"):
        mail = world.register(email=ADDRESSES[state])
        if state != "expired":
            world.confirm(mail)
    world.run_mailer()
    world.clock.advance(31 * 86_400)
    token = ""
    for state in ("known", "blocked", "given back", "closed"):
        token = world.a_client(email=ADDRESSES[state])
    world.request("DELETE", "/api/profile", token=token)
    world.a_client_with_initial_password(email=ADDRESSES["with an initial password"])
    for state in ("waiting for its confirmation", *["waiting three times"] * 3):
        world.register(email=ADDRESSES[state])
    world.ops(action="block", email=ADDRESSES["blocked"])
    for action in ("block", "restore"):
        world.ops(action=action, email=ADDRESSES["given back"])
    return world


def registering(world: World) -> Callable[[str], Answer]:
    return lambda email: world.request("POST", "/api/registrations", a_registration(email=email))


def asking(path: str) -> Callable[[World], Callable[[str], Answer]]:
    return lambda world: lambda email: world.request("POST", path, {"email": email})


def logging_in(world: World) -> Callable[[str], Answer]:
    return lambda email: world.log_in(WRONG, email)


def logging_in_on_a_known_device(world: World) -> Callable[[str], Answer]:
    """Ask with the cookie by which the account of the asker knows a device."""
    world.a_client(email=ASKER)
    (device,) = (cookie for cookie in world.log_in(PASSWORD, ASKER).cookies if cookie.startswith("__Host-device="))
    body, headers = {"password": WRONG}, {"Cookie": device.partition(";")[0]}
    return lambda email: world.request("POST", "/api/login", {**body, "email": email}, headers=headers)


def changing_to(world: World) -> Callable[[str], Answer]:
    token = world.a_client(email=ASKER)
    return lambda email: world.request("POST", "/api/profile/email-change", {"new_email": email}, token=token)


ASKED = {
    "register": (registering, 202),
    "resend": (asking("/api/registrations/resend"), 202),
    "reset": (asking("/api/password-reset"), 202),
    "log in": (logging_in, 401),
    "log in on the asker's device": (logging_in_on_a_known_device, 401),
    "change to": (changing_to, 202),
}


def shape(value: Any, name: str = "") -> Any:
    """Return what others could measure of a parameter: names, kinds and sizes, and what the code says by itself."""
    if name in _EXACT:
        return value
    if isinstance(value, dict):
        return {key: shape(member, key) for key, member in value.items()}
    if isinstance(value, list):
        return [shape(member) for member in value]
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return "digits"
    return (type(value).__name__, len(value) if isinstance(value, str | bytes) else value)


def traced(world: World, hashing: Hashing, ask: Callable[[], Answer]) -> dict[str, Any]:
    """Make a request and return everything that must not depend on the address."""
    world.hooks.calls.clear()
    hashing.runs.clear()
    answer = ask()
    return {
        "status": answer.status,
        "headers": answer.headers,
        "cookies": answer.cookies,
        "body": re.sub(r'("reference": )"[2-9A-Z]{6}"', r"\1*", answer.text),
        "calls": [(service, operation, shape(asked)) for service, operation, asked in world.hooks.calls],
        "hash runs": list(hashing.runs),
    }


@pytest.mark.parametrize("asked", ASKED)
def test_an_address_looks_and_costs_the_same_in_every_state(peopled: World, hashing: Hashing, asked: str) -> None:
    prepare, status = ASKED[asked]
    ask, tables = prepare(peopled), Tables(peopled.dynamodb)
    start = tables.read()
    # The first request of a process may ask for a public key, which is kept.
    ask("first@example.net")
    seen = {}
    for state, email in {**ADDRESSES, "known, in capitals": ADDRESSES["known"].upper()}.items():
        tables.restore(start, tables.read())
        seen[state] = traced(peopled, hashing, partial(ask, email))
    assert seen["unknown"]["status"] == status
    assert seen["unknown"]["calls"]
    assert len(seen["unknown"]["hash runs"]) == (1 if asked.startswith("log in") else 0)
    for state, trace in seen.items():
        assert trace == seen["unknown"], state


@pytest.mark.parametrize("asked", ["register", "resend", "change to"])
def test_the_owner_of_a_known_address_hears_that_it_has_an_account(world: World, asked: str) -> None:
    known = ADDRESSES["known"]
    world.a_client(email=known)
    ASKED[asked][0](world)(known)
    sent = len(world.mails())
    world.run_mailer()
    (told,) = [mail for mail in world.mails()[sent:] if mail.to == [known]]
    assert "besteht bereits ein Zugang" in told.subject
    assert "#token=" not in told.text
