"""What template.yaml promises, held against the code and the design."""

import ast
import importlib
import json
import re
import tomllib
from dataclasses import fields
from typing import Any, get_args

import pytest

from portal.adapters.aws import CONFIGS, REQUEST_SECONDS, Service
from portal.adapters.dynamodb.mirror_records import row_values
from portal.http.response import Response
from portal.observe import SecurityCounter
from portal.settings.cleanup import CleanupSettings
from portal.settings.feedback import FeedbackSettings
from portal.settings.ingest import IngestSettings
from portal.settings.mailer import MailerSettings
from portal.settings.ops import OpsSettings
from portal.settings.review import ReviewSettings
from tests.support.journeys import JOURNEYS
from tests.support.mirror import LISTS_OF_CASES, a_case
from tests.support.template import (
    ROOT,
    as_list,
    functions,
    resources,
    role_of,
    statements,
    template,
)
from tests.support.world import HTTP_FUNCTIONS
from tools.local.parameters import read_environment

TABLES = resources("AWS::DynamoDB::Table")
API = resources("AWS::Serverless::Api")["Api"]
SETTINGS = {
    **HTTP_FUNCTIONS,
    "mailer": MailerSettings,
    "cleanup": CleanupSettings,
    "review": ReviewSettings,
    "ingest": IngestSettings,
    "feedback": FeedbackSettings,
    "ops": OpsSettings,
}


@pytest.mark.parametrize("environment", ["local", "dev", "prod"])
def test_each_environment_gives_every_parameter_once_and_no_other(environment: str) -> None:
    document = tomllib.loads((ROOT / "samconfig.toml").read_text())
    overrides = document[environment]["deploy"]["parameters"]["parameter_overrides"]
    assert sorted(entry.partition("=")[0] for entry in overrides) == sorted(template()["Parameters"])


@pytest.mark.parametrize("environment", ["local", "dev", "prod"])
def test_each_environment_names_itself(environment: str) -> None:
    assert read_environment(ROOT / "samconfig.toml", environment)["Environment"] == environment


def test_an_unconfirmed_registration_lives_thirty_days_at_most() -> None:
    parameter = template()["Parameters"]["UnconfirmedLifetimeSeconds"]
    assert parameter["Default"] == parameter["MaxValue"] == 30 * 86400


def test_every_folder_of_functions_is_deployed() -> None:
    folders = {path.parent.name for path in (ROOT / "functions").glob("*/app.py")}
    assert folders == set(functions())


@pytest.mark.parametrize("name", sorted(HTTP_FUNCTIONS))
def test_the_declared_routes_are_those_of_the_code(name: str) -> None:
    events = functions()[name]["Events"].values()
    declared = {(event["Properties"]["Method"], event["Properties"]["Path"]) for event in events}
    routes = importlib.import_module(f"functions.{name}.app").ROUTES
    assert declared == {(route.method, route.path) for route in routes}


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_a_function_gets_the_settings_that_it_reads_and_no_other(name: str) -> None:
    declared = set(functions()[name]["Environment"]["Variables"]) - {"POWERTOOLS_SERVICE_NAME"}
    read = {field.name.upper() for field in fields(SETTINGS[name])}
    common = set(template()["Globals"]["Function"]["Environment"]["Variables"])
    assert declared == read - common


@pytest.mark.parametrize("name", sorted(functions()))
def test_a_function_names_itself_in_its_logs_and_in_its_calls_to_aws(name: str) -> None:
    variables = functions()[name]["Environment"]["Variables"]
    assert variables["POWERTOOLS_SERVICE_NAME"] == name


def test_every_function_has_a_role_and_a_log_group_of_its_own() -> None:
    groups = [props["LoggingConfig"]["LogGroup"]["Ref"] for props in functions().values()]
    assert len(set(groups)) == len({role_of(name) for name in functions()}) == len(functions())
    assert set(groups) <= set(resources("AWS::Logs::LogGroup"))


