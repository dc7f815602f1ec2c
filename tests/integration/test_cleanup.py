"""Unconfirmed data goes on time (P5), provably, whoever deletes it."""

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from botocore.exceptions import ConnectTimeoutError

from portal.adapters.dynamodb.items import put_new
from portal.adapters.dynamodb.records import attempt_to_values
from portal.adapters.dynamodb.sweeps import SweepsTable
from portal.domain.registration import new_attempt
from portal.domain.sweep import Sweep, Window
from portal.events.cleanup import CleanupFailed
from tests.support.fakes import an_application
from tests.support.world import START, LambdaContext, World, faults

DAY = 86_400
DAYS_30 = 30 * DAY
SHARDS = 16
TABLE = "RegistrationsTable"


def put_attempts(world: World, number: int, *, expires_in: int) -> None:
    for _ in range(number):
        attempt = new_attempt(an_application(), "203.0.113.0", world.clock(), expires_in)
        world.dynamodb.put_item(**put_new(TABLE, attempt_to_values(attempt)))


def sweeps(world: World) -> list[dict[str, Any]]:
    rows = [row for row in world.items("EvidenceTable") if row["subject"].startswith("sweep#")]
    return sorted(rows, key=lambda row: str(row["sk"]))


def take_away(world: World) -> Callable[[str, str, Any], None]:
    """Let TTL be first at every item that a sweep wants to delete."""

    def first(_service: str, operation: str, parameters: Any) -> None:
        if operation == "delete_item":
            world.dynamodb.delete_item(TableName=TABLE, Key=parameters["Key"])

    return first


def fail_at(wanted: str, place: int) -> Callable[[str, str, Any], None]:
    """Fail the ``place``-th call of an operation and all that come after it."""
    seen = 0

    def hook(_service: str, operation: str, _parameters: Any) -> None:
        nonlocal seen
        seen += operation == wanted
        if operation == wanted and seen >= place:
            raise ConnectTimeoutError(endpoint_url="")

    return hook


@pytest.fixture
def swept(world: World) -> World:
    """A portal with a complete sweep behind it."""
    now = world.clock()
    SweepsTable(world.aws, "EvidenceTable", 3).add(
        Sweep(Window(now, now), 0, 0, 0, None, complete=True, finished_at=now)
    )
    world.call_counts()
    return world


def test_an_unconfirmed_registration_is_gone_after_thirty_days_and_a_younger_one_stays(world: World) -> None:
    world.register()
    world.clock.advance(1)
    world.register(email="younger@example.org")
    world.clock.advance(DAYS_30 - 1)
    answer = world.run_cleanup()
    assert (answer["found"], answer["deleted"], answer["complete"]) == (1, 1, True)
    assert [item["email"] for item in world.items(TABLE)] == ["younger@example.org"]


def test_a_sweep_leaves_evidence_without_a_person(world: World) -> None:
    world.register()
    world.clock.advance(DAYS_30)
    world.run_cleanup()
    (row,) = sweeps(world)
    month = datetime.fromtimestamp(world.clock(), UTC).strftime("%Y-%m")
    assert row["sk"].startswith(f"{world.clock():012d}#")
    del row["sk"]
    assert row == {
        "subject": f"sweep#{month}",
        "kind": "sweep",
        "window": {"start": world.clock() - 35 * DAY, "end": world.clock()},
        "found": 1,
        "deleted": 1,
        "already_gone": 0,
        "complete": True,
        "finished_at": world.clock(),
        "expires_at": int(datetime(2030, 1, 1, tzinfo=ZoneInfo("Europe/Berlin")).timestamp()),
    }


def test_a_confirmed_registration_is_none_of_it(world: World) -> None:
    world.a_client_with_initial_password()
    world.clock.advance(DAYS_30)
    before = world.items("AccountsTable")
    assert world.run_cleanup()["found"] == 0
    assert world.items("AccountsTable") == before


def test_what_ttl_took_first_is_counted_apart_and_no_failure(swept: World) -> None:
    put_attempts(swept, 3, expires_in=60)
    swept.clock.advance(60)
    with faults(swept, before=take_away(swept)):
        answer = swept.run_cleanup()
    assert (answer["found"], answer["deleted"], answer["already_gone"], answer["complete"]) == (3, 0, 3, True)


def test_an_index_that_lags_behind_deletes_nothing_that_lives(swept: World) -> None:
    """The index is eventually consistent; the deletion asks the item itself."""
    put_attempts(swept, 1, expires_in=60)
    (item,) = swept.items(TABLE)
    swept.clock.advance(60)

    def live_on(_service: str, operation: str, _parameters: Any) -> None:
        if operation == "delete_item":
            swept.dynamodb.update_item(
                TableName=TABLE,
                Key={"pk": {"S": item["pk"]}},
                UpdateExpression="SET expires_at = :later",
                ExpressionAttributeValues={":later": {"N": str(swept.clock() + 1)}},
            )

    with faults(swept, before=live_on):
        assert swept.run_cleanup()["already_gone"] == 1
    assert swept.items(TABLE)


