"""What roles and key policies of template.yaml allow: what each function does, and nothing else."""

import json
from fnmatch import fnmatchcase
from typing import Any

import pytest

from tests.support.mirror import LISTS_OF_CASES
from tests.support.template import as_list, functions, key_users, resources, rights, role_of, statements

ROLES = resources("AWS::IAM::Role")
KEYS = resources("AWS::KMS::Key")

# Actions that AWS defines without resource-level rights, or that the local stack can't scope.
UNSCOPED = {
    "dynamodb:ListStreams",
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "ses:ListSuppressedDestinations",
    "ses:DeleteSuppressedDestination",
}

FUNCTION_ROLES = {name: role_of(name) for name in functions()}


def test_roles_name_each_action_and_each_resource() -> None:
    for role in FUNCTION_ROLES.values():
        for statement in statements(role):
            actions = as_list(statement["Action"])
            assert not [action for action in actions if "*" in action], role
            if statement["Resource"] == "*":
                assert set(actions) <= UNSCOPED, role


def test_no_function_has_a_managed_policy() -> None:
    assert not [role for role in FUNCTION_ROLES.values() if "ManagedPolicyArns" in ROLES[role]]


# Conditions of rights, by the words that the table below has for them.
CONDITIONS: dict[str, dict[str, Any]] = {
    "initial password only": {
        "ForAllValues:StringEquals": {
            "dynamodb:Attributes": [
                "pk",
                "password_hash",
                "password_kind",
                "password_expires_at",
                "initial_password_id",
            ]
        },
        "StringEqualsIfExists": {"dynamodb:ReturnValues": ["NONE"]},
    },
    "its review only": {
        "ForAllValues:StringEquals": {
            "dynamodb:Attributes": ["pk", "generation", "blocked", "review_at", "closing_announced_at"]
        },
        "StringEqualsIfExists": {"dynamodb:ReturnValues": ["NONE"]},
    },
    "that its mails came back only": {
        "ForAllValues:StringEquals": {"dynamodb:Attributes": ["pk", "expires_at", "refused_at"]},
        "StringEqualsIfExists": {"dynamodb:ReturnValues": ["NONE"]},
    },
    "that it can't be reached only": {
        "ForAllValues:StringEquals": {"dynamodb:Attributes": ["pk", "canonical_email", "bounced_at", "complained_at"]},
        "StringEqualsIfExists": {"dynamodb:ReturnValues": ["NONE"]},
    },
    "its end only": {
        "ForAllValues:StringEquals": {"dynamodb:Attributes": ["subject", "sk", "expires_at"]},
        "StringEqualsIfExists": {"dynamodb:ReturnValues": ["NONE"]},
    },
    "counters only": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["counter#*"]}},
    "as the sender": {"StringEqualsIfExists": {"ses:FromAddress": {"Ref": "SenderAddress"}}},
}
_SES = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:"
# What the role of each function allows beyond its own log group: action, resource and, where there is one, condition.
RIGHTS: dict[str, set[tuple[str, ...]]] = {
    "register": {
        ("dynamodb:PutItem", "RegistrationsTable"),
        ("dynamodb:PutItem", "OutboxTable"),
        ("dynamodb:UpdateItem", "SessionsTable", "counters only"),
    },
    "confirm": {
        ("dynamodb:GetItem", "RegistrationsTable"),
        ("dynamodb:PutItem", "RegistrationsTable"),
        ("dynamodb:DeleteItem", "RegistrationsTable"),
        ("dynamodb:GetItem", "AccountsTable"),
        ("dynamodb:PutItem", "AccountsTable"),
        ("dynamodb:UpdateItem", "AccountsTable"),
        ("dynamodb:DeleteItem", "AccountsTable"),
        ("dynamodb:PutItem", "EvidenceTable"),
        ("dynamodb:PutItem", "OutboxTable"),
    },
    "login": {
        ("dynamodb:GetItem", "AccountsTable"),
        ("dynamodb:BatchGetItem", "AccountsTable"),
        ("dynamodb:ConditionCheckItem", "AccountsTable"),
        ("dynamodb:UpdateItem", "AccountsTable"),
        ("dynamodb:GetItem", "SessionsTable"),
        ("dynamodb:BatchGetItem", "SessionsTable"),
        ("dynamodb:PutItem", "SessionsTable"),
        ("dynamodb:UpdateItem", "SessionsTable"),
        ("dynamodb:DeleteItem", "SessionsTable"),
        ("dynamodb:Query", "${SessionsTable.Arn}/index/by-account"),
        ("dynamodb:PutItem", "OutboxTable"),
    },
    "profile": {
        ("dynamodb:BatchGetItem", "AccountsTable"),
        ("dynamodb:UpdateItem", "AccountsTable"),
        ("dynamodb:DeleteItem", "AccountsTable"),
        ("dynamodb:BatchGetItem", "SessionsTable"),
        ("dynamodb:UpdateItem", "SessionsTable", "counters only"),
        ("dynamodb:PutItem", "RegistrationsTable"),
        ("dynamodb:BatchGetItem", "RegistrationsTable"),
        ("dynamodb:DeleteItem", "RegistrationsTable"),
        ("dynamodb:Query", "${SessionsTable.Arn}/index/by-account"),
        ("dynamodb:Query", "${RegistrationsTable.Arn}/index/by-address"),
        ("dynamodb:Query", "${OutboxTable.Arn}/index/by-ref"),
        ("dynamodb:BatchGetItem", "MirrorTable"),
        ("dynamodb:Query", "${MirrorTable.Arn}/index/by-person"),
        ("dynamodb:PutItem", "OutboxTable"),
        ("dynamodb:Query", "EvidenceTable"),
        ("dynamodb:PutItem", "EvidenceTable"),
        ("dynamodb:UpdateItem", "EvidenceTable", "its end only"),
    },
    "mailer": {
        ("dynamodb:DescribeStream", "OutboxTable.StreamArn"),
        ("dynamodb:GetRecords", "OutboxTable.StreamArn"),
        ("dynamodb:GetShardIterator", "OutboxTable.StreamArn"),
        ("dynamodb:ListStreams", "*"),
        ("dynamodb:UpdateItem", "OutboxTable"),
        ("dynamodb:Query", "${OutboxTable.Arn}/index/by-due"),
        ("dynamodb:GetItem", "RegistrationsTable"),
        ("dynamodb:BatchGetItem", "RegistrationsTable"),
        ("dynamodb:UpdateItem", "RegistrationsTable"),
        ("dynamodb:Query", "${RegistrationsTable.Arn}/index/by-address"),
        ("dynamodb:GetItem", "AccountsTable"),
        ("dynamodb:ConditionCheckItem", "AccountsTable"),
        ("dynamodb:UpdateItem", "AccountsTable", "initial password only"),
        ("dynamodb:GetItem", "SessionsTable", "counters only"),
        ("dynamodb:PutItem", "SessionsTable", "counters only"),
        ("dynamodb:UpdateItem", "SessionsTable", "counters only"),
        ("dynamodb:PutItem", "EvidenceTable"),
        ("sqs:SendMessage", "MailerDeadLetters"),
        ("ses:SendEmail", "* if IsLocal", "as the sender"),
        ("ses:SendEmail", _SES + "identity/${SenderDomain} unless IsLocal", "as the sender"),
        ("ses:SendEmail", _SES + "configuration-set/${MailConfigurationSet} unless IsLocal", "as the sender"),
    },
    "cleanup": {
        ("dynamodb:DescribeStream", "RegistrationsTable.StreamArn"),
        ("dynamodb:GetRecords", "RegistrationsTable.StreamArn"),
        ("dynamodb:GetShardIterator", "RegistrationsTable.StreamArn"),
        ("dynamodb:ListStreams", "*"),
        ("dynamodb:Query", "${RegistrationsTable.Arn}/index/by-expiry"),
        ("dynamodb:DeleteItem", "RegistrationsTable"),
        ("dynamodb:Query", "EvidenceTable"),
        ("dynamodb:PutItem", "EvidenceTable"),
        ("sqs:SendMessage", "CleanupDeadLetters"),
    },
    "review": {
        ("dynamodb:Query", "${AccountsTable.Arn}/index/by-review"),
        ("dynamodb:Query", "${RegistrationsTable.Arn}/index/by-address"),
        ("dynamodb:GetItem", "AccountsTable"),
        ("dynamodb:DeleteItem", "AccountsTable"),
        ("dynamodb:UpdateItem", "AccountsTable", "its review only"),
        ("dynamodb:DeleteItem", "RegistrationsTable"),
        ("dynamodb:PutItem", "OutboxTable"),
        ("dynamodb:Query", "EvidenceTable"),
        ("dynamodb:PutItem", "EvidenceTable"),
        ("dynamodb:UpdateItem", "EvidenceTable", "its end only"),
    },
    "ingest": {
        ("dynamodb:BatchGetItem", "MirrorTable"),
        ("dynamodb:GetItem", "MirrorTable"),
        ("dynamodb:Query", "MirrorTable"),
        ("dynamodb:PutItem", "MirrorTable"),
        ("dynamodb:UpdateItem", "MirrorTable"),
        ("dynamodb:DeleteItem", "MirrorTable"),
        ("dynamodb:ConditionCheckItem", "MirrorTable"),
        ("s3:ListBucket", "FeedBucket"),
        ("s3:GetObject", "${FeedBucket.Arn}/inbox/*"),
        ("s3:DeleteObject", "${FeedBucket.Arn}/inbox/*"),
        ("s3:PutObject", "${FeedBucket.Arn}/done/*"),
        ("s3:PutObject", "${FeedBucket.Arn}/reports/*"),
        ("s3:GetObject", "${FeedBucket.Arn}/reports/*"),
        ("s3:DeleteObject", "${FeedBucket.Arn}/reports/*"),
        ("sqs:SendMessage", "IngestDeadLetters"),
    },
    "feedback": {
        ("dynamodb:GetItem", "OutboxTable"),
        ("dynamodb:PutItem", "OutboxTable"),
        ("dynamodb:UpdateItem", "OutboxTable"),
        ("dynamodb:Query", "${OutboxTable.Arn}/index/by-due"),
        ("dynamodb:GetItem", "RegistrationsTable"),
        ("dynamodb:UpdateItem", "RegistrationsTable", "that its mails came back only"),
        ("dynamodb:GetItem", "AccountsTable"),
        ("dynamodb:UpdateItem", "AccountsTable", "that it can't be reached only"),
        ("ses:ListSuppressedDestinations", "*"),
        ("ses:DeleteSuppressedDestination", "*"),
        ("sqs:SendMessage", "FeedbackDeadLetters"),
    },
    "ops": {
        ("dynamodb:Query", "${RegistrationsTable.Arn}/index/by-address"),
        ("dynamodb:GetItem", "RegistrationsTable"),
        ("dynamodb:BatchGetItem", "RegistrationsTable"),
        ("dynamodb:DeleteItem", "RegistrationsTable"),
        ("dynamodb:GetItem", "AccountsTable"),
        ("dynamodb:PutItem", "AccountsTable"),
        ("dynamodb:UpdateItem", "AccountsTable"),
        ("dynamodb:DeleteItem", "AccountsTable"),
        ("dynamodb:Query", "EvidenceTable"),
        ("dynamodb:Query", "${EvidenceTable.Arn}/index/by-pseudonym"),
        ("dynamodb:PutItem", "OutboxTable"),
        ("dynamodb:Scan", "SessionsTable"),
        ("dynamodb:DeleteItem", "SessionsTable"),
    },
    "cases": {
        ("dynamodb:BatchGetItem", "AccountsTable"),
        ("dynamodb:BatchGetItem", "SessionsTable"),
        ("dynamodb:BatchGetItem", "MirrorTable"),
        ("dynamodb:Query", "MirrorTable"),
        ("dynamodb:Query", "${MirrorTable.Arn}/index/by-person"),
        *(("dynamodb:Query", f"${{MirrorTable.Arn}}/index/{name}") for name in LISTS_OF_CASES),
    },
    "web": set(),
}


