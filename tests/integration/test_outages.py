"""Outages: what a client sees, which alarm hears of it, and how it heals without anybody doing anything."""

import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from aws_lambda_powertools.metrics import base as single_metrics
from aws_lambda_powertools.metrics.provider.cloudwatch_emf import cloudwatch
from botocore.exceptions import ClientError, ConnectTimeoutError

from portal.adapters.aws import REQUEST_SECONDS, Aws
from portal.domain.errors import Unavailable
from portal.domain.outbox import LEASE_SECONDS
from tests.integration.conftest import Written
from tests.support.journeys import JOURNEYS, Journey
from tests.support.people import PASSWORD, a_registration
from tests.support.template import resources
from tests.support.world import Answer, LambdaContext, World, faults

ADDRESS = "erika.muster@example.com"
MINUTE = 60
Hook = Callable[[str, str, Any], None]


def down(service: str, *operations: str) -> Hook:
    """Return the hook of a service that does not answer, or not to some operations."""

    def strike(asked: str, operation: str, _: Any) -> None:
        if asked == service and (not operations or operation in operations):
            raise ConnectTimeoutError(endpoint_url="")

    return strike


def throttling(_service: str, _operation: str, _parameters: Any) -> None:
    if _service == "dynamodb":
        answer: Any = {"Error": {"Code": "ProvisionedThroughputExceededException"}}
        raise ClientError(answer, "Operation")


