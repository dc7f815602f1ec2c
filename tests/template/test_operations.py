"""Who hears of trouble, and what becomes of what could not be handled: template.yaml against docs/operations.md."""

import ast
import json
import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from portal.domain.feed import OUTCOMES
from portal.events import feedback
from portal.flows import deliver_mail
from portal.observe import Dependency, SecurityCounter
from tests.support.template import ROOT, functions, logical_id, resources, template
from tests.support.world import HTTP_FUNCTIONS
from tools.local.parameters import read_environment

ALARMS = resources("AWS::CloudWatch::Alarm")
# Those that streams, schedules and operators call.
EVENT_FUNCTIONS = ("mailer", "cleanup", "review", "ingest", "feedback", "ops")
RUNBOOK = (ROOT / "docs/operations.md").read_text()
NAMESPACE = template()["Globals"]["Function"]["Environment"]["Variables"]["POWERTOOLS_METRICS_NAMESPACE"]
# Metrics of AWS that the template uses, by namespace (its documentation, service by service).
OF_AWS = {
    "AWS/ApiGateway": {"Count", "4XXError", "5XXError", "Latency", "IntegrationLatency"},
    "AWS/Lambda": {"Errors", "Throttles", "IteratorAge", "ConcurrentExecutions"},
    "AWS/SQS": {"ApproximateNumberOfMessagesVisible"},
    "AWS/DynamoDB": {"ReadThrottleEvents", "WriteThrottleEvents"},
    "AWS/SES": {"Reputation.BounceRate", "Reputation.ComplaintRate"},
}

Metric = tuple[str, str, dict[str, Any]]


def metrics_of(alarm: dict[str, Any]) -> Iterator[Metric]:
    """Yield namespace, name and dimensions of what an alarm looks at."""
    stats = [entry["MetricStat"]["Metric"] for entry in alarm.get("Metrics", []) if "MetricStat" in entry]
    for metric in stats or [alarm]:
        dimensions = {one["Name"]: one["Value"] for one in metric.get("Dimensions", [])}
        yield metric["Namespace"], metric["MetricName"], dimensions


def watched(namespace: str, name: str, dimension: str) -> set[str]:
    """Return the logical ids that some alarm watches by one metric."""
    found = [
        dimensions[dimension]
        for alarm in ALARMS.values()
        for where, what, dimensions in metrics_of(alarm)
        if (where, what) == (namespace, name)
    ]
    return {value["Ref"] if "Ref" in value else value["Fn::GetAtt"][0] for value in found}


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
def test_errors_and_throttles_of_every_function_are_watched(metric: str) -> None:
    assert watched("AWS/Lambda", metric, "FunctionName") == {logical_id(name) for name in functions()}


def test_every_dead_letter_queue_and_every_stream_is_watched() -> None:
    queues = watched("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName")
    assert queues == {name for name in resources("AWS::SQS::Queue") if name.endswith("DeadLetters")}
    consumers = {
        logical_id(name)
        for name, props in functions().items()
        if any(event["Type"] == "DynamoDB" for event in props.get("Events", {}).values())
    }
    assert watched("AWS/Lambda", "IteratorAge", "FunctionName") == consumers


def test_throttles_of_every_table_and_failed_calls_of_every_dependency_of_requests_and_mails_are_watched() -> None:
    tables = set(resources("AWS::DynamoDB::Table"))
    for metric in ("ReadThrottleEvents", "WriteThrottleEvents"):
        assert watched("AWS/DynamoDB", metric, "TableName") == tables
    found = [
        metric[2]["service"] for alarm in ALARMS.values() for metric in metrics_of(alarm) if "CallsFailed" in metric
    ]
    # What S3 does not take, the age of the feed shows.
    assert set(found) == {*get_args(Dependency)} - {"s3"}


@pytest.mark.parametrize("name", sorted(ALARMS))
def test_an_alarm_tells_when_it_begins_and_when_it_is_over_and_stands_in_the_runbook(name: str) -> None:
    told = {"Fn::If": ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}], []]}
    assert ALARMS[name]["AlarmActions"] == ALARMS[name]["OKActions"] == told
    (row,) = re.findall(rf"^\| `{name}` \|(.*)\|$", RUNBOOK, re.MULTILINE)
    cells = [cell.strip() for cell in row.split(" | ")]
    assert len(cells) == 3, "when, what to look at, what to do"
    assert all(len(cell) > 10 for cell in cells)


