"""Several registrations of one address: one is confirmed, and nothing of the others outlives the account."""

from typing import Any

import pytest

from tests.support.people import PASSWORD, a_registration
from tests.support.world import START, World, faults

DAY = 86_400
EMAIL = "erika.muster@example.com"
OTHERS = "otto@example.net"


def attempts(world: World) -> list[str]:
    """Return the addresses of registrations that wait."""
    return [item["canonical_email"] for item in world.items("RegistrationsTable") if item["pk"].startswith("attempt#")]


@pytest.fixture
def losing(world: World) -> str:
    """The link of an attempt beside the one that was confirmed; its owner chose a password."""
    mail = world.register(last_name="Andere")
    world.clock.advance(60)
    world.a_client()
    return mail.token("confirm")


def confirm(world: World, link: str) -> int:
    return world.request("POST", "/api/registrations/confirm", {"token": link}).status


@pytest.mark.parametrize("path", ["/api/profile", "/api/profile/consents/terms"])
def test_the_link_of_a_losing_attempt_is_dead_before_and_after_the_closing(
    world: World, losing: str, path: str
) -> None:
    assert confirm(world, losing) == 410
    token = world.log_in(PASSWORD).json["access_token"]
    assert world.request("DELETE", path, token=token).status in {200, 204}
    assert (attempts(world), world.items("AccountsTable")) == ([], [])
    assert confirm(world, losing) == 410
    assert world.items("AccountsTable") == []


def test_an_account_that_nobody_uses_takes_them_along_too(world: World) -> None:
    world.a_client_with_initial_password()
    world.clock.now = START + 76 * DAY
    world.run_review()
    world.request("POST", "/api/registrations", a_registration())
    world.clock.now = START + 90 * DAY
    assert world.run_review()["closed"] == 1
    assert attempts(world) == []


@pytest.mark.usefixtures("losing")
def test_registrations_of_other_addresses_stay_and_the_address_registers_anew(world: World) -> None:
    others = world.register(email=OTHERS)
    token = world.log_in(PASSWORD).json["access_token"]
    assert world.request("DELETE", "/api/profile", token=token).status == 204
    assert attempts(world) == [OTHERS]
    world.run_mailer()
    assert world.confirm(world.register()).status == 200
    assert world.confirm(others).status == 200


def test_a_flood_of_registrations_does_not_keep_a_client_from_leaving(world: World, losing: str) -> None:
    token = world.log_in(PASSWORD).json["access_token"]
    (losing_item,) = world.dynamodb.scan(TableName="RegistrationsTable")["Items"]
    for number in range(120):
        other = {"pk": {"S": f"attempt#{number}"}, "requested_at": {"N": str(world.clock() + number)}}
        world.dynamodb.put_item(TableName="RegistrationsTable", Item={**losing_item, **other})
    assert world.request("DELETE", "/api/profile", token=token).status == 204
    assert confirm(world, losing) == 410
    assert len(attempts(world)) == 71


def test_a_losing_attempt_that_is_rejected_in_the_moment_of_the_closing_disturbs_nobody(
    world: World, losing: str
) -> None:
    token = world.log_in(PASSWORD).json["access_token"]
    key = {"pk": {"S": world.items("RegistrationsTable")[0]["pk"]}}

    def before(_service: str, operation: str, _parameters: Any) -> None:
        if operation == "transact_write_items":
            world.dynamodb.delete_item(TableName="RegistrationsTable", Key=key)

    with faults(world, before=before):
        assert world.request("DELETE", "/api/profile", token=token).status == 204
    assert (attempts(world), confirm(world, losing)) == ([], 410)
