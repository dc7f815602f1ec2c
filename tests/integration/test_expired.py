"""What has expired is gone for everybody, whether or not it still lies in its table (ASVS 14.2.7, P5)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from moto import mock_aws

from portal.adapters.dynamodb.items import to_item
from tests.support.people import PASSWORD, a_registration
from tests.support.world import Answer, World

EMAIL, NEW_EMAIL = "erika.muster@example.com", "erika.neu@example.org"

Act = Callable[[], Answer]
Expire = Callable[[World, str], None]


def lies_there(world: World, table: str) -> None:
    """Let everything in a table have expired just now, while it lies there."""
    for item in world.items(table):
        world.dynamodb.update_item(
            TableName=table,
            Key=to_item({"pk": item["pk"]}),
            UpdateExpression="SET expires_at = :now",
            ExpressionAttributeValues=to_item({":now": world.clock()}),
        )


def is_gone(world: World, table: str) -> None:
    """Let the time to live have deleted everything in a table."""
    for item in world.items(table):
        world.dynamodb.delete_item(TableName=table, Key=to_item({"pk": item["pk"]}))


def confirming(world: World) -> Act:
    mail = world.register()
    return lambda: world.confirm(mail)


def rejecting(world: World) -> Act:
    body = {"token": world.register().token("reject")}
    return lambda: world.request("POST", "/api/registrations/reject", body)


def asking_again(world: World) -> Act:
    world.register()
    return lambda: world.request("POST", "/api/registrations/resend", {"email": EMAIL})


def registering_anew(world: World) -> Act:
    world.register()
    return lambda: world.request("POST", "/api/registrations", a_registration())


def registering_and_confirming_anew(world: World) -> Act:
    world.register()
    return lambda: world.confirm(world.register(first_name="Erna"))


def waiting_for_the_opt_in_mail(world: World) -> Act:
    world.request("POST", "/api/registrations", a_registration())
    return lambda: world.request("GET", "/api/health")


def confirming_an_address(world: World) -> Act:
    world.request("POST", "/api/profile/email-change", {"new_email": NEW_EMAIL}, token=world.a_client())
    world.run_mailer()
    body = {"token": world.mails(NEW_EMAIL)[-1].token("email-change")}
    return lambda: world.request("POST", "/api/email-changes/confirm", body)


def waiting_for_the_link_of_an_address(world: World) -> Act:
    token = world.a_client()
    world.run_mailer()
    world.request("POST", "/api/profile/email-change", {"new_email": NEW_EMAIL}, token=token)
    return lambda: world.request("GET", "/api/health")


def taking_a_former_address(world: World) -> Act:
    assert confirming_an_address(world)().status == 200
    world.run_mailer()
    return lambda: world.confirm(world.register())


def authenticated(method: str, path: str, body: Any = None) -> Callable[[World], Act]:
    def prepare(world: World) -> Act:
        token = world.a_client()
        return lambda: world.request(method, path, body, token=token)

    return prepare


def refreshing(world: World) -> Act:
    world.a_client()
    body = {"refresh_token": world.log_in(PASSWORD, delivery="body").json["refresh_token"]}
    return lambda: world.request("POST", "/api/session/refresh", body)


def ending_another_session(world: World) -> Act:
    world.a_client()
    other = world.sessions()[0]["id"]
    return lambda: world.request("DELETE", f"/api/sessions/{other}", token=world.log_in(PASSWORD).json["access_token"])


def listing_sessions(world: World) -> Act:
    world.a_client()

    def act() -> Answer:
        answer = world.request("GET", "/api/sessions", token=world.log_in(PASSWORD).json["access_token"])
        return Answer(answer.status, {}, [], str(len(answer.json["sessions"])))

    return act


def logging_out(world: World) -> Act:
    token = world.a_client()
    return lambda: world.request("POST", "/api/logout", {}, token=token)


def changing_the_password(world: World) -> Act:
    token = world.log_in(world.a_client_with_initial_password()).json["access_token"]
    return lambda: world.request("PUT", "/api/password", {}, token=token)


def awaiting(path: str, body: dict[str, Any]) -> Callable[[World], Act]:
    """Return how to order a mail, which is then too late."""

    def prepare(world: World) -> Act:
        world.a_client()
        world.run_mailer()
        world.request("POST", path, body)
        return lambda: world.request("GET", "/api/health")

    return prepare


@dataclass(frozen=True, slots=True)
class Case:
    """Something done after what it needs has expired.

    Args:
        prepare: what happens before; returns what is done afterwards.
        table: of what expires in between.
        status: of the answer.
        mails: that are sent afterwards.
    """

    prepare: Callable[[World], Act]
    table: str
    status: int
    mails: int = 0


REGISTRATIONS, SESSIONS, OUTBOX = "RegistrationsTable", "SessionsTable", "OutboxTable"
CASES = {
    "confirm": Case(confirming, REGISTRATIONS, 410),
    "reject": Case(rejecting, REGISTRATIONS, 410),
    "resend": Case(asking_again, REGISTRATIONS, 202),
    "register anew": Case(registering_anew, REGISTRATIONS, 202, mails=1),
    "the opt-in mail": Case(waiting_for_the_opt_in_mail, REGISTRATIONS, 200),
    "register and confirm anew": Case(registering_and_confirming_anew, REGISTRATIONS, 200, mails=2),
    "confirm an address": Case(confirming_an_address, REGISTRATIONS, 410),
    "the mail of an address": Case(waiting_for_the_link_of_an_address, REGISTRATIONS, 200, mails=1),
    "register with a former address": Case(taking_a_former_address, REGISTRATIONS, 200, mails=2),
    "refresh": Case(refreshing, SESSIONS, 401),
    "read the profile": Case(authenticated("GET", "/api/profile"), SESSIONS, 401),
    "close the account": Case(authenticated("DELETE", "/api/profile"), SESSIONS, 401),
    "change the initial password": Case(changing_the_password, SESSIONS, 401),
    "reauthenticate": Case(authenticated("POST", "/api/reauthentication", {"password": PASSWORD}), SESSIONS, 401),
    "list sessions": Case(listing_sessions, SESSIONS, 200),
    "end a session": Case(ending_another_session, SESSIONS, 404),
    "log out": Case(logging_out, SESSIONS, 204),
    "a reset too late": Case(awaiting("/api/password-reset", {"email": EMAIL}), OUTBOX, 200),
    "a resend too late": Case(awaiting("/api/registrations/resend", {"email": EMAIL}), OUTBOX, 200),
}


def outcome(case: Case, expire: Expire) -> tuple[int, str, int]:
    """Return status, text without what is random, and the number of mails sent afterwards."""
    with mock_aws():
        world = World()
        act = case.prepare(world)
        expire(world, case.table)
        sent = len(world.mails())
        answer = act()
        world.run_mailer()
        world.run_mailer()
        text = "" if answer.status == 202 else answer.text
        return answer.status, text, len(world.mails()) - sent


@pytest.mark.parametrize("name", CASES)
def test_what_expired_is_as_good_as_gone(name: str) -> None:
    case = CASES[name]
    still_there = outcome(case, lies_there)
    assert still_there == outcome(case, is_gone)
    assert (still_there[0], still_there[2]) == (case.status, case.mails)
