"""The drill of a recovery: what comes back is whole, what was closed since goes again, and the table in use stays."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.people import PASSWORD
from tests.support.world import World
from tools import restore_drill
from tools.restore_drill import BACK_SECONDS, Tables, drill, is_whole

TABLES = Tables("AccountsTable", "EvidenceTable")


def clients(world: World, *emails: str) -> None:
    for email in emails:
        world.a_client(email=email)


def tables(world: World) -> list[str]:
    return list(world.dynamodb.list_tables()["TableNames"])


def test_the_drill_compares_names_nobody_and_leaves_everything_as_it_was(world: World) -> None:
    clients(world, "anna@example.com", "bert@example.net")
    before, there = world.items("AccountsTable"), tables(world)
    record = drill(world.dynamodb, TABLES, world.clock)
    assert is_whole(record)
    assert (record["recovered"], record["missing"], record["too_many"]) == (4, 0, 0)
    assert "@" not in json.dumps(record)
    assert world.items("AccountsTable") == before
    assert tables(world) == there


def test_an_account_that_was_closed_meanwhile_goes_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The recovered state is older than the closing: simulated by closing while the recovery runs."""
    clients(world, "anna@example.com", "bert@example.net")
    world.clock.advance(BACK_SECONDS)
    token = world.log_in(PASSWORD, "anna@example.com").json["access_token"]
    restore = world.dynamodb.restore_table_to_point_in_time

    def slowly(**parameters: Any) -> None:
        restore(**parameters)
        assert world.request("DELETE", "/api/profile", token=token).status == 204

    monkeypatch.setattr(world.dynamodb, "restore_table_to_point_in_time", slowly)
    record = drill(world.dynamodb, TABLES, world.clock, keep=True)
    assert is_whole(record)
    assert record["closings"]["deleted"] == {"accounts": 1, "credentials": 1}
    assert record["kept"] == TABLES.recovered
    assert {item["canonical_email"] for item in world.items(TABLES.recovered)} == {"bert@example.net"}


def test_what_came_back_and_should_not_have_makes_the_drill_fail(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    clients(world, "anna@example.com")
    restore = world.dynamodb.restore_table_to_point_in_time

    def with_a_ghost(**parameters: Any) -> None:
        restore(**parameters)
        world.dynamodb.put_item(TableName=TABLES.recovered, Item={"pk": {"S": "account#nobody"}})

    monkeypatch.setattr(world.dynamodb, "restore_table_to_point_in_time", with_a_ghost)
    assert not is_whole(drill(world.dynamodb, TABLES, world.clock))


def test_an_environment_that_is_none_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert restore_drill.main(["stage"]) == 1
    assert "ENV=local or ENV=dev or ENV=prod" in capsys.readouterr().err


def test_a_table_that_was_kept_is_left_alone(world: World) -> None:
    drill(world.dynamodb, TABLES, world.clock, keep=True)
    with pytest.raises(ClientError, match="Table already exists"):
        drill(world.dynamodb, TABLES, world.clock)
    assert TABLES.recovered in tables(world)