@pytest.fixture(autouse=True)
def _metrics_have_the_time_of_the_world(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Powertools writes the time of the machine; alarms look at periods."""
    now = SimpleNamespace(now=lambda: SimpleNamespace(timestamp=lambda: world.clock.now))
    for module in (single_metrics, cloudwatch):
        monkeypatch.setattr(module, "dt", SimpleNamespace(datetime=now))


def metrics(written: Written) -> Iterator[tuple[str, dict[str, str], int, float]]:
    """Yield name, dimensions, epoch second and value of each metric so far (CloudWatch embedded metric format)."""
    for line in written.getvalue().splitlines():
        found = json.loads(line) if line.startswith("{") and "_aws" in line else {}
        for directive in found.get("_aws", {}).get("CloudWatchMetrics", []):
            dimensions = {name: found[name] for names in directive["Dimensions"] for name in names}
            at = found["_aws"]["Timestamp"] // 1000
            for metric in directive["Metrics"]:
                yield from ((metric["Name"], dimensions, at, value) for value in found[metric["Name"]])


def heard(written: Written, alarm: str) -> list[tuple[int, float]]:
    """Return what an alarm of the template hears, and when; the name of the service is each function's environment."""
    properties = resources("AWS::CloudWatch::Alarm")[alarm]
    (wanted,) = properties["Dimensions"]
    shared = wanted["Value"] not in {"mailer", "cleanup"}
    return [
        (at, value)
        for name, dimensions, at, value in metrics(written)
        if name == properties["MetricName"] and (not shared or dimensions["service"] == wanted["Value"])
    ]


def is_on(written: Written, alarm: str) -> bool:
    """Tell whether an alarm was on at any time, by its periods and how many of them it looks at."""
    properties = resources("AWS::CloudWatch::Alarm")[alarm]
    assert properties["ComparisonOperator"] == "GreaterThanThreshold"
    combine: Callable[[list[float]], float] = sum if properties["Statistic"] == "Sum" else max
    periods: dict[int, list[float]] = {}
    for at, value in heard(written, alarm):
        periods.setdefault(at // properties["Period"], []).append(value)
    breached = {period for period, values in periods.items() if combine(values) > properties["Threshold"]}
    looked_at = properties["EvaluationPeriods"]
    needed = properties.get("DatapointsToAlarm", looked_at)
    return any(len(breached & set(range(last - looked_at + 1, last + 1))) >= needed for last in breached)


def check_refusal(answer: Answer) -> None:
    assert (answer.status, answer.json["code"]) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) >= 1


def pass_an_hour(world: World) -> None:
    """Let the schedule of the mailer run every minute."""
    for _ in range(60):
        world.clock.advance(MINUTE)
        world.run_mailer()


# ------------------------------------------------------------ SES


def test_an_hour_without_ses_makes_mails_late_is_heard_of_and_heals_within_the_hour(
    world: World, written: Written
) -> None:
    with faults(world, before=down("sesv2")):
        for number in range(5):
            # A client sees nothing of it.
            answer = world.request("POST", "/api/registrations", a_registration(email=f"person{number}@example.com"))
            assert answer.status == 202
        pass_an_hour(world)
        assert world.mails() == []
        assert is_on(written, "OldestDueMailAlarm")
        assert is_on(written, "SesCallsFailedAlarm")
        assert {row["status"] for row in world.items("OutboxTable")} == {"pending"}
    pass_an_hour(world)
    assert sorted(mail.to[0] for mail in world.mails()) == [f"person{number}@example.com" for number in range(5)]
    assert heard(written, "OldestDueMailAlarm")[-1][1] == 0
    # And the links of these mails work, for as long as they say.
    assert world.confirm(world.mails("person3@example.com")[0]).status == 200


def test_a_mailer_that_is_on_time_says_so_every_minute(world: World, written: Written) -> None:
    pass_an_hour(world)
    assert [value for _, value in heard(written, "OldestDueMailAlarm")] == [0] * 60


# ------------------------------------------------------------ KMS


def test_without_kms_nobody_gets_in_and_sessions_go_on_afterwards(world: World, written: Written) -> None:
    world.a_client()
    refresh = world.log_in(PASSWORD, delivery="body").json["refresh_token"]
    with faults(world, before=down("kms")):
        for _ in range(5):
            check_refusal(world.log_in(PASSWORD))
        # The alarm of all calls looks at two periods.
        for _ in range(2):
            for _ in range(12):
                check_refusal(world.request("POST", "/api/session/refresh", {"refresh_token": refresh}))
            world.clock.advance(5 * MINUTE)
        assert is_on(written, "SigningErrorsAlarm")
        assert not is_on(written, "DynamodbCallsFailedAlarm")
        world.clock.advance(15 * MINUTE)
        check_refusal(world.log_in(PASSWORD))
    assert is_on(written, "KmsCallsFailedAlarm")
    # The refresh token was not used up by answers that nobody got.
    assert world.request("POST", "/api/session/refresh", {"refresh_token": refresh}).status == 200


def test_who_tries_again_and_again_without_kms_waits_a_quarter_of_an_hour_at_most_afterwards(world: World) -> None:
    """An attempt is counted before anything is looked at and forgotten by a success, which there is none of."""
    world.a_client()
    with faults(world, before=down("kms")):
        told = {world.log_in(PASSWORD).status for _ in range(20)}
    assert told == {503, 429}
    world.clock.advance(15 * MINUTE)
    assert world.log_in(PASSWORD).status == 200


def test_without_kms_links_wait_and_mails_are_made_up_for(world: World, written: Written) -> None:
    mail = world.register()
    with faults(world, before=down("kms")):
        check_refusal(world.confirm(mail))
        check_refusal(world.request("POST", "/api/password-reset", {"email": ADDRESS}))
        pass_an_hour(world)
    assert world.confirm(mail).status == 200
    with faults(world, before=down("kms")):
        pass_an_hour(world)
        assert len(world.mails()) == 1
        assert is_on(written, "OldestDueMailAlarm")
    pass_an_hour(world)
    assert world.log_in(world.mails()[-1].password).status == 200


# ------------------------------------------------------------ DynamoDB


def test_a_storm_of_throttles_refuses_clearly_takes_nothing_half_and_is_over_when_it_is_over(
    world: World, written: Written
) -> None:
    world.a_client()
    before = {table: world.items(table) for table in resources("AWS::DynamoDB::Table")}
    with faults(world, before=throttling):
        for _ in range(2):
            for _ in range(6):
                check_refusal(world.request("POST", "/api/registrations", a_registration(email="new@example.com")))
                check_refusal(world.log_in(PASSWORD))
            world.clock.advance(5 * MINUTE)
        with pytest.raises(Unavailable):  # a run that fails is Lambda's to count: RunErrorsAlarm
            world.run_mailer()
    assert is_on(written, "DynamodbCallsFailedAlarm")
    assert {table: world.items(table) for table in before} == before
    assert world.register(email="new@example.com").to == ["new@example.com"]
    # Attempts that could not be counted were none.
    assert world.log_in(PASSWORD).status == 200


@pytest.mark.parametrize(
    "journey", [one for one in JOURNEYS if one.tables + one.keys > 1], ids=lambda journey: journey.name
)
def test_a_request_whose_calls_are_slow_ends_with_a_clear_503_and_can_be_made_again(
    world: World, journey: Journey
) -> None:
    """Each call takes as long as it may and succeeds: the request begins none after its time."""
    request = journey.prepare(world)
    passed = [0.0]

    def waits(_service: str, _operation: str, _parameters: Any) -> None:
        passed[0] += 6.9

    slow = Aws(world.hooks.on_before, world.hooks.on_after, lambda: passed[0])
    quick, world.aws._monotonic = world.aws._monotonic, slow._monotonic  # noqa: SLF001 - the world has one way out
    world.call_counts()
    with faults(world, after=waits):
        answer = request()
    world.aws._monotonic = quick  # noqa: SLF001 - as above
    assert len(world.hooks.calls) <= 2
    assert passed[0] < REQUEST_SECONDS + 6.9
    if answer.status != journey.status:
        check_refusal(answer)
        assert request().status == journey.status


# ------------------------------------------------------------ poison


def stream_event(world: World) -> dict[str, Any]:
    rows = [row["pk"] for row in world.items("OutboxTable")]
    records = [
        {"eventName": "INSERT", "dynamodb": {"Keys": {"pk": {"S": row}}, "SequenceNumber": str(number)}}
        for number, row in enumerate(rows, 1)
    ]
    return {"Records": records}


def test_a_poison_record_in_the_middle_is_named_alone_and_its_row_is_sent_once_the_code_is_mended(
    world: World, written: Written
) -> None:
    """So its dead letter needs no redrive: the row is the truth, and the schedule looks there."""
    for number in range(5):
        world.request("POST", "/api/registrations", a_registration(email=f"person{number}@example.com"))
    event = stream_event(world)
    poison = event["Records"][2]["dynamodb"]["Keys"]["pk"]["S"]

    def breaks(_service: str, operation: str, parameters: Any) -> None:
        if operation == "update_item" and parameters["Key"]["pk"]["S"] == poison:
            raise KeyError(poison)

    with faults(world, before=breaks):
        for _ in range(4):  # as often as the event source tries
            assert world.mailer(event, LambdaContext()) == {"batchItemFailures": [{"itemIdentifier": "3"}]}
        assert len(world.mails()) == 4
        world.clock.advance(15 * MINUTE)
        world.run_mailer()
    assert '"message":"unexpected_failure"' in written.getvalue()
    # Mended; the stream never tells of the row again.
    world.clock.advance(LEASE_SECONDS)
    world.run_mailer()
    assert sorted(mail.to[0] for mail in world.mails()) == [f"person{number}@example.com" for number in range(5)]
    assert {row["status"] for row in world.items("OutboxTable")} == {"sent"}


def test_a_record_that_names_no_row_is_named_alone_and_loses_no_mail(world: World, written: Written) -> None:
    for number in range(3):
        world.request("POST", "/api/registrations", a_registration(email=f"person{number}@example.com"))
    event = stream_event(world)
    event["Records"][1]["dynamodb"]["Keys"] = {}
    assert world.mailer(event, LambdaContext()) == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    assert len(world.mails()) == 2
    assert "unreadable_record" in written.getvalue()
    world.run_mailer()
    assert len(world.mails()) == 3


def test_a_poison_record_of_what_ttl_deleted_costs_its_own_count_and_no_deletion(world: World) -> None:
    ttl = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
    records: list[dict[str, Any]] = [
        {"eventName": "REMOVE", "userIdentity": ttl, "dynamodb": {"SequenceNumber": str(number)}}
        for number in (1, 2, 3)
    ]
    del records[1]["eventName"]
    assert world.cleanup({"Records": records}, LambdaContext()) == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    world.register()
    world.clock.advance(30 * 86_400)
    assert world.run_cleanup()["deleted"] == 1


# ------------------------------------------------------------ what joins the lines


def test_the_line_of_a_request_leads_to_the_lines_of_its_mails_and_names_nobody(world: World, written: Written) -> None:
    world.request("POST", "/api/registrations", a_registration())
    with faults(world, before=down("sesv2")):
        world.run_mailer()
    world.clock.advance(MINUTE)
    world.run_mailer()
    lines = [json.loads(line) for line in written.getvalue().splitlines() if line.startswith("{")]
    (request,) = [line for line in lines if line.get("message") == "request"]
    (order,) = request["orders"]
    tries = [
        (line["kind"], line["outcome"]) for line in lines if line.get("message") == "mail" and line["order"] == order
    ]
    assert tries == [("opt_in", "postponed"), ("opt_in", "sent")]
    assert world.hooks.mails[0]["EmailTags"] == [{"Name": "order", "Value": order}]
    assert "muster" not in json.dumps(lines).lower().replace("musterforderung", "")


def test_requests_for_known_and_unknown_addresses_order_alike(world: World, written: Written) -> None:
    world.a_client()
    written.getvalue()
    for email in (ADDRESS, "nobody@example.org"):
        world.request("POST", "/api/password-reset", {"email": email})
    lines = [json.loads(line) for line in written.getvalue().splitlines() if line.startswith("{")]
    known, unknown = [line for line in lines if line.get("route") == "/api/password-reset" and "orders" in line]
    assert (len(known["orders"]), known.keys()) == (len(unknown["orders"]), unknown.keys())