def test_every_log_group_forgets() -> None:
    retentions = [props.get("RetentionInDays") for props in resources("AWS::Logs::LogGroup").values()]
    assert retentions == [{"Ref": "LogRetentionDays"}] * len(retentions)
    assert template()["Parameters"]["LogRetentionDays"]["Default"] == 90


def test_the_access_log_names_no_address_path_or_caller() -> None:
    log_format = API["AccessLogSetting"]["Format"]
    assert not re.search(r"\$context\.(identity|path\b|authorizer)", log_format)
    assert json.loads(log_format)["route"] == "$context.resourcePath"


def test_execution_logs_are_off() -> None:
    assert [(entry["LoggingLevel"], entry["DataTraceEnabled"]) for entry in API["MethodSettings"]] == [("OFF", False)]


def test_no_function_logs_events() -> None:
    everywhere = json.dumps(template())
    assert "POWERTOOLS_LOGGER_LOG_EVENT" not in everywhere
    assert "POWERTOOLS_DEV" not in everywhere


def test_throttling_is_set_for_all_routes() -> None:
    (entry,) = API["MethodSettings"]
    assert entry["ResourcePath"] == "/*"
    assert "ThrottlingRateLimit" in entry
    assert "ThrottlingBurstLimit" in entry


def test_every_answer_of_the_gateway_is_a_problem_with_the_headers_of_the_portal() -> None:
    always = Response(204).to_gateway()["headers"]
    for name, answer in API["GatewayResponses"].items():
        headers = {key: value[1:-1] for key, value in answer["ResponseParameters"]["Headers"].items()}
        assert headers["Content-Type"] == "application/problem+json; charset=utf-8", name
        for header in ("Strict-Transport-Security", "X-Content-Type-Options", "Referrer-Policy", "Cache-Control"):
            assert headers[header] == always[header], name
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], name
        body = json.loads(answer["ResponseTemplates"]["application/json"])
        assert body["status"] == answer.get("StatusCode", 400), name


TABLE_SETTINGS = {
    # table: time to live, point-in-time recovery, stream, customer-managed key, kept when the stack goes
    "RegistrationsTable": (True, False, "KEYS_ONLY", True, False),
    "AccountsTable": (False, True, None, True, True),
    "SessionsTable": (True, False, None, False, False),
    "OutboxTable": (True, False, "NEW_IMAGE", False, False),
    "EvidenceTable": (True, True, None, True, True),
    "MirrorTable": (True, False, None, True, False),
}


def test_there_is_one_table_a_retention_class() -> None:
    assert set(TABLES) == set(TABLE_SETTINGS)


@pytest.mark.parametrize("name", sorted(TABLE_SETTINGS))
def test_a_table_has_the_settings_of_its_class(name: str) -> None:
    table, resource = TABLES[name], template()["Resources"][name]
    found = (
        table.get("TimeToLiveSpecification") == {"AttributeName": "expires_at", "Enabled": True},
        table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"],
        table.get("StreamSpecification", {}).get("StreamViewType"),
        table.get("SSESpecification", {}).get("KMSMasterKeyId") == {"Fn::GetAtt": ["DataKey", "Arn"]},
        resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain",
    )
    assert found == TABLE_SETTINGS[name]
    assert table.get("DeletionProtectionEnabled", False) == TABLE_SETTINGS[name][4]


def test_indexes_hold_keys_only_and_those_of_lists_what_their_owner_sees() -> None:
    indexes = [index for table in TABLES.values() for index in table.get("GlobalSecondaryIndexes", [])]
    shown = {index["IndexName"]: index["Projection"] for index in indexes}
    of_cases = [shown.pop(name) for name in LISTS_OF_CASES]
    assert all(set(projection["NonKeyAttributes"]) == set(row_values(a_case())) for projection in of_cases)
    of_sessions, of_mails = shown.pop("by-account"), shown.pop("by-ref")
    assert "recipient" not in of_mails["NonKeyAttributes"]
    assert set(shown) == {"by-address", "by-expiry", "by-due", "by-review", "by-pseudonym", "by-person"}
    assert all(projection == {"ProjectionType": "KEYS_ONLY"} for projection in shown.values())
    assert not [name for name in of_sessions["NonKeyAttributes"] if "hash" in name or "nonce" in name]