def condition_name(condition: dict[str, Any]) -> str:
    return next((name for name, known in CONDITIONS.items() if known == condition), json.dumps(condition))


@pytest.mark.parametrize("name", sorted(functions()))
def test_a_role_allows_what_its_function_does(name: str) -> None:
    group = functions()[name]["LoggingConfig"]["LogGroup"]["Ref"]
    logging = {("logs:CreateLogStream", group), ("logs:PutLogEvents", group)}
    tracing = {("xray:PutTraceSegments", "*"), ("xray:PutTelemetryRecords", "*")}
    found = {
        (right.action, right.resource, *([condition_name(right.condition)] if right.condition else []))
        for right in rights(FUNCTION_ROLES[name])
    }
    assert found == RIGHTS[name] | logging | tracing


_LINK_KEY = {
    ("MailerRole", "kms:GenerateMac"),
    ("ConfirmRole", "kms:VerifyMac"),
    ("LoginRole", "kms:VerifyMac"),
    ("ReviewRole", "kms:DescribeKey"),
}
_ACCESS_TOKEN_KEY = {
    ("LoginRole", "kms:Sign"),
    ("LoginRole", "kms:GetPublicKey"),
    ("ProfileRole", "kms:GetPublicKey"),
    ("CasesRole", "kms:GetPublicKey"),
    ("ReviewRole", "kms:DescribeKey"),
}
KEY_USERS = {
    "LinkKeyA": _LINK_KEY,
    "LinkKeyB": _LINK_KEY,
    "InitialPasswordKey": {("MailerRole", "kms:GenerateMac")},
    "RecipientKey": {
        ("RegisterRole", "kms:Encrypt"),
        ("ConfirmRole", "kms:Encrypt"),
        ("LoginRole", "kms:Encrypt"),
        ("ProfileRole", "kms:Encrypt"),
        ("ReviewRole", "kms:Encrypt"),
        ("FeedbackRole", "kms:Encrypt"),
        ("OpsRole", "kms:Encrypt"),
        ("MailerRole", "kms:Decrypt"),
        ("FeedbackRole", "kms:Decrypt"),
    },
    "PseudonymKey": {
        ("ProfileRole", "kms:GenerateMac"),
        ("ReviewRole", "kms:GenerateMac"),
        ("OpsRole", "kms:GenerateMac"),
    },
    "AccessTokenKeyA": _ACCESS_TOKEN_KEY,
    "AccessTokenKeyB": _ACCESS_TOKEN_KEY,
}


