"""The mailer: woken by the outbox stream, and every minute for what is due."""

import json
from typing import Any

import pytest

from portal.adapters.dynamodb.items import to_item
from portal.adapters.dynamodb.records import attempt_to_values, order_to_values
from portal.domain.errors import ConditionFailed, Unavailable
from portal.domain.outbox import OutboxRow, order_mail
from portal.events.mailer import serve_mailer
from portal.settings.mailer import MailerSettings
from tests.support.fakes import NOW, FakeAws, FakeClock, an_attempt

SETTINGS = MailerSettings(
    issuer="urn:mandantenportal:test",
    registrations_table="Registrations",
    accounts_table="Accounts",
    evidence_table="Evidence",
    recipient_key_arn="key/r",
    outbox_table="Outbox",
    link_key_a_arn="key/a",
    link_key_b_arn="key/b",
    active_link_key_slot="A",
    initial_password_key_arn="key/p",
    initial_password_lifetime_seconds=604_800,
    public_url="https://portal.example.com",
    sender_address="noreply@portal.example.com",
    configuration_set="mails",
    mails_per_second=4,
    sessions_table="Sessions",
    opt_in_mails_per_hour=3,
    opt_in_mails_per_day=6,
    reset_mails_per_hour=3,
    reset_mails_per_day=6,
    daily_mail_ceiling=10_000,
    portal_name="Mandantenportal",
    company_name="Musterforderung GmbH",
    company_address="Beispielstraße 1, 10115 Berlin",
)


class Remaining:
    """What Lambda says about the time left, call by call."""

    def __init__(self, *milliseconds: int) -> None:
        self.milliseconds = list(milliseconds)

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds.pop(0) if self.milliseconds else 50_000


