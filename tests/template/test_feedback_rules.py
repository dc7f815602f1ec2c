"""How SES tells of mails, and what of it gets in."""

import json
import re
from typing import Any

import pytest

from portal.domain.feedback import LISTED_SECONDS, PROMISED_SECONDS
from tests.support.rule_events import passed_by_rules
from tests.support.ses_events import DIAGNOSIS, TO, bounce, complaint, delay, reject, rendering_failure
from tests.support.template import ROOT, functions, resources

NAMES = {"Environment": "prod", "MailConfigurationSet": "mails"}
LOCALLY = {**NAMES, "Environment": "local"}
EVENTS = [made("an-order") for made in (bounce, complaint, delay, reject, rendering_failure)]
RULES = {
    name: event["Properties"]
    for name, event in functions()["feedback"]["Events"].items()
    if event["Type"] == "EventBridgeRule"
}


def test_the_configuration_set_tells_of_everything_that_the_rules_take_and_of_nothing_else() -> None:
    (destination,) = resources("AWS::SES::ConfigurationSetEventDestination").values()
    told = destination["EventDestination"]
    assert told["Enabled"] is True
    assert destination["ConfigurationSetName"] == {"Ref": "MailConfigurationSet"}
    taken = {kind for rule in RULES.values() for kind in rule["Pattern"]["detail"]["eventType"]}
    assert {kind.lower() for kind in told["MatchingEventTypes"]} == {kind.replace(" ", "").lower() for kind in taken}
    # The one bus to which AWS itself sends.
    assert told["EventBridgeDestination"]["EventBusArn"]["Fn::Sub"].endswith(":event-bus/default")


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: str(event["detail"]["eventType"]))
def test_no_address_and_no_word_of_a_foreign_server_is_passed_on(event: dict[str, Any]) -> None:
    (payload,) = passed_by_rules("feedback", event, NAMES)
    assert payload["feedback"] == event["detail"]["eventType"]
    assert payload["order"] == ["an-order"]
    assert set(payload) <= {"feedback", "bounce", "order"}
    assert not [word for word in (TO, DIAGNOSIS, "198.51.100.7", "Subject") if word in json.dumps(payload)]


def test_paths_of_rules_are_such_as_eventbridge_reads() -> None:
    """Dots alone: brackets and names with other signs are refused (API reference, InputTransformer)."""
    for rule in RULES.values():
        paths, template = rule["InputTransformer"]["InputPathsMap"], rule["InputTransformer"]["InputTemplate"]
        assert all(re.fullmatch(r"\$(\.[A-Za-z]+)+", path) for path in paths.values())
        assert set(re.findall(r"<(\w+)>", template)) == set(paths)


def test_only_ses_itself_and_our_own_mails_are_heard() -> None:
    for event in EVENTS:
        forged = {**event, "source": "local.ses"}
        assert passed_by_rules("feedback", forged, NAMES) == []
        assert len(passed_by_rules("feedback", forged, LOCALLY)) == 1
        assert passed_by_rules("feedback", event, {**NAMES, "MailConfigurationSet": "others"}) == []
        tags = event["detail"]["mail"]["tags"]
        without = {name: value for name, value in tags.items() if name != "order"}
        mail = {**event["detail"]["mail"], "tags": without}
        assert passed_by_rules("feedback", {**event, "detail": {**event["detail"], "mail": mail}}, NAMES) == []


def test_what_can_not_be_handed_over_or_taken_waits_in_a_queue_and_is_an_alarm() -> None:
    queue = {"Fn::GetAtt": ["FeedbackDeadLetters", "Arn"]}
    for rule in RULES.values():
        assert rule["DeadLetterConfig"] == {"Arn": queue}
        assert rule["RetryPolicy"] == {"MaximumRetryAttempts": 20, "MaximumEventAgeInSeconds": 7200}
    invoked = functions()["feedback"]["EventInvokeConfig"]
    assert invoked["DestinationConfig"]["OnFailure"] == {"Type": "SQS", "Destination": queue}
    # Twice, after one and two minutes: longer than the mailer holds a row whose run died after sending.
    assert (invoked["MaximumRetryAttempts"], invoked["MaximumEventAgeInSeconds"]) == (2, 3600)
    (statement,) = resources("AWS::SQS::QueuePolicy")["FeedbackDeadLettersPolicy"]["PolicyDocument"]["Statement"]
    assert (statement["Principal"], statement["Resource"]) == ({"Service": "events.amazonaws.com"}, queue)
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    alarm = resources("AWS::CloudWatch::Alarm")["FeedbackDeadLettersAlarm"]
    name = {"Fn::GetAtt": ["FeedbackDeadLetters", "QueueName"]}
    assert alarm["Dimensions"] == [{"Name": "QueueName", "Value": name}]
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/SQS", "ApproximateNumberOfMessagesVisible")
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 0)


def test_the_rates_by_which_ses_judges_an_account_are_alarms() -> None:
    alarms = resources("AWS::CloudWatch::Alarm")
    for name, threshold in {"BounceRate": 0.05, "ComplaintRate": 0.001}.items():
        alarm = alarms[f"{name}Alarm"]
        assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/SES", f"Reputation.{name}")
        # Of the whole account: SES tells these without a dimension.
        assert "Dimensions" not in alarm
        assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanOrEqualToThreshold", threshold)


def test_mails_that_ses_rejects_and_entries_that_grow_too_old_are_alarms_and_silence_about_these_too() -> None:
    alarms = resources("AWS::CloudWatch::Alarm")
    for name in ("MailsRejectedAlarm", "SuppressedOverdueAlarm"):
        assert alarms[name]["Dimensions"] == [{"Name": "service", "Value": "feedback"}]
        assert alarms[name]["MetricName"] == name.removesuffix("Alarm")
        assert (alarms[name]["ComparisonOperator"], alarms[name]["Threshold"]) == ("GreaterThanThreshold", 0)
    overdue = alarms["SuppressedOverdueAlarm"]
    assert (overdue["Statistic"], overdue["TreatMissingData"]) == ("Minimum", "breaching")
    # Periods are the clock's: up to one more goes by until the alarm. Who is told has a day left.
    heard_after = overdue["Period"] * (overdue["EvaluationPeriods"] + 1)
    assert PROMISED_SECONDS - LISTED_SECONDS - heard_after > 24 * 3600


def test_addresses_are_erased_every_quarter_of_an_hour_and_no_run_meets_the_next() -> None:
    schedule = functions()["feedback"]["Events"]["Erase"]["Properties"]
    assert (schedule["ScheduleExpression"], schedule["Input"]) == ("rate(15 minutes)", '{"task":"erase"}')
    assert functions()["feedback"]["Timeout"] < 15 * 60


def test_the_runbook_names_every_kind_of_mail_that_a_complaint_stops_or_not() -> None:
    from typing import get_args

    from portal.domain.outbox import NoticeKind

    section = (ROOT / "docs/operations.md").read_text().partition("**After a complaint**")[2].partition("\n")[0]
    goes, _, stops = section.partition("These do not:")
    assert not [kind for kind in get_args(NoticeKind) if kind != "email_changed" and f"`{kind}`" not in stops]
    assert "`email_changed` goes" in stops
    kinds = ("opt_in", "resend", "credentials", "password_reset", "email_change", "farewell", "closing_announced")
    assert not [kind for kind in (*kinds, "restriction_started", "restriction_ending") if f"`{kind}`" not in goes]
