"""What is noted of AWS calls: rights, not content."""

import json
from pathlib import Path
from typing import Any

import pytest

from tools.local.calls import Call, calls_of, is_denied, read_calls

AGENT = "Boto3/1.40 md/Botocore#1.40 ua/2.1 os/linux lang/python#3.13 cfg/retry-mode#standard app/login"


def calls(target: str, body: Any, *, path: str = "/", agent: str = AGENT) -> set[tuple[str, str, str]]:
    headers = {"User-Agent": agent, "X-Amz-Target": target}
    found = calls_of("POST", path, headers, json.dumps(body).encode(), denied=False)
    return {(call.function, call.action, call.resource) for call in found}


@pytest.mark.parametrize(
    ("target", "body", "expected"),
    [
        ("DynamoDB_20120810.GetItem", {"TableName": "T", "Key": {}}, {("dynamodb:GetItem", "T")}),
        ("DynamoDB_20120810.Query", {"TableName": "T", "IndexName": "i"}, {("dynamodb:Query", "T/index/i")}),
        (
            "DynamoDB_20120810.BatchGetItem",
            {"RequestItems": {"T": {}, "U": {}}},
            {("dynamodb:BatchGetItem", "T"), ("dynamodb:BatchGetItem", "U")},
        ),
        (
            "DynamoDB_20120810.TransactWriteItems",
            {"TransactItems": [{"Put": {"TableName": "T"}}, {"ConditionCheck": {"TableName": "U"}}]},
            {("dynamodb:PutItem", "T"), ("dynamodb:ConditionCheckItem", "U")},
        ),
        ("TrentService.GenerateMac", {"KeyId": "arn:key/1", "Message": "x"}, {("kms:GenerateMac", "arn:key/1")}),
        ("New_1.Call", {}, {("POST / New_1.Call", "unknown")}),
    ],
)
def test_a_call_needs_these_rights(target: str, body: Any, expected: set[tuple[str, str]]) -> None:
    assert calls(target, body) == {("login", *each) for each in expected}


@pytest.mark.parametrize(
    ("method", "path", "copied", "expected"),
    [
        ("GET", "/feed", "", {("s3:ListBucket", "feed")}),
        ("GET", "/feed/inbox/a.jsonl", "", {("s3:GetObject", "feed/inbox/*")}),
        ("DELETE", "/feed/reports/a.parts/b/1.jsonl", "", {("s3:DeleteObject", "feed/reports/*")}),
        ("PUT", "/feed/done/a", "feed/inbox/a", {("s3:PutObject", "feed/done/*"), ("s3:GetObject", "feed/inbox/*")}),
        ("POST", "/feed", "", {("POST unknown", "feed")}),
    ],
)
def test_a_call_to_a_bucket_needs_rights_to_folders(
    method: str, path: str, copied: str, expected: set[tuple[str, str]]
) -> None:
    headers = {
        "User-Agent": AGENT,
        "Authorization": "AWS4-HMAC-SHA256 Credential=A/20261127/eu-central-1/s3/aws4_request",
    }
    headers |= {"x-amz-copy-source": copied} if copied else {}
    found = calls_of(method, path, headers, b"", denied=False)
    assert {(call.action, call.resource) for call in found} == expected


def test_a_mail_needs_the_rights_to_its_sender_and_to_its_configuration() -> None:
    mail = {
        "FromEmailAddress": "Portal <noreply@portal.example.com>",
        "Destination": {"ToAddresses": ["erika.muster@example.org"]},
        "ConfigurationSetName": "mails",
    }
    assert calls("", mail, path="/v2/email/outbound-emails") == {
        ("login", "ses:SendEmail", "identity/portal.example.com"),
        ("login", "ses:SendEmail", "configuration-set/mails"),
    }


def test_who_does_not_name_itself_is_unknown() -> None:
    found = calls("TrentService.Sign", {"KeyId": "k"}, agent="Boto3/1.40 myapp/login")
    assert found == {("unknown", "kms:Sign", "k")}


def test_an_answer_tells_when_a_right_is_missing() -> None:
    assert is_denied(400, b'{"__type":"com.amazonaws#AccessDeniedException"}')
    assert not is_denied(400, b'{"__type":"ConditionalCheckFailedException"}')
    assert not is_denied(200, b"AccessDenied")


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    both = {Call("login", "kms:Sign", "k", denied=False), Call("web", "kms:Sign", "k", denied=True)}
    (tmp_path / "calls").write_text("".join(call.to_line() for call in both))
    assert read_calls(tmp_path / "calls") == both


def test_a_call_about_the_suppression_list_is_noted_without_the_address() -> None:
    path = "/v2/email/suppression/addresses"
    for method, more, action in (("GET", "", "List"), ("DELETE", "/erika%40example.com", "Delete")):
        (call,) = calls_of(method, path + more, {}, b"", denied=False)
        suffix = "s" if action == "List" else ""
        assert (call.action, call.resource) == (f"ses:{action}SuppressedDestination{suffix}", "*")
