"""What a whole journey calls and consumes, as docs/capacity.md computes with it (tools/capacity/calls.toml)."""

from collections.abc import Callable
from typing import Any

import pytest
from argon2 import PasswordHasher

from tests.integration.conftest import Written
from tests.support.journeys import JOURNEYS
from tests.support.people import PASSWORD, a_registration
from tests.support.units import Units
from tests.support.world import LambdaContext, World
from tools.capacity.calls import steps

# A line holds durations and random ids: it is not always of one length.
_LINE_LENGTHS = 0.1


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is done with argon2id."""
    done: list[str] = []

    def noting(name: str) -> Callable[..., Any]:
        real = getattr(PasswordHasher, name)

        def act(*arguments: Any) -> Any:
            done.append(name)
            return real(*arguments)

        return act

    for name in ("hash", "verify"):
        monkeypatch.setattr(PasswordHasher, name, noting(name))
    return done


def test_a_whole_journey_makes_these_calls(world: World, written: Written, hashed: list[str]) -> None:
    units, log = Units(world), len(written.getvalue())
    counted: dict[str, dict[str, Any]] = {}

    def count(name: str, act: Callable[[], Any]) -> Any:
        nonlocal log
        world.call_counts()
        units.taken()
        hashed.clear()
        answer = act()
        used, before, log = units.taken(), log, len(written.getvalue())
        calls = world.call_counts()
        counted[name] = {
            "calls": calls,
            "writes": used.get("writes", 0),
            "reads": used.get("reads", 0),
            "written": {name: number for name, number in used.items() if number and name not in {"writes", "reads"}},
            "log_bytes": log - before,
            "hashes": len(hashed),
        }
        return answer

    def wake_mailer() -> None:
        """Wake it as the stream does, by the row that is pending."""
        (row,) = [item for item in world.items("OutboxTable") if item["status"] == "pending"]
        world.hooks.calls.clear()
        record = {"dynamodb": {"Keys": {"pk": {"S": row["pk"]}}, "SequenceNumber": "1"}}
        assert world.mailer({"Records": [record]}, LambdaContext()) == {"batchItemFailures": []}

    count("register", lambda: world.request("POST", "/api/registrations", a_registration()))
    count("mail: opt-in", wake_mailer)
    count("confirm", lambda: world.confirm(world.mails()[-1]))
    count("mail: credentials", wake_mailer)
    initial = world.mails()[-1].password
    login = count("first login", lambda: world.log_in(initial))
    token = login.json["access_token"]
    world.request("PUT", "/api/password", {}, token=token)  # the public key is kept by the process
    body = {"current_password": initial, "new_password": PASSWORD, "delivery": "body"}
    changed = count("new password", lambda: world.request("PUT", "/api/password", body, token=token))
    count("mail: password changed", wake_mailer)
    token = changed.json["access_token"]
    world.request("GET", "/api/profile", token=token)
    assert count("profile", lambda: world.request("GET", "/api/profile", token=token)).status == 200
    count("schedule without due mails", world.run_mailer)

    known = {step.name: step for step in steps()}
    assert list(counted) == list(known)
    for name, found in counted.items():
        step = known[name]
        assert found["calls"] == dict(step.calls), name
        assert (found["writes"], found["written"], found["reads"]) == (step.writes, step.written, step.reads), name
        assert found["hashes"] == step.hashes, name
        assert found["log_bytes"] == pytest.approx(step.log_bytes, rel=_LINE_LENGTHS), name


def test_requests_of_the_journey_call_as_often_as_the_budget_of_calls_has_it() -> None:
    pinned = {one.name: (one.tables, one.keys) for one in JOURNEYS}
    requests = [step for step in steps() if step.route]
    assert {step.route: (step.calls_of("dynamodb"), step.calls_of("kms")) for step in requests} == {
        step.route: pinned[step.route] for step in requests
    }
