"""The drill of a recovery: what comes back is whole, what was closed since goes again, and the table in use stays."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

from tests.support.people import PASSWORD
from tests.support.world import World
from tools import restore_drill
from tools.restore_drill import NotRecoverable, Tables, drill, is_whole

TABLES = Tables("AccountsTable", "EvidenceTable")
BACK_SECONDS = 300


@dataclass
class Account:
    """The account of an operator; its stack is the world."""

    dynamodb: Any

    def outputs(self) -> dict[str, str]:
        return {"AccountsTable": TABLES.accounts, "EvidenceTable": TABLES.evidence}

    def client(self, service: str) -> Any:
        assert service == "dynamodb"
        return self.dynamodb


@pytest.fixture
def world(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The portal, whose newest state that can be recovered is five minutes old by its own clock."""
    switch(world, on=True)
    describe = world.dynamodb.describe_continuous_backups

    def by_the_clock(**parameters: Any) -> Any:
        found: Any = describe(**parameters)
        described = found["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        if "LatestRestorableDateTime" in described:
            described["LatestRestorableDateTime"] = datetime.fromtimestamp(world.clock() - BACK_SECONDS, UTC)
        return found

    monkeypatch.setattr(world.dynamodb, "describe_continuous_backups", by_the_clock)
    monkeypatch.setattr(restore_drill, "account_of", lambda *_: Account(world.dynamodb))
    return world


def switch(world: World, *, on: bool) -> None:
    """Turn point-in-time recovery on or off."""
    world.dynamodb.update_continuous_backups(
        TableName=TABLES.accounts, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": on}
    )


def refuse(name: str, code: str) -> Any:
    """Return a call of DynamoDB that is refused."""

    def call(**_: Any) -> None:
        raise ClientError({"Error": {"Code": code, "Message": "Table is being created"}}, name)

    return call


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


def test_the_state_is_the_newest_that_dynamodb_knows(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    restore = world.dynamodb.restore_table_to_point_in_time

    def noted(**parameters: Any) -> None:
        asked.append(parameters["RestoreDateTime"])
        restore(**parameters)

    monkeypatch.setattr(world.dynamodb, "restore_table_to_point_in_time", noted)
    record = drill(world.dynamodb, TABLES, world.clock)
    assert asked == [datetime.fromtimestamp(world.clock() - BACK_SECONDS, UTC)]
    assert record["seconds_behind"] == BACK_SECONDS
    assert record["closings"]["closed_since"] == record["state_of"]


def test_without_point_in_time_recovery_nothing_is_begun(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    switch(world, on=False)
    with pytest.raises(NotRecoverable):
        drill(world.dynamodb, TABLES, world.clock)
    assert restore_drill.main(["dev"]) == 1
    assert "point-in-time recovery of AccountsTable is off" in capsys.readouterr().err
    assert TABLES.recovered not in tables(world)


def test_a_copy_that_could_not_be_deleted_is_named_beside_what_failed_first(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class NeverThere:
        def wait(self, **_: Any) -> None:
            raise WaiterError("TableExists", "Max attempts exceeded", {})

    monkeypatch.setattr(world.dynamodb, "get_waiter", lambda _: NeverThere())
    monkeypatch.setattr(world.dynamodb, "delete_table", refuse("DeleteTable", "ResourceInUseException"))
    assert restore_drill.main(["dev"]) == 1
    told = capsys.readouterr().err
    assert "Max attempts exceeded" in told
    assert f"{TABLES.recovered}, a full copy of Accounts, was not deleted" in told
    assert "delete it by hand" in told


def test_a_whole_drill_that_leaves_its_copy_behind_has_failed(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(world.dynamodb, "delete_table", refuse("DeleteTable", "ResourceInUseException"))
    assert restore_drill.main(["dev"]) == 1
    told = capsys.readouterr()
    assert json.loads(told.out)["too_many"] == 0
    assert f"{TABLES.recovered}, a full copy of Accounts, was not deleted" in told.err


def test_whoever_interrupts_it_hears_what_became_of_the_copy(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted:
        def wait(self, **_: Any) -> None:
            raise KeyboardInterrupt

    monkeypatch.setattr(world.dynamodb, "get_waiter", lambda _: Interrupted())
    for keep, told in ((False, "was deleted"), (True, "was kept: delete it by hand")):
        with pytest.raises(KeyboardInterrupt) as interrupted:
            drill(world.dynamodb, TABLES, world.clock, keep=keep)
        assert told in interrupted.value.__notes__[0]
        assert (TABLES.recovered in tables(world)) is keep


def test_a_recovery_that_was_refused_says_where_its_copy_would_lie(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        world.dynamodb, "restore_table_to_point_in_time", refuse("RestoreTableToPointInTime", "InternalServerError")
    )
    assert restore_drill.main(["dev"]) == 1
    assert f"if {TABLES.recovered} lies there" in capsys.readouterr().err
