"""The outbox row is the truth; streams and schedules only wake the mailer."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ConnectTimeoutError

from portal.domain.outbox import LEASE_SECONDS
from tests.support.people import PASSWORD, a_registration
from tests.support.world import LambdaContext, World, faults

ADDRESS = "erika.muster@example.com"


def ses_down(_service: str, operation: str, _parameters: Any) -> None:
    if operation == "send_email":
        raise ConnectTimeoutError(endpoint_url="")


def stream_event(world: World) -> dict[str, Any]:
    rows = world.items("OutboxTable")
    records = [
        {"eventName": "INSERT", "dynamodb": {"Keys": {"pk": {"S": row["pk"]}}, "SequenceNumber": f"{number}"}}
        for number, row in enumerate(rows, 1)
    ]
    return {"Records": records}


def test_a_stream_record_sends_the_mail_of_its_row(world: World) -> None:
    world.request("POST", "/api/registrations", a_registration())
    assert world.mailer(stream_event(world), LambdaContext()) == {"batchItemFailures": []}
    assert len(world.mails()) == 1


def test_a_record_delivered_twice_sends_one_mail(world: World) -> None:
    world.request("POST", "/api/registrations", a_registration())
    event = stream_event(world)
    world.mailer(event, LambdaContext())
    world.mailer(event, LambdaContext())
    assert len(world.mails()) == 1


def test_a_lost_wake_up_does_not_matter(world: World) -> None:
    world.request("POST", "/api/registrations", a_registration())
    world.run_mailer()
    assert len(world.mails()) == 1


def test_an_outage_of_ses_makes_a_mail_late_and_not_lost(world: World) -> None:
    world.request("POST", "/api/registrations", a_registration())
    with faults(world, before=ses_down):
        for _ in range(10):
            assert world.mailer(stream_event(world), LambdaContext()) == {"batchItemFailures": []}
            world.clock.advance(3600)
    assert world.mails() == []
    world.run_mailer()
    assert len(world.mails()) == 1


def test_a_failed_row_waits_before_it_is_tried_again(world: World) -> None:
    world.request("POST", "/api/registrations", a_registration())
    with faults(world, before=ses_down):
        world.run_mailer()
    world.run_mailer()
    assert world.mails() == []
    world.clock.advance(30)
    world.run_mailer()
    assert len(world.mails()) == 1


def test_a_run_that_died_holding_a_row_loses_it_when_the_lease_ends(world: World) -> None:
    world.request("POST", "/api/registrations", a_registration())

    class Killed(BaseException):
        pass

    def kill(_service: str, operation: str, _parameters: Any) -> None:
        if operation == "send_email":
            raise Killed

    try:
        with faults(world, before=kill):
            world.run_mailer()
    except Killed:
        pass
    world.run_mailer()
    assert world.mails() == []
    world.clock.advance(LEASE_SECONDS)
    world.run_mailer()
    assert len(world.mails()) == 1


def test_a_mail_whose_row_can_not_be_closed_comes_less_and_less_often(world: World) -> None:
    """SES knows no idempotency: what can't be noted is sent again."""
    world.a_client()
    before = len(world.mails())
    world.request("POST", "/api/password-reset", {"email": ADDRESS})

    def fail_to_close(_service: str, operation: str, parameters: Any) -> None:
        if operation == "update_item" and "finished_at" in parameters["UpdateExpression"]:
            raise ConnectTimeoutError(endpoint_url="")

    sent: list[int] = []
    with faults(world, before=fail_to_close):
        for _ in range(30):
            world.run_mailer()
            sent.append(len(world.mails()) - before)
            world.clock.advance(60)
    assert sent[0] == sent[1] == 1
    assert sent[-1] <= 5
    world.clock.advance(20 * 60)
    world.run_mailer()
    assert {row["status"] for row in world.items("OutboxTable")} == {"sent"}
    assert not [row for row in world.items("OutboxTable") if "lease_seconds" in row]


def test_one_failed_note_after_a_sending_is_made_up_for_at_once(world: World) -> None:
    world.a_client()
    before = len(world.mails())
    world.request("POST", "/api/password-reset", {"email": ADDRESS})
    failed: list[str] = []

    def fail_twice(_service: str, operation: str, parameters: Any) -> None:
        if operation == "update_item" and "finished_at" in parameters["UpdateExpression"] and len(failed) < 2:
            failed.append(operation)
            raise ConnectTimeoutError(endpoint_url="")

    with faults(world, before=fail_twice):
        world.run_mailer()
    for _ in range(5):
        world.clock.advance(LEASE_SECONDS)
        world.run_mailer()
    assert (len(failed), len(world.mails()) - before) == (2, 1)


def test_a_run_without_time_to_note_a_mail_does_not_send_it(world: World) -> None:
    world.request("POST", "/api/registrations", a_registration())
    left = [35.0]

    class Context:
        def get_remaining_time_in_millis(self) -> int:
            return int(left[0] * 1000)

    def takes_time(*_: Any) -> None:
        left[0] -= 1.5

    with faults(world, after=takes_time):
        world.mailer({"task": "send_due"}, Context())
    assert left[0] > 0
    assert world.mails() == []
    world.clock.advance(60)
    world.run_mailer()
    assert len(world.mails()) == 1


def test_a_retried_credential_mail_brings_the_same_password(world: World) -> None:
    world.confirm(world.register())

    def lose(_service: str, operation: str, _parameters: Any) -> None:
        if operation == "send_email":
            raise ConnectTimeoutError(endpoint_url="")

    with faults(world, after=lose):
        world.run_mailer()
    world.clock.advance(30)
    world.run_mailer()
    first, second = (mail.password for mail in world.mails() if "Passwort: " in mail.text)
    assert first == second
    assert world.log_in(first).status == 200