def test_mails_that_no_later_run_sends_are_watched() -> None:
    found = [(name, dimensions) for _, name, dimensions in metrics_of(ALARMS["MailsLostAlarm"])]
    lost = ("MailsFailed", "MailsExpired", "MailsOverBudget", "MailsBroken")
    assert found == [(name, {"service": "mailer"}) for name in lost]
    assert ALARMS["MailsLostAlarm"]["Threshold"] == 0


@pytest.mark.parametrize("name", ["RunErrorsAlarm", "NewVersionRunErrorsAlarm"])
def test_the_row_of_an_alarm_over_runs_names_every_function_that_it_watches(name: str) -> None:
    (row,) = re.findall(rf"^\| `{name}` \|(.*?) \| ", RUNBOOK, re.MULTILINE)
    for _, _, dimensions in metrics_of(ALARMS[name]):
        assert dimensions["FunctionName"]["Ref"].removesuffix("Function").lower() in row


@pytest.mark.parametrize("name", sorted(ALARMS))
def test_an_alarm_of_sums_has_no_more_metrics_than_cloudwatch_takes_and_is_left_out_locally(name: str) -> None:
    if "Metrics" in ALARMS[name]:
        assert len(list(metrics_of(ALARMS[name]))) <= 10
        # The emulator refuses metric math.
        assert template()["Resources"][name]["Condition"] == "IsCloud"


def words_of_counters() -> Iterator[str]:
    """Yield each name that the code counts or measures something under."""
    for path in (ROOT / "layers/portal/portal").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"count", "gauge", "seconds", "_count_shared"}:
                first = node.args[0]
                yield str(first.value) if isinstance(first, ast.Constant) else ast.unparse(first)


def emitted() -> set[str]:
    """Return the names of all metrics of the portal."""
    of_mails = {f"Mails{outcome.title().replace('_', '')}" for outcome in get_args(deliver_mail.Outcome)}
    of_lines = {f"FeedLines{outcome.title().replace('_', '')}" for outcome in OUTCOMES}
    return {*words_of_counters(), *get_args(SecurityCounter), *of_mails, *of_lines, *feedback.METRICS.values()}


def of_the_dashboard() -> Iterator[Metric]:
    (dashboard,) = resources("AWS::CloudWatch::Dashboard").values()
    for widget in json.loads(dashboard["DashboardBody"]["Fn::Sub"])["widgets"]:
        assert widget["properties"]["region"] == "${AWS::Region}"
        for namespace, name, *rest in widget["properties"]["metrics"]:
            plain = [value for value in rest if isinstance(value, str)]
            yield namespace, name, dict(zip(plain[::2], plain[1::2], strict=True))


def test_every_metric_that_is_shown_or_watched_is_one_that_is_written() -> None:
    used = [metric for alarm in ALARMS.values() for metric in metrics_of(alarm)] + list(of_the_dashboard())
    services = {*functions(), *get_args(Dependency), "security", "api"}
    for namespace, name, dimensions in used:
        if namespace == NAMESPACE:
            assert name in emitted(), name
            assert dimensions["service"] in services, dimensions
        else:
            assert name in OF_AWS[namespace], name


def test_the_dashboard_shows_what_matters_of_every_function_and_queue() -> None:
    shown = list(of_the_dashboard())
    errors = {dimensions.get("FunctionName") for _, name, dimensions in shown if name == "Errors"}
    assert errors == {f"${{{logical_id(name)}}}" for name in functions()}
    queues = {dimensions["QueueName"] for namespace, _, dimensions in shown if namespace == "AWS/SQS"}
    assert queues == {f"${{{name}.QueueName}}" for name in resources("AWS::SQS::Queue")}


# ------------------------------------------------------------ what could not be handled