def test_the_mailer_ends_before_the_lease_of_a_row_does() -> None:
    from portal.domain.outbox import LEASE_SECONDS

    assert functions()["mailer"]["Timeout"] < LEASE_SECONDS


def test_the_cleanup_deletes_registrations_and_only_adds_to_the_evidence() -> None:
    by_action: dict[str, list[Any]] = {}
    for statement in statements("CleanupRole"):
        for action in as_list(statement["Action"]):
            by_action.setdefault(action, []).extend(as_list(statement["Resource"]))
    evidence = {"Fn::GetAtt": ["EvidenceTable", "Arn"]}
    assert by_action["dynamodb:DeleteItem"] == [{"Fn::GetAtt": ["RegistrationsTable", "Arn"]}]
    assert by_action["dynamodb:PutItem"] == [evidence]
    assert by_action["dynamodb:Query"] == [{"Fn::Sub": "${RegistrationsTable.Arn}/index/by-expiry"}, evidence]


def test_a_sweep_ends_before_the_next_one_starts() -> None:
    properties = functions()["cleanup"]["Events"]["Sweep"]["Properties"]
    assert properties["ScheduleExpression"] == "rate(15 minutes)"
    assert functions()["cleanup"]["Timeout"] < 15 * 60


def test_unused_accounts_are_told_in_time_and_live_no_longer_than_the_privacy_notice_says() -> None:
    from portal.domain.outbox import LIFETIME_SECONDS

    parameters = template()["Parameters"]
    for name, days in {"UnactivatedAccountDays": 90, "IdleAccountDays": 1096}.items():
        assert parameters[name]["Default"] == parameters[name]["MaxValue"] == days
        assert parameters[name]["MinValue"] >= parameters["ClosingNoticeDays"]["MaxValue"]
    notice = parameters["ClosingNoticeDays"]
    # So an announcement that could not be sent is given up before the account is closed, never after.
    assert notice["Default"] == notice["MinValue"] == LIFETIME_SECONDS / 86_400 == 14


def test_the_review_runs_once_a_day_and_ends_before_the_next_run() -> None:
    schedule = functions()["review"]["Events"]["Due"]["Properties"]
    assert schedule["ScheduleExpression"] == "rate(1 day)"
    assert functions()["review"]["Timeout"] < 900


def test_late_deletion_is_an_alarm_and_silence_too() -> None:
    alarm = resources("AWS::CloudWatch::Alarm")["OldestExpiredAlarm"]
    variables = template()["Globals"]["Function"]["Environment"]["Variables"]
    assert alarm["Namespace"] == variables["POWERTOOLS_METRICS_NAMESPACE"]
    service = functions()["cleanup"]["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
    assert alarm["Dimensions"] == [{"Name": "service", "Value": service}]
    assert (alarm["MetricName"], alarm["Statistic"]) == ("OldestExpiredSeconds", "Maximum")
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 1800)
    assert alarm["TreatMissingData"] == "breaching"
    # A sweep every 15 minutes, so that one late start leaves no period empty.
    assert alarm["Period"] * alarm["EvaluationPeriods"] == 2 * 15 * 60
    assert "OldestExpiredAlarm" in (ROOT / "docs/operations.md").read_text()


def test_nothing_but_an_operator_calls_ops() -> None:
    assert "Events" not in functions()["ops"]
    assert "FunctionUrlConfig" not in functions()["ops"]
    permitted = [entry["FunctionName"] for entry in resources("AWS::Lambda::Permission").values()]
    assert {"Ref": "OpsFunction"} not in permitted


def test_ops_ends_before_its_caller_sends_the_event_again() -> None:
    botocore_read_timeout = 60
    assert functions()["ops"]["Timeout"] < botocore_read_timeout