def test_a_chosen_password_is_never_replaced(world: World) -> None:
    initial = world.a_client_with_initial_password()
    token = world.log_in(initial).json["access_token"]
    world.request("PUT", "/api/password", {"current_password": initial, "new_password": PASSWORD}, token=token)
    world.run_mailer()  # the notice of the change
    (row,) = [item for item in world.items("OutboxTable") if item["kind"] == "credentials"]
    world.dynamodb.update_item(
        TableName="OutboxTable",
        Key={"pk": {"S": row["pk"]}},
        UpdateExpression="SET #status = :pending, due_shard = :shard, next_attempt_at = :now",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":pending": {"S": "pending"}, ":shard": {"S": "0"}, ":now": {"N": "0"}},
    )
    sent = len(world.mails())
    world.run_mailer()
    assert len(world.mails()) == sent
    assert world.log_in(PASSWORD).status == 200


def test_a_mail_for_an_attempt_that_expired_is_dropped(world: World) -> None:
    world.request("POST", "/api/registrations", a_registration())
    with faults(world, before=ses_down):
        world.run_mailer()
    (row,) = world.items("OutboxTable")
    assert row["status"] == "pending"
    world.dynamodb.delete_item(TableName="RegistrationsTable", Key={"pk": {"S": f"attempt#{row['ref']}"}})
    world.clock.advance(3600)
    world.run_mailer()
    assert world.mails() == []
    assert [item["status"] for item in world.items("OutboxTable")] == ["dropped"]


def test_a_row_that_breaks_the_code_does_not_hold_up_the_others(world: World) -> None:
    for number in range(3):
        world.request("POST", "/api/registrations", a_registration(email=f"client{number}@example.com"))
    event = stream_event(world)
    broken = event["Records"][1]["dynamodb"]
    ref = next(row["ref"] for row in world.items("OutboxTable") if row["pk"] == broken["Keys"]["pk"]["S"])
    world.dynamodb.update_item(
        TableName="RegistrationsTable",
        Key={"pk": {"S": f"attempt#{ref}"}},
        UpdateExpression="REMOVE person",
    )
    answer = world.mailer(event, LambdaContext())
    assert answer == {"batchItemFailures": [{"itemIdentifier": broken["SequenceNumber"]}]}
    assert len(world.mails()) == 2


def test_a_run_that_runs_out_of_time_leaves_the_rest_to_the_next(world: World) -> None:
    world.request("POST", "/api/registrations", a_registration())
    world.run_mailer(remaining=1000)
    assert world.mails() == []
    world.run_mailer()
    assert len(world.mails()) == 1


def test_a_handled_row_leaves_the_due_index(world: World) -> None:
    world.register()
    (row,) = world.items("OutboxTable")
    assert row["status"] == "sent"
    assert "due_shard" not in row
    assert "next_attempt_at" not in row


def test_a_mail_goes_to_one_recipient_through_the_configuration_set(world: World) -> None:
    world.register()
    (sent,) = world.hooks.mails
    assert sent["Destination"] == {"ToAddresses": ["erika.muster@example.com"]}
    assert sent["ConfigurationSetName"] == "mails"
    assert sent["FromEmailAddress"] == "Mandantenportal <noreply@portal.example.com>"
    assert sent["EmailTags"][0]["Value"] not in str(world.items("AccountsTable"))


def test_an_outage_of_the_outbox_itself_is_no_code_error(world: World) -> None:
    world.request("POST", "/api/registrations", a_registration())

    def outbox_down(_service: str, operation: str, _parameters: Any) -> None:
        if operation == "update_item":
            raise ConnectTimeoutError(endpoint_url="")

    with faults(world, before=outbox_down):
        assert world.mailer(stream_event(world), LambdaContext()) == {"batchItemFailures": []}
    world.run_mailer()
    assert len(world.mails()) == 1


def test_the_mail_with_the_initial_password_leads_to_the_login(world: World) -> None:
    world.a_client_with_initial_password()
    assert "https://portal.example.com/login\n" in world.mails()[-1].text


def click_at_once(world: World, also: Callable[[], None] = lambda: None) -> Callable[..., None]:
    """Let somebody confirm before the run that sent the opt-in mail can note that."""

    def click(_service: str, operation: str, _parameters: Any) -> None:
        if operation == "send_email" and len(world.mails()) == 1:
            assert world.confirm(world.mails()[0]).status == 200
            also()

    return click


def mail_evidence(world: World) -> list[dict[str, Any]]:
    return [item for item in world.items("EvidenceTable") if item["sk"].startswith("opt_in_mail#")]


def test_who_clicks_before_the_mail_is_noted_has_its_time_beside_the_evidence(world: World) -> None:
    world.request("POST", "/api/registrations", a_registration())
    with faults(world, after=click_at_once(world)):
        world.run_mailer()
    (kept,) = mail_evidence(world)
    assert kept["mail_sent_at"] == world.clock()


def test_who_closes_the_account_before_the_mail_is_noted_leaves_no_proof_without_an_end(world: World) -> None:
    def close() -> None:
        for item in world.items("AccountsTable"):
            world.dynamodb.delete_item(TableName=world.names["AccountsTable"], Key={"pk": {"S": item["pk"]}})

    world.request("POST", "/api/registrations", a_registration())
    with faults(world, after=click_at_once(world, close)):
        world.run_mailer()
    assert len(world.mails()) == 1
    assert mail_evidence(world) == []