@pytest.mark.parametrize("place", range(1, 24, 2))
def test_sweeps_beside_one_another_do_not_disturb_each_other(swept: World, place: int) -> None:
    """One sweep begins and ends between any two calls of another (queries of 16 shards, 5 deletions, one put)."""
    put_attempts(swept, 5, expires_in=60)
    swept.clock.advance(60)
    calls: list[str] = []
    answers: list[dict[str, Any]] = []

    def other(_service: str, operation: str, _parameters: Any) -> None:
        calls.append(operation)
        if len(calls) == place:
            answers.append(swept.run_cleanup())

    with faults(swept, before=other):
        answers.append(swept.run_cleanup())
    assert swept.items(TABLE) == []
    assert all(answer["complete"] for answer in answers)
    assert all(answer["found"] == answer["deleted"] + answer["already_gone"] for answer in answers)
    assert sum(answer["deleted"] for answer in answers) == 5
    assert len(sweeps(swept)) == 1 + len(answers)


@pytest.mark.parametrize("operation", ["query", "delete_item", "put_item"])
def test_after_a_fault_in_the_middle_the_next_sweep_catches_up(swept: World, operation: str) -> None:
    put_attempts(swept, 6, expires_in=60)
    swept.clock.advance(900)
    with (
        faults(swept, before=fail_at(operation, 3 if operation != "put_item" else 1)),
        contextlib.suppress(CleanupFailed),
    ):
        assert swept.run_cleanup()["complete"] is False
    answer = swept.run_cleanup()
    assert (answer["complete"], answer["window_start"]) == (True, START)
    assert swept.items(TABLE) == []


def test_a_fault_at_a_deletion_is_evidence_too(swept: World) -> None:
    put_attempts(swept, 6, expires_in=60)
    swept.clock.advance(900)
    with faults(swept, before=fail_at("delete_item", 3)):
        swept.run_cleanup()
    row = sweeps(swept)[-1]
    assert (row["found"], row["deleted"], row["complete"]) == (3, 2, False)
    assert row["oldest_left"] == START + 60


def test_time_that_runs_out_is_said_and_the_next_sweep_goes_on(swept: World) -> None:
    put_attempts(swept, 20, expires_in=60)
    swept.clock.advance(900)
    first = swept.run_cleanup(steps=10)
    assert (first["complete"], first["oldest_left"]) == (False, START + 60)
    assert len(swept.items(TABLE)) == 20 - first["deleted"] > 0
    second = swept.run_cleanup()
    assert (second["complete"], second["deleted"]) == (True, 20 - first["deleted"])
    assert swept.items(TABLE) == []


def test_an_outage_of_ten_days_is_made_up_for(swept: World) -> None:
    for day in range(1, 12):
        put_attempts(swept, 2, expires_in=day * DAY)
    swept.clock.advance(10 * DAY)
    assert swept.run_cleanup()["deleted"] == 20
    assert {item["expires_at"] for item in swept.items(TABLE)} == {START + 11 * DAY}
    swept.call_counts()
    swept.run_cleanup()
    assert swept.call_counts() == {"dynamodb:query": 1 + SHARDS, "dynamodb:put_item": 1}


def test_an_outage_over_the_end_of_a_month_is_found_in_the_month_before(swept: World) -> None:
    swept.clock.advance(40 * DAY)
    assert swept.run_cleanup()["window_start"] == START


def test_a_shard_of_many_pages_is_read_to_its_end(swept: World) -> None:
    put_attempts(swept, 60, expires_in=60)
    swept.clock.advance(60)

    def two_a_page(_service: str, operation: str, parameters: Any) -> None:
        if operation == "query" and parameters.get("IndexName"):
            parameters["Limit"] = 2

    with faults(swept, before=two_a_page):
        assert swept.run_cleanup()["deleted"] == 60
    assert swept.call_counts()["dynamodb:query"] > 1 + SHARDS
    assert swept.items(TABLE) == []


@pytest.mark.parametrize("living", [0, 20, 200])
def test_a_sweep_costs_the_same_however_much_lives_in_the_table(swept: World, living: int) -> None:
    put_attempts(swept, living, expires_in=DAYS_30)
    put_attempts(swept, living // 10, expires_in=3600)
    put_attempts(swept, 3, expires_in=60)
    swept.clock.advance(60)
    swept.call_counts()
    swept.run_cleanup()
    assert swept.call_counts() == {"dynamodb:query": 1 + SHARDS, "dynamodb:delete_item": 3, "dynamodb:put_item": 1}


def test_the_first_sweep_of_all_asks_each_shard_of_its_days_once(world: World) -> None:
    world.run_cleanup()
    assert world.call_counts() == {"dynamodb:query": 2 + 36 * SHARDS, "dynamodb:put_item": 1}


def test_what_ttl_deleted_is_counted_and_no_table_is_touched(swept: World) -> None:
    records = [{"eventName": "REMOVE", "dynamodb": {"Keys": {"pk": {"S": "attempt#1"}}}}]
    assert swept.cleanup({"Records": records}, LambdaContext()) == {"batchItemFailures": []}
    assert swept.call_counts() == {}