def test_every_signing_key_is_listed_here() -> None:
    assert set(KEYS) == {*KEY_USERS, "DataKey"}


@pytest.mark.parametrize("name", sorted(KEY_USERS))
def test_a_key_may_be_used_by_the_roles_of_its_policy_alone(name: str) -> None:
    assert key_users(name) == KEY_USERS[name]


# Actions that use a key or let somebody else use it; the list of KMS, without what only reads or administers.
KEY_USES = (
    *("kms:Sign", "kms:Verify", "kms:GenerateMac", "kms:VerifyMac", "kms:Encrypt", "kms:Decrypt"),
    *("kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateRandom", "kms:DeriveSharedSecret", "kms:CreateGrant"),
    *("kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"),
    *("kms:GenerateDataKeyPair", "kms:GenerateDataKeyPairWithoutPlaintext"),
)


def used_by(patterns: list[str]) -> set[str]:
    """Return the uses of a key that a statement's actions cover; IAM compares them without case."""
    return {use for use in KEY_USES for pattern in patterns if fnmatchcase(use.lower(), pattern.lower())}


def test_whoever_administers_a_key_can_not_use_it() -> None:
    for name, key in KEYS.items():
        (administration,) = [entry for entry in key["KeyPolicy"]["Statement"] if entry["Sid"] == "Administration"]
        assert not used_by(as_list(administration["Action"])), name


@pytest.mark.parametrize(
    ("pattern", "covered"),
    [("*", True), ("kms:G*", True), ("KMS:s?gn", True), ("kms:Re*", True), ("kms:Get*", False), ("kms:Revoke*", False)],
)
def test_wildcards_count_for_what_they_cover(pattern: str, *, covered: bool) -> None:
    assert bool(used_by([pattern])) is covered


def test_the_mailer_writes_nothing_of_a_credential_but_the_initial_password() -> None:
    (statement,) = [
        entry for entry in statements("MailerRole") if "ForAllValues:StringEquals" in entry.get("Condition", {})
    ]
    assert set(statement["Condition"]["ForAllValues:StringEquals"]["dynamodb:Attributes"]) == {
        "pk",
        "password_hash",
        "password_kind",
        "password_expires_at",
        "initial_password_id",
    }
    others = [entry for entry in statements("MailerRole") if entry is not statement]
    accounts = {"Fn::GetAtt": ["AccountsTable", "Arn"]}
    writing = [entry for entry in others if "dynamodb:UpdateItem" in as_list(entry["Action"])]
    assert not [entry for entry in writing if accounts in as_list(entry["Resource"])]
