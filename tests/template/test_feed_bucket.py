"""The bucket of the feed and who comes near it."""

from typing import Any

from portal.adapters.feed_bucket import DONE, INBOX, REPORTS
from tests.support.template import functions, resources, template
from tools.local.template import Resolver

BUCKET = resources("AWS::S3::Bucket")["FeedBucket"]
EVENTS = functions()["ingest"]["Events"]


def test_there_is_no_other_bucket() -> None:
    assert set(resources("AWS::S3::Bucket")) == {"FeedBucket"}


def test_the_bucket_is_encrypted_by_our_key_and_open_to_nobody() -> None:
    (rule,) = BUCKET["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"] == {"Fn::GetAtt": ["DataKey", "Arn"]}
    assert list(BUCKET["PublicAccessBlockConfiguration"].values()) == [True] * 4
    assert BUCKET["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]


def test_our_key_serves_storage_alone() -> None:
    policy = resources("AWS::KMS::Key")["DataKey"]["KeyPolicy"]["Statement"]
    (through,) = [entry for entry in policy if entry["Sid"] == "ThroughStorage"]
    wanted = ["dynamodb.${AWS::Region}.amazonaws.com", "s3.${AWS::Region}.amazonaws.com"]
    assert through["Condition"]["StringEquals"]["kms:ViaService"] == [{"Fn::Sub": name} for name in wanted]


def test_every_prefix_forgets() -> None:
    rules = {rule["Prefix"]: rule for rule in BUCKET["LifecycleConfiguration"]["Rules"] if "Prefix" in rule}
    assert {prefix: rule["ExpirationInDays"] for prefix, rule in rules.items()} == {INBOX: 30, DONE: 14, REPORTS: 90}
    assert all(rule["Status"] == "Enabled" for rule in BUCKET["LifecycleConfiguration"]["Rules"])


def test_everywhere_but_on_the_local_stack_nothing_comes_without_tls() -> None:
    assert template()["Resources"]["FeedBucketPolicy"]["Condition"] == "IsCloud"
    for environment, holds in (("local", False), ("dev", True), ("prod", True)):
        assert Resolver(template(), {"Environment": environment}, {}).condition("IsCloud") is holds
    (statement,) = resources("AWS::S3::BucketPolicy")["FeedBucketPolicy"]["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert len(statement["Resource"]) == 2


def test_the_core_system_brings_files_and_reads_reports_and_nothing_else() -> None:
    statements = resources("AWS::IAM::ManagedPolicy")["FeedDeliveryPolicy"]["PolicyDocument"]["Statement"]
    assert [(entry["Effect"], entry["Action"], entry["Resource"]["Fn::Sub"]) for entry in statements] == [
        ("Allow", "s3:PutObject", "${FeedBucket.Arn}/inbox/*"),
        ("Allow", "s3:GetObject", "${FeedBucket.Arn}/reports/*"),
    ]


def test_a_file_wakes_the_function_and_so_does_every_minute() -> None:
    pattern: Any = EVENTS["Arrived"]["Properties"]["Pattern"]
    assert (pattern["source"], pattern["detail-type"]) == (["aws.s3"], ["Object Created"])
    assert pattern["detail"] == {"bucket": {"name": [{"Ref": "FeedBucket"}]}, "object": {"key": [{"prefix": INBOX}]}}
    assert BUCKET["NotificationConfiguration"]["EventBridgeConfiguration"]["EventBridgeEnabled"] is True
    assert EVENTS["Waiting"]["Properties"]["ScheduleExpression"] == "rate(1 minute)"


def test_what_could_not_be_started_or_failed_is_told_by_a_queue() -> None:
    queue = {"Fn::GetAtt": ["IngestDeadLetters", "Arn"]}
    assert EVENTS["Arrived"]["Properties"]["DeadLetterConfig"]["Arn"] == queue
    assert functions()["ingest"]["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]["Destination"] == queue
    policy = resources("AWS::SQS::QueuePolicy")["IngestDeadLettersPolicy"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_no_run_is_repeated_by_itself() -> None:
    assert functions()["ingest"]["EventInvokeConfig"]["MaximumRetryAttempts"] == 0
    for event in EVENTS.values():
        assert event["Properties"]["RetryPolicy"]["MaximumRetryAttempts"] == 0


def test_files_that_wait_and_lines_that_are_refused_are_alarms_and_silence_too() -> None:
    alarms = resources("AWS::CloudWatch::Alarm")
    for name in ("OldestFeedAlarm", "FeedLinesRefusedAlarm"):
        assert alarms[name]["Dimensions"] == [{"Name": "service", "Value": "ingest"}]
        assert alarms[name]["MetricName"] == name.removesuffix("Alarm").replace("OldestFeed", "OldestFeedSeconds")
    assert (alarms["OldestFeedAlarm"]["Threshold"], alarms["OldestFeedAlarm"]["TreatMissingData"]) == (
        3600,
        "breaching",
    )
    assert alarms["IngestErrorsAlarm"]["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": "IngestFunction"}}]
