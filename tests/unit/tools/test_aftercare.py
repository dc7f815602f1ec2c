"""What the emulator's CloudFormation leaves out is set from the template."""

from typing import Any

import pytest

from tools.local import aftercare
from tools.local.aftercare import Deployed, complete, gateway_response
from tools.local.errors import LocalStackError

TABLE = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": True},
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": {"Ref": "Backups"}},
    },
}
API = {
    "Type": "AWS::Serverless::Api",
    "Properties": {"StageName": "live", "GatewayResponses": {"DEFAULT_4XX": {"StatusCode": 404}}},
}
TEMPLATE = {
    "Parameters": {"Backups": {"Default": "true"}},
    "Resources": {"Table": TABLE, "Plain": {"Type": "AWS::DynamoDB::Table"}, "Api": API, "Elsewhere": TABLE},
}
DEPLOYED = Deployed({"StageName": "live"}, {"Table": "table-1", "Plain": "plain-1", "Api": "api-1"})


class Emulator:
    """Records the changing calls to all services; one attribute of the table expires already, if told so."""

    def __init__(self, expiring: str | None = None) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._expiring = {"AttributeName": expiring} if expiring else {}

    def __getattr__(self, operation: str) -> Any:
        return lambda **arguments: self.calls.append((operation, arguments))

    def describe_time_to_live(self, **_: str) -> dict[str, Any]:
        return {"TimeToLiveDescription": self._expiring}


def completed(monkeypatch: pytest.MonkeyPatch, emulator: Emulator) -> list[tuple[str, dict[str, Any]]]:
    monkeypatch.setattr(aftercare, "_client", lambda *_: emulator)
    complete("http://127.0.0.1:1", TEMPLATE, {}, DEPLOYED)
    return emulator.calls


def test_tables_and_apis_get_what_the_template_says(monkeypatch: pytest.MonkeyPatch) -> None:
    ttl = {"Enabled": True, "AttributeName": "expires_at"}
    assert completed(monkeypatch, Emulator()) == [
        ("update_time_to_live", {"TableName": "table-1", "TimeToLiveSpecification": ttl}),
        (
            "update_continuous_backups",
            {"TableName": "table-1", "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}},
        ),
        ("put_gateway_response", {"restApiId": "api-1", "responseType": "DEFAULT_4XX", "statusCode": "404"}),
        ("create_deployment", {"restApiId": "api-1", "stageName": "live"}),
    ]


def test_a_restart_does_not_set_the_expiry_again(monkeypatch: pytest.MonkeyPatch) -> None:
    operations = [operation for operation, _ in completed(monkeypatch, Emulator(expiring="expires_at"))]
    assert "update_time_to_live" not in operations


def test_gateway_responses_are_translated_as_sam_does() -> None:
    response = {
        "StatusCode": 404,
        "ResponseParameters": {
            "Headers": {"Content-Type": "'application/problem+json'"},
            "Paths": {"p": "method.request.path.p"},
            "QueryStrings": {"q": "'1'"},
        },
        "ResponseTemplates": {"application/json": "{}"},
    }
    assert gateway_response(response) == {
        "statusCode": "404",
        "responseParameters": {
            "gatewayresponse.header.Content-Type": "'application/problem+json'",
            "gatewayresponse.path.p": "method.request.path.p",
            "gatewayresponse.querystring.q": "'1'",
        },
        "responseTemplates": {"application/json": "{}"},
    }


def test_what_a_gateway_response_leaves_open_stays_open() -> None:
    assert gateway_response({}) == {}


def test_a_missing_output_is_named() -> None:
    assert DEPLOYED.output("StageName") == "live"
    with pytest.raises(LocalStackError, match="RestApiId"):
        DEPLOYED.output("RestApiId")