class Cloud(FakeAws):
    """Opt-in orders with their attempts; a row of ``broken`` makes its claim fail."""

    def __init__(self, orders: int = 1) -> None:
        super().__init__()
        self.attempts = {f"attempt#{one.id}": one for one in (an_attempt() for _ in range(orders))}
        self.rows: dict[str, OutboxRow] = {}
        for attempt in self.attempts.values():
            row = order_mail("opt_in", attempt.id, "de", NOW)
            self.rows[row.id] = row
        self.broken: dict[str, Exception] = {}
        self.pauses: list[float] = []
        self.answers = {
            "dynamodb:query": self.query,
            "dynamodb:update_item": self.update,
            "dynamodb:get_item": self.get,
            "dynamodb:put_item": {},
            "kms:generate_mac": {"Mac": bytes(32)},
            "sesv2:send_email": {"MessageId": "message-1"},
        }

    def run(self, event: dict[str, Any], context: Remaining | None = None) -> dict[str, Any]:
        return serve_mailer(SETTINGS, self, FakeClock(), self.pauses.append)(event, context or Remaining())

    def stream(self) -> dict[str, Any]:
        """Return a stream event with all orders, numbered from 100 on."""
        keys = [{"Keys": {"pk": {"S": row}}, "SequenceNumber": str(100 + n)} for n, row in enumerate(self.rows)]
        return {"Records": [{"eventName": "INSERT", "dynamodb": key} for key in keys]}

    def query(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["IndexName"] == "by-address":
            return {"Items": []}
        shard = asked["ExpressionAttributeValues"][":shard"]["S"]
        items = [to_item(order_to_values(row)) for row in self.rows.values()]
        return {"Items": [item for item in items if item["due_shard"]["S"] == shard]}

    def update(self, asked: dict[str, Any]) -> dict[str, Any]:
        if "ReturnValues" not in asked:
            return {}
        row_id = asked["Key"]["pk"]["S"]
        if row_id in self.broken:
            raise self.broken[row_id]
        return {"Attributes": to_item({**order_to_values(self.rows[row_id]), "tries": 1})}

    def get(self, asked: dict[str, Any]) -> dict[str, Any]:
        attempt = self.attempts.get(asked["Key"]["pk"]["S"])
        return {"Item": to_item(attempt_to_values(attempt))} if attempt else {}

    def sent(self) -> int:
        return self.operations().count("sesv2:send_email")


def test_the_stream_names_the_rows_to_send(lines: list[dict[str, Any]]) -> None:
    cloud = Cloud(orders=3)
    assert cloud.run(cloud.stream()) == {"batchItemFailures": []}
    assert cloud.sent() == 3
    assert "by-due" not in {asked.get("IndexName") for _, asked in cloud.calls}
    assert (lines[-1]["message"], lines[-1]["source"], lines[-1]["sent"]) == ("mails", "stream", 3)


@pytest.mark.parametrize("event", [{"task": "send_due"}, {}, {"source": "aws.events"}])
def test_the_schedule_asks_every_shard_for_what_is_due(event: dict[str, Any], lines: list[dict[str, Any]]) -> None:
    cloud = Cloud(orders=3)
    assert cloud.run(event) == {"batchItemFailures": []}
    assert cloud.sent() == 3
    assert sum(asked.get("IndexName") == "by-due" for _, asked in cloud.calls) == 4
    assert (lines[-1]["source"], lines[-1]["sent"]) == ("schedule", 3)


def test_a_schedule_with_nothing_due_does_nothing() -> None:
    cloud = Cloud(orders=0)
    assert cloud.run({}) == {"batchItemFailures": []}
    assert set(cloud.operations()) == {"dynamodb:query"}


def test_a_fault_of_the_code_in_one_row_reports_that_row_and_holds_up_no_other() -> None:
    cloud = Cloud(orders=3)
    cloud.broken = {list(cloud.rows)[1]: KeyError("erika@example.com")}
    assert cloud.run(cloud.stream()) == {"batchItemFailures": [{"itemIdentifier": "101"}]}
    assert cloud.sent() == 2


def test_a_fault_is_logged_by_class_and_order_and_never_by_its_text(lines: list[dict[str, Any]]) -> None:
    cloud = Cloud()
    (row,) = cloud.rows
    cloud.broken = {row: KeyError("erika@example.com")}
    cloud.run({})
    failure = lines[0]
    assert (failure["level"], failure["error"], failure["order"]) == ("ERROR", "KeyError", row)
    assert "erika" not in json.dumps(lines).lower()
    assert lines[-1]["broken"] == 1


def test_on_the_schedule_there_is_no_record_to_report() -> None:
    cloud = Cloud(orders=2)
    cloud.broken = dict.fromkeys(cloud.rows, KeyError("x"))
    assert cloud.run({}) == {"batchItemFailures": []}


def test_a_row_that_another_run_has_is_no_failure(lines: list[dict[str, Any]]) -> None:
    cloud = Cloud()
    cloud.broken = dict.fromkeys(cloud.rows, ConditionFailed())
    assert cloud.run(cloud.stream()) == {"batchItemFailures": []}
    assert lines[-1]["not_due"] == 1
    assert cloud.sent() == 0


def test_a_mail_service_that_is_down_counts_as_handled(lines: list[dict[str, Any]]) -> None:
    cloud = Cloud(orders=2)
    cloud.answers["sesv2:send_email"] = Unavailable()
    assert cloud.run(cloud.stream()) == {"batchItemFailures": []}
    assert lines[-1]["postponed"] == 2
    values = [asked["ExpressionAttributeValues"] for name, asked in cloud.calls if name == "dynamodb:update_item"]
    assert [value[":next"] for value in values if ":next" in value] == [{"N": str(NOW + 30)}] * 2


def test_with_little_time_left_rows_wait_for_the_next_run(lines: list[dict[str, Any]]) -> None:
    cloud = Cloud(orders=3)
    assert cloud.run(cloud.stream(), Remaining(30_000, 22_000, 29_999, 0)) == {"batchItemFailures": []}
    assert cloud.sent() == 1
    assert (lines[-1]["sent"], lines[-1]["left"]) == (1, 2)


def test_mails_are_paced_to_the_rate_of_the_service() -> None:
    cloud = Cloud(orders=3)
    cloud.run(cloud.stream())
    assert cloud.pauses == [0.25, 0.25, 0.25]


def test_a_mail_goes_to_exactly_one_recipient_by_the_configured_sender() -> None:
    cloud = Cloud()
    cloud.run(cloud.stream())
    (asked,) = [asked for name, asked in cloud.calls if name == "sesv2:send_email"]
    assert asked["Destination"] == {"ToAddresses": ["Erika.Muster@example.com"]}
    assert asked["FromEmailAddress"] == "Mandantenportal <noreply@portal.example.com>"
    assert asked["ConfigurationSetName"] == "mails"
    assert asked["EmailTags"] == [{"Name": "order", "Value": next(iter(cloud.rows))}]
    assert "https://portal.example.com/confirm#token=" in asked["Content"]["Simple"]["Body"]["Text"]["Data"]


def test_no_log_line_holds_an_address_a_link_or_a_name(lines: list[dict[str, Any]]) -> None:
    cloud = Cloud(orders=2)
    cloud.run(cloud.stream())
    text = json.dumps(lines).lower()
    for secret in ("@example", "token=", "eyj", "erika", "muster", "51147"):
        assert secret not in text
