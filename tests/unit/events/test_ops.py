"""The operators' function: what it takes, what it says, and what it logs."""

import json
from typing import Any

import pytest

from portal.adapters.aws import Misconfigured
from portal.domain.errors import Unavailable
from portal.events.ops import serve_ops
from portal.settings.ops import OpsSettings
from tests.support.fakes import FakeAws, FakeClock
from tests.support.world import LambdaContext

EMAIL = "kanarienvogel@example.com"
NOTE = {"operator": "Olga Peters", "reason": "Fall 4711"}
Lines = list[dict[str, Any]]


class Cloud(FakeAws):
    """Empty tables."""

    def __init__(self, **answers: Any) -> None:
        super().__init__()
        self.answers = {"dynamodb:get_item": {}, "dynamodb:query": {"Items": []}, "dynamodb:scan": {"Items": []}}
        self.answers |= {f"dynamodb:{name}": answer for name, answer in answers.items()}

    def run(self, event: Any) -> dict[str, Any]:
        settings = OpsSettings(
            pseudonym_key_arn="key/pseudonym",
            recipient_key_arn="key/recipient",
            company_name="Musterforderung GmbH",
            company_address="Beispielstraße 1, 10115 Berlin",
            registrations_table="Registrations",
            accounts_table="Accounts",
            sessions_table="Sessions",
            evidence_table="Evidence",
            outbox_table="Outbox",
        )
        return serve_ops(settings, self, FakeClock())(event, LambdaContext())


def errors(event: Any) -> dict[str, str]:
    cloud = Cloud()
    answer = cloud.run(event)
    assert (answer["ok"], answer["code"], cloud.calls) == (False, "invalid_input", [])
    return {entry["pointer"]: entry["code"] for entry in answer["errors"]}


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (None, {"": "wrong_type"}),
        ([], {"": "wrong_type"}),
        ({}, {"/action": "required"}),
        ({"action": "delete"}, {"/action": "invalid_value"}),
        ({"action": ["status"]}, {"/action": "invalid_value"}),
        ({"action": "status"}, {"/operator": "required", "/reason": "required", "/email": "required"}),
        ({**NOTE, "action": "status", "email": 1}, {"/email": "wrong_type"}),
        ({**NOTE, "action": "status", "email": "nobody"}, {"/email": "email_invalid"}),
        ({**NOTE, "action": "status", "email": EMAIL, "account_id": "a"}, {"/account_id": "unknown_member"}),
        ({**NOTE, "action": "block"}, {"/email": "required"}),
        ({**NOTE, "action": "block", "email": EMAIL, "account_id": "a"}, {"/account_id": "invalid_value"}),
        ({**NOTE, "action": "unblock", "account_id": "\ud800"}, {"/account_id": "wrong_type"}),
        ({**NOTE, "action": "end_sessions", "account_id": EMAIL}, {"/account_id": "invalid_value"}),
        ({**NOTE, "action": "restore"}, {"/email": "required"}),
        ({**NOTE, "action": "restore", "account_id": "a", "to_former_address": True}, {"/email": "required"}),
        (
            {**NOTE, "action": "restore", "email": EMAIL, "to_former_address": "yes"},
            {"/to_former_address": "wrong_type"},
        ),
        ({**NOTE, "action": "end_all_sessions"}, {"/confirm": "required"}),
        ({**NOTE, "action": "end_all_sessions", "confirm": "me"}, {"/confirm": "invalid_value"}),
        ({**NOTE, "action": "end_all_sessions", "confirm": "everyone", "cursor": "#"}, {"/cursor": "invalid_value"}),
    ],
)
def test_a_wrong_event_is_refused_by_member_before_anything_is_looked_at(event: Any, expected: dict[str, str]) -> None:
    assert errors(event) == expected


@pytest.mark.parametrize("member", ["operator", "reason"])
@pytest.mark.parametrize(
    ("value", "code"),
    [
        (None, "wrong_type"),
        (" ", "required"),
        ("x" * 201, "too_long"),
        ("two\nlines", "control_character"),
        (f"called by {EMAIL}", "invalid_value"),
    ],
)
def test_operator_and_reason_are_one_line_without_an_address(member: str, value: Any, code: str) -> None:
    assert errors({**NOTE, "action": "status", "email": EMAIL, member: value}) == {f"/{member}": code}


def test_every_use_is_one_line_with_operator_and_reason_and_one_metric(
    lines: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    assert Cloud().run({**NOTE, "action": "status", "email": EMAIL}) == {"ok": False, "code": "not_found"}
    (line,) = lines
    told = {name: line.get(name) for name in ("message", "action", "operator", "reason", "account_id", "code")}
    assert told == {
        "message": "operator_action",
        "action": "status",
        **NOTE,
        "account_id": None,
        "code": "not_found",
    }
    assert (line["category"], line["outcome"]) == ("security", "failure")
    (metric,) = [json.loads(text) for text in capsys.readouterr().out.splitlines() if "_aws" in text]
    assert metric["OperatorActions"] == [1.0]


@pytest.mark.parametrize(
    "event",
    [
        {EMAIL: EMAIL},
        {**NOTE, "action": "status", "email": EMAIL, EMAIL: 1},
        {**NOTE, "action": EMAIL},
        {**NOTE, "action": "block", "account_id": EMAIL},
        {**NOTE, "reason": EMAIL, "action": "block", "email": EMAIL},
    ],
)
def test_a_refused_use_is_logged_without_what_was_sent(lines: Lines, event: Any) -> None:
    Cloud().run(event)
    (line,) = lines
    assert (line["message"], line["code"]) == ("operator_action", "invalid_input")
    assert "kanarienvogel" not in json.dumps(line)


def test_an_id_that_nobody_has_stays_out_of_the_log(lines: Lines) -> None:
    Cloud().run({**NOTE, "action": "block", "account_id": "kanarienvogel"})
    assert "kanarienvogel" not in json.dumps(lines)


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (Unavailable(), "unavailable"),
        (Misconfigured("GetItem", "AccessDeniedException"), "internal_error"),
        (KeyError(EMAIL), "internal_error"),
    ],
)
def test_a_failure_is_an_answer_and_its_text_stays_unsaid(lines: Lines, failure: Exception, code: str) -> None:
    answer = Cloud(get_item=failure).run({**NOTE, "action": "end_sessions", "email": EMAIL})
    assert answer == {"ok": False, "code": code}
    assert (lines[-1]["message"], lines[-1]["code"]) == ("operator_action", code)
    assert "kanarienvogel" not in json.dumps(lines)


def test_nobody_to_log_out_is_done_too() -> None:
    answer = Cloud().run({**NOTE, "action": "end_all_sessions", "confirm": "everyone"})
    assert answer == {"ok": True, "outcome": "done", "ended": 0, "complete": True, "cursor": None}