def events(kind: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Return function, name and properties of all event sources of a kind."""
    return [
        (name, event, source["Properties"])
        for name, props in functions().items()
        for event, source in props.get("Events", {}).items()
        if source["Type"] == kind
    ]


@pytest.mark.parametrize(("function", "event", "source"), events("DynamoDB"))
def test_a_stream_gives_up_one_record_at_a_time(function: str, event: str, source: dict[str, Any]) -> None:
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["BisectBatchOnFunctionError"] is True
    assert source["MaximumRetryAttempts"] == 3
    assert source["MaximumRecordAgeInSeconds"] == 3600
    assert "OnFailure" in source["DestinationConfig"], f"{function}.{event}"


@pytest.mark.parametrize(("function", "event", "source"), [*events("ScheduleV2"), *events("EventBridgeRule")])
def test_a_schedule_is_bounded_and_the_runbook_says_what_makes_up_for_a_lost_run(
    function: str, event: str, source: dict[str, Any]
) -> None:
    assert source["RetryPolicy"].keys() == {"MaximumRetryAttempts", "MaximumEventAgeInSeconds"}
    # Schedules and rules only hand over; what the function then fails at, Lambda repeats by these.
    assert {"MaximumRetryAttempts", "MaximumEventAgeInSeconds"} <= functions()[function]["EventInvokeConfig"].keys()
    assert f"| `{function}.{event}` |" in RUNBOOK


def test_every_dead_letter_queue_has_its_redrive_in_the_runbook() -> None:
    for name in resources("AWS::SQS::Queue"):
        (row,) = re.findall(rf"^\| `{name}` \|(.*)\|$", RUNBOOK, re.MULTILINE)
        assert len(row.split(" | ")) == 3


# ------------------------------------------------------------ traces, versions


def test_functions_are_traced_and_the_api_is_not() -> None:
    assert template()["Globals"]["Function"]["Tracing"] == "Active"
    assert not [name for name, props in functions().items() if "Tracing" in props]
    assert "Api" not in template()["Globals"]
    (api,) = resources("AWS::Serverless::Api").values()
    assert "TracingEnabled" not in api


def test_nothing_but_lambda_writes_traces() -> None:
    """No library that could put arguments, answers or the text of errors into them."""
    sources = [path.read_text() for path in (ROOT / "layers/portal/portal").rglob("*.py")]
    assert not [source for source in sources if "Tracer" in source or "xray" in source]
    assert "aws-xray-sdk" not in (ROOT / "layers/portal/requirements.txt").read_text()


def test_every_function_is_called_by_an_alias_whose_version_the_release_names() -> None:
    common = template()["Globals"]["Function"]
    assert common["AutoPublishAlias"] == "live"
    assert common["DeploymentPreference"]["Enabled"] == {"Ref": "GradualDeployments"}
    assert [props["AutoPublishCodeSha256"] for props in functions().values()] == [{"Ref": "Release"}] * len(functions())


def test_a_new_version_is_taken_back_by_its_own_errors_alone() -> None:
    alarms = [
        entry["Fn::If"][1]["Ref"] for entry in template()["Globals"]["Function"]["DeploymentPreference"]["Alarms"]
    ]
    crashed, broken, failed = ([metric[2] for metric in metrics_of(ALARMS[name])] for name in alarms)
    versions = {name: {"Fn::GetAtt": [logical_id(name), "Version.Version"]} for name in functions()}
    # Between them the alarms see every function: each has a gradual deployment.
    assert [
        (dimensions["FunctionName"]["Ref"], dimensions["ExecutedVersion"]) for dimensions in [*crashed, *failed]
    ] == [(logical_id(name), versions[name]) for name in [*HTTP_FUNCTIONS, *EVENT_FUNCTIONS]]
    assert [(dimensions["service"], dimensions["version"]) for dimensions in broken] == [
        (name, versions[name]) for name in HTTP_FUNCTIONS
    ]
    assert {*HTTP_FUNCTIONS, *EVENT_FUNCTIONS} == set(functions())


def test_a_plain_deployment_is_taken_and_leaves_the_versions_to_sam() -> None:
    for environment in ("local", "dev", "prod"):
        assert read_environment(ROOT / "samconfig.toml", environment)["Release"] == ""
    assert all(props["AutoPublishAliasAllProperties"] is True for props in functions().values())


# ------------------------------------------------------------ stack policy


def test_the_stack_policy_keeps_every_retained_resource_and_every_key() -> None:
    (allowed, denied) = json.loads((ROOT / "docs/stack-policy.json").read_text())["Statement"]
    assert (allowed["Effect"], allowed["Action"], allowed["Resource"]) == ("Allow", "Update:*", "*")
    assert (denied["Effect"], denied["Action"]) == ("Deny", ["Update:Replace", "Update:Delete"])
    kept = {
        name
        for name, resource in template()["Resources"].items()
        if resource.get("DeletionPolicy") == "Retain" or resource["Type"] == "AWS::DynamoDB::Table"
    }
    # Keys of links and access tokens come and go by their rotation.
    keys = {name for name in resources("AWS::KMS::Key") if not re.search(r"Key[AB]$", name)}
    assert denied["Resource"] == sorted(f"LogicalResourceId/{name}" for name in kept | keys)
