"""After a recovery accounts that were closed since are deleted again, and nobody else's (GDPR Art. 17)."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.people import PASSWORD
from tests.support.world import START, World
from tools import closings

RECOVERED = "AccountsRecovered"
SINCE = "2026-11-18T11:06:40Z"
LEAVING, STAYING = ("anna@example.com", "bert@example.net"), "carla@example.org"
NONE = {"accounts": 0, "credentials": 0}


def recover(world: World) -> None:
    """Make a table of the present state, as a recovery of it would."""
    described = world.dynamodb.describe_table(TableName="AccountsTable")["Table"]
    world.dynamodb.create_table(
        TableName=RECOVERED,
        KeySchema=described["KeySchema"],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for item in world.dynamodb.scan(TableName="AccountsTable")["Items"]:
        world.dynamodb.put_item(TableName=RECOVERED, Item=item)


def close(world: World, email: str) -> None:
    token = world.log_in(PASSWORD, email).json["access_token"]
    assert world.request("DELETE", "/api/profile", token=token).status == 204


@pytest.fixture
def recovered(world: World) -> World:
    """Three accounts were recovered, two of them had been closed since."""
    for email in (*LEAVING, STAYING):
        world.a_client(email=email)
    recover(world)
    world.clock.advance(60)
    for email in LEAVING:
        close(world, email)
    return world


def owners(world: World) -> set[str]:
    """Return the addresses that the recovered table knows, in accounts and in credentials."""
    return {item["canonical_email"] for item in world.items(RECOVERED)}


def run(capsys: pytest.CaptureFixture[str], *more: str, since: str = SINCE) -> tuple[int, Any]:
    capsys.readouterr()
    code = closings.main(["EvidenceTable", RECOVERED, since, *more])
    return code, json.loads(capsys.readouterr().out)


def test_a_dry_run_says_what_would_be_deleted_and_deletes_nothing(
    recovered: World, capsys: pytest.CaptureFixture[str]
) -> None:
    before = recovered.items(RECOVERED)
    code, record = run(capsys)
    assert (code, record["closings"], record["found"], record["deleted"]) == (
        0,
        2,
        {"accounts": 2, "credentials": 2},
        NONE,
    )
    assert recovered.items(RECOVERED) == before


def test_closed_accounts_are_deleted_and_the_record_names_nobody(
    recovered: World, capsys: pytest.CaptureFixture[str]
) -> None:
    closed = {row["subject"] for row in recovered.items("EvidenceTable") if row["kind"] == "closing"}
    code, record = run(capsys, "--apply")
    assert code == 0
    assert owners(recovered) == {STAYING}
    assert (record["deleted"], record["left"]) == ({"accounts": 2, "credentials": 2}, NONE)
    assert set(record["account_ids"]) == closed
    assert "@" not in json.dumps(record)
    assert recovered.log_in(PASSWORD, STAYING).status == 200


@pytest.mark.usefixtures("recovered")
def test_a_second_run_finds_nothing_left_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "--apply")
    code, record = run(capsys, "--apply")
    assert (code, record["closings"], record["found"], record["left"]) == (0, 2, NONE, NONE)


@pytest.mark.parametrize("after", range(4))
def test_an_interrupted_run_is_finished_by_the_next(
    recovered: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    done: list[Any] = []

    def failing(*arguments: Any) -> bool:
        if len(done) == after:
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, "DeleteItem")
        done.append(arguments)
        return delete(*arguments)

    delete = closings.delete
    monkeypatch.setattr(closings, "delete", failing)
    assert closings.main(["EvidenceTable", RECOVERED, SINCE, "--apply"]) == 1
    assert len(recovered.items(RECOVERED)) == 6 - after
    monkeypatch.setattr(closings, "delete", delete)
    code, record = run(capsys, "--apply")
    assert (code, record["left"], owners(recovered)) == (0, NONE, {STAYING})


def test_a_credential_whose_address_is_somebody_elses_by_now_is_not_touched(
    recovered: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """The address was registered anew before the state that was recovered; only the account's own item is left over."""
    recovered.run_mailer()
    recovered.a_client(email=LEAVING[0])
    (new,) = [item for item in recovered.items("AccountsTable") if item["pk"] == f"credential#{LEAVING[0]}"]
    for item in recovered.dynamodb.scan(TableName="AccountsTable")["Items"]:
        recovered.dynamodb.put_item(TableName=RECOVERED, Item=item)
    code, record = run(capsys, "--apply")
    assert (code, record["deleted"]) == (0, {"accounts": 2, "credentials": 1})
    kept = [item for item in recovered.items(RECOVERED) if item["canonical_email"] == LEAVING[0]]
    assert sorted(item["pk"] for item in kept) == [f"account#{new['account_id']}", f"credential#{LEAVING[0]}"]


def test_a_credential_that_becomes_somebody_elses_in_the_same_moment_is_not_touched(
    recovered: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(dynamodb: Any, accounts: str, item: closings.Item) -> bool:
        if item.key == f"credential#{LEAVING[0]}":
            recovered.dynamodb.update_item(
                TableName=accounts,
                Key={"pk": {"S": item.key}},
                UpdateExpression="SET account_id = :other",
                ExpressionAttributeValues={":other": {"S": "another"}},
            )
        return delete(dynamodb, accounts, item)

    delete = closings.delete
    monkeypatch.setattr(closings, "delete", meanwhile)
    code, record = run(capsys, "--apply")
    assert (code, record["deleted"], record["left"]) == (0, {"accounts": 2, "credentials": 1}, NONE)
    assert owners(recovered) == {LEAVING[0], STAYING}


def test_what_is_left_is_told_and_is_no_success(
    recovered: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closings, "delete", lambda *_: False)
    code, record = run(capsys, "--apply")
    assert (code, record["left"]) == (1, {"accounts": 2, "credentials": 2})
    assert len(recovered.items(RECOVERED)) == 6


@pytest.mark.usefixtures("recovered")
def test_closings_of_before_are_not_looked_at(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, since="2026-11-18T12:07:40+01:00")[1]["closings"] == 2
    assert run(capsys, since="2026-11-18T12:07:41+01:00")[1]["closings"] == 0


def test_only_the_index_of_closings_is_read_page_by_page(
    recovered: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []

    class Small:
        """A client whose pages hold one item."""

        exceptions = recovered.dynamodb.exceptions
        delete_item = recovered.dynamodb.delete_item

        def get_paginator(self, name: Any) -> Any:
            paginator = recovered.dynamodb.get_paginator(name)

            class One:
                def paginate(self, **parameters: Any) -> Any:
                    asked.append(parameters)
                    return paginator.paginate(**parameters, PaginationConfig={"PageSize": 1})

            return One()

    monkeypatch.setattr("tools.closings.boto3.client", lambda _: Small())
    code, record = run(capsys, "--apply")
    assert (code, record["left"], owners(recovered)) == (0, NONE, {STAYING})
    assert {one.get("IndexName") for one in asked if one["TableName"] == "EvidenceTable"} == {"by-pseudonym"}


@pytest.mark.usefixtures("recovered")
def test_a_table_that_is_not_there_is_an_error_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert closings.main(["EvidenceTable", "Nowhere", SINCE, "--apply"]) == 1
    assert capsys.readouterr().err.startswith("Error: ")


@pytest.mark.parametrize("since", ["2026-11-18", "2026-11-18T11:06:40", "yesterday", str(START)])
def test_a_moment_without_its_zone_is_refused(since: str) -> None:
    with pytest.raises(SystemExit):
        closings.main(["EvidenceTable", RECOVERED, since])
