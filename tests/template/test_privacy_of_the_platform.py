"""What AWS itself would note about visitors, if the template let it (P1; design, section 6)."""

import json
import re
from typing import Any

from tests.support.template import ROOT, functions, resources, template

EVERYTHING = json.dumps(template())
# All that the access log may say of a request.
ACCESS_LOG = {
    "requestId",
    "requestTimeEpoch",
    "httpMethod",
    "resourcePath",
    "status",
    "responseLatency",
    "integrationLatency",
    "responseLength",
    "error.responseType",
}


def api() -> dict[str, Any]:
    return resources("AWS::Serverless::Api")["Api"]


def test_the_access_log_says_these_things_and_no_other() -> None:
    assert set(re.findall(r"\$context\.([\w.]+)", api()["AccessLogSetting"]["Format"])) == ACCESS_LOG
    assert not re.search(r"\$(?!context\b)\w+", api()["AccessLogSetting"]["Format"])


def test_no_stage_writes_execution_logs_or_traces() -> None:
    assert {entry["LoggingLevel"] for entry in api()["MethodSettings"]} == {"OFF"}
    assert not [entry for entry in api()["MethodSettings"] if entry["DataTraceEnabled"]]
    assert "TracingEnabled" not in api()
    assert len(resources("AWS::Serverless::Api")) + len(resources("AWS::ApiGateway::Stage")) == 1


def test_no_mapping_takes_the_identity_of_a_visitor() -> None:
    assert not re.search(r"identity\.|\$context\.identity|input\.params\(\)|RequestTemplates", EVERYTHING)
    assert "DefinitionBody" not in api()


def test_a_filter_keeps_no_requests() -> None:
    """Neither sampled requests nor a log of its own: it counts whole addresses."""
    assert not resources("AWS::WAFv2::LoggingConfiguration")
    (acl,) = resources("AWS::WAFv2::WebACL").values()
    views = [acl["VisibilityConfig"], *(rule["VisibilityConfig"] for rule in acl["Rules"])]
    assert [view["SampledRequestsEnabled"] for view in views] == [False, False]


def test_a_filter_counts_requests_per_address_and_does_nothing_else() -> None:
    (acl,) = resources("AWS::WAFv2::WebACL").values()
    (rule,) = acl["Rules"]
    limit = {"Ref": "WafRequestsPerAddress"}
    counted = {"AggregateKeyType": "IP", "EvaluationWindowSec": 300, "Limit": limit}
    assert rule["Statement"] == {"RateBasedStatement": counted}
    assert (acl["DefaultAction"], rule["Action"]) == ({"Allow": {}}, {"Block": {}})
    (association,) = resources("AWS::WAFv2::WebACLAssociation").values()
    assert association["WebACLArn"] == {"Fn::GetAtt": ["WebAcl", "Arn"]}
    assert api()["GatewayResponses"]["WAF_FILTERED"]["StatusCode"] == 429


def test_traces_hold_no_answer_and_no_error() -> None:
    for name, props in functions().items():
        variables = props["Environment"]["Variables"] | template()["Globals"]["Function"]["Environment"]["Variables"]
        traced = props.get("Tracing", template()["Globals"]["Function"].get("Tracing")) == "Active"
        captured = [variables.get(f"POWERTOOLS_TRACER_CAPTURE_{what}") for what in ("RESPONSE", "ERROR")]
        assert not traced or captured == ["false", "false"], name


def test_keys_of_tables_are_shown_nowhere_else() -> None:
    """Contributor Insights and data events would note keys, and the key of a credential is an address."""
    assert "ContributorInsightsSpecification" not in EVERYTHING
    assert not resources("AWS::CloudTrail::Trail")
    assert not [table for table in resources("AWS::DynamoDB::Table").values() if "KinesisStreamSpecification" in table]


def test_mails_are_archived_and_tracked_by_nobody() -> None:
    for name, configuration in resources("AWS::SES::ConfigurationSet").items():
        assert not {"TrackingOptions", "ArchivingOptions", "VdmOptions"} & set(configuration), name
    assert not re.search(r'"(OPEN|CLICK|open|click)"', EVERYTHING)


def test_no_address_of_the_portal_takes_data_of_a_person() -> None:
    """Paths end up in logs of others: ids and names of pages only (ASVS 14.2.1); query parameters are not read.

    Clients and cases are named by the numbers of the core system.
    """
    events = [event for props in functions().values() for event in props.get("Events", {}).values()]
    paths = [event["Properties"]["Path"] for event in events if event["Type"] == "Api"]
    assert {name for path in paths for name in re.findall(r"{(.*?)}", path)} == {
        "id",
        "kind",
        "page",
        "client_id",
        "case_id",
    }
    assert "queryStringParameters" not in (ROOT / "layers/portal/portal/http/request.py").read_text()