def test_schedules_are_named_by_their_stack() -> None:
    events = [event for props in functions().values() for event in props.get("Events", {}).values()]
    names = [event["Properties"]["Name"]["Fn::Sub"] for event in events if event["Type"] == "ScheduleV2"]
    assert len(set(names)) == len(names) == 6
    assert all(name.startswith("${AWS::StackName}-") for name in names)


def test_keys_that_grow_old_are_alarms_and_silence_about_their_age_too() -> None:
    alarms = resources("AWS::CloudWatch::Alarm")
    schedule = functions()["review"]["Events"]["Keys"]["Properties"]
    assert (schedule["ScheduleExpression"], schedule["Input"]) == ("rate(1 day)", '{"task":"keys"}')
    for name in ("KeyAgeAlarm", "KeysToRetireAlarm"):
        assert alarms[name]["Dimensions"] == [{"Name": "service", "Value": "review"}]
        assert alarms[name]["Period"] == 86_400
        assert name in (ROOT / "docs/operations.md").read_text()
    assert alarms["KeyAgeAlarm"]["Threshold"] == {"Ref": "KeyAgeLimitDays"}
    assert alarms["KeyAgeAlarm"]["TreatMissingData"] == "breaching"


def test_a_base_rate_that_lacks_is_an_alarm() -> None:
    alarm = resources("AWS::CloudWatch::Alarm")["BaseRateAlarm"]
    assert (alarm["MetricName"], alarm["Dimensions"]) == ("BaseRateDaysLeft", [{"Name": "service", "Value": "review"}])
    assert (alarm["Statistic"], alarm["ComparisonOperator"], alarm["Threshold"]) == ("Minimum", "LessThanThreshold", 0)
    assert "BaseRateAlarm" in (ROOT / "docs/operations.md").read_text()


def test_every_counter_of_the_security_log_has_its_alarm_and_its_row_in_the_runbook() -> None:
    alarms = resources("AWS::CloudWatch::Alarm")
    watched = {
        alarm["MetricName"]: name
        for name, alarm in alarms.items()
        if alarm.get("Dimensions") == [{"Name": "service", "Value": "security"}]
    }
    assert set(watched) == set(get_args(SecurityCounter))
    runbook = (ROOT / "docs/operations.md").read_text()
    assert all(f"| `{name}` |" in runbook for name in watched.values())


def test_an_old_key_is_kept_as_long_as_anything_that_it_signed_may_be_valid() -> None:
    from portal.domain.key import LONGEST_VALID_SECONDS
    from portal.domain.token import EMAIL_CHANGE_SECONDS, FREEZE_SECONDS, PASSWORD_RESET_SECONDS

    parameters = template()["Parameters"]
    assert LONGEST_VALID_SECONDS["access-token"] == parameters["AccessTokenLifetimeSeconds"]["MaxValue"]
    longest = parameters["UnconfirmedLifetimeSeconds"]["MaxValue"]
    assert LONGEST_VALID_SECONDS["link"] == longest > max(EMAIL_CHANGE_SECONDS, FREEZE_SECONDS, PASSWORD_RESET_SECONDS)


@pytest.mark.parametrize("use", ["Link", "AccessToken"])
def test_a_slot_has_a_key_when_it_is_active_or_both_are(use: str) -> None:
    for slot in ("A", "B"):
        (active, both) = template()["Conditions"][f"Has{use}Key{slot}"]["Fn::Or"]
        assert active == {"Fn::Equals": [{"Ref": f"Active{use}KeySlot"}, slot]}
        assert both == {"Fn::Equals": [{"Ref": f"{use}KeySlots"}, "both"]}
        assert template()["Resources"][f"{use}Key{slot}"]["Condition"] == f"Has{use}Key{slot}"


@pytest.mark.parametrize(
    ("function", "event", "wanted"),
    [
        ("mailer", "Outbox", {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"status": {"S": ["pending"]}}}}),
        (
            "cleanup",
            "Expired",
            {
                "eventName": ["REMOVE"],
                "userIdentity": {"type": ["Service"], "principalId": ["dynamodb.amazonaws.com"]},
            },
        ),
    ],
)
def test_a_stream_wakes_for_its_records_and_gives_up_into_a_queue_of_its_own(
    function: str, event: str, wanted: dict[str, Any]
) -> None:
    stream = functions()[function]["Events"][event]["Properties"]
    (pattern,) = stream["FilterCriteria"]["Filters"]
    assert json.loads(pattern["Pattern"]) == wanted
    assert (stream["MaximumRetryAttempts"], stream["MaximumRecordAgeInSeconds"]) == (3, 3600)
    assert stream["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    queue, _ = stream["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"]
    assert queue == f"{function.capitalize()}DeadLetters"
    assert queue in resources("AWS::SQS::Queue")


def test_mails_need_tls_and_track_nobody() -> None:
    (configuration,) = resources("AWS::SES::ConfigurationSet").values()
    assert configuration["DeliveryOptions"] == {"TlsPolicy": "REQUIRE"}
    assert "TrackingOptions" not in configuration
    (events,) = resources("AWS::SES::ConfigurationSetEventDestination").values()
    assert not {"open", "click"} & set(events["EventDestination"]["MatchingEventTypes"])


def test_undelivered_mails_go_back_to_a_name_of_the_sender_domain() -> None:
    (identity,) = resources("AWS::SES::EmailIdentity").values()
    condition, attributes, _ = identity["MailFromAttributes"]["Fn::If"]
    assert condition == "HasMailFrom"
    assert attributes["MailFromDomain"] == {"Fn::Sub": "${MailFromSubdomain}.${SenderDomain}"}


def test_the_custom_domain_takes_modern_tls_only_and_closes_the_stage_address() -> None:
    (domain,) = resources("AWS::ApiGateway::DomainName").values()
    assert domain["SecurityPolicy"] == "TLS_1_2"
    assert API["DisableExecuteApiEndpoint"] == {"Fn::If": ["HasDomain", True, False]}


def test_no_secret_stands_in_an_environment() -> None:
    for name, props in functions().items():
        for variable, value in props["Environment"]["Variables"].items():
            secret = re.search(r"SECRET|TOKEN$|PASSWORD$|PRIVATE", variable)
            assert not secret, f"{name}: {variable}"
            if variable.endswith("_ARN"):
                in_force = value["Fn::If"][1] if "Fn::If" in value else value
                assert in_force["Fn::GetAtt"][0] in resources("AWS::KMS::Key")


def test_handler_modules_are_short_and_import_only_the_portal() -> None:
    for path in (ROOT / "functions").glob("*/app.py"):
        source = path.read_text()
        assert len(source.splitlines()) < 60, path
        nodes = ast.walk(ast.parse(source))
        imported = {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
        assert all(str(module).startswith("portal") for module in imported), path


def slowest_call(service: Service) -> float:
    """Return the seconds of connecting and reading at every try, with the pauses between them (at most a second)."""
    config: Any = CONFIGS[service]
    tries = config.retries["total_max_attempts"]
    return float(tries * (config.connect_timeout + config.read_timeout) + (tries - 1) * 0.9)


def test_a_request_ends_before_its_function_and_that_before_the_gateway() -> None:
    """However many calls a route makes: after ``REQUEST_SECONDS`` none begins, and one that began ends in its time."""
    longest = REQUEST_SECONDS + max(slowest_call("dynamodb"), slowest_call("kms"))
    assert longest < template()["Globals"]["Function"]["Timeout"] < 29
    assert {name for name, props in functions().items() if "Timeout" not in props} >= set(HTTP_FUNCTIONS)


def test_the_longest_journey_has_a_second_for_each_call() -> None:
    """As counted by ``tests/integration/test_call_budget.py``, and the public key that a first request asks for."""
    assert max(journey.tables + journey.keys + 1 for journey in JOURNEYS) <= REQUEST_SECONDS


def test_a_mail_is_never_sent_again_by_the_library() -> None:
    config: Any = CONFIGS["sesv2"]
    assert config.retries["total_max_attempts"] == 1
