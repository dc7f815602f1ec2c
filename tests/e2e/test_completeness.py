"""What the whole suite has shown; runs after everything else (``conftest.py``)."""

from fnmatch import fnmatchcase

import pytest

from tests.support.contract import documented_answers
from tests.support.stack import SEEN, Portal
from tests.support.used_rights import UsedRight, allowed_rights, recorded_rights

# Limits, faults and dependencies that fail: the integration tests show them.
OUT_OF_REACH = {429, 500, 503}

_EVENT_SOURCE = "the event source reads the stream in the function's name, before it calls it"
_DEAD_LETTERS = "the event source sends what the function gave up on"
_OTHER_SLOT = "slot B is empty here; tests/e2e/test_keys.py fills it in a stack of its own"
_CLICKED = "only when somebody clicks before the time of the mail is noted (tests/integration/test_mailer.py)"
# Rights that no call of a function shows: function, action, resource, and why the function needs them all the same.
UNSHOWN: list[tuple[str, str, str, str]] = [
    ("*", "logs:CreateLogStream", "*Logs", "Lambda writes the log lines of a function, the function makes no call"),
    ("*", "logs:PutLogEvents", "*Logs", "Lambda writes the log lines of a function, the function makes no call"),
    ("*", "xray:Put*", "[*]", "Lambda writes the traces of a function, the function makes no call"),
    ("*", "dynamodb:DescribeStream", "*.StreamArn", _EVENT_SOURCE),
    ("*", "dynamodb:GetRecords", "*.StreamArn", _EVENT_SOURCE),
    ("*", "dynamodb:GetShardIterator", "*.StreamArn", _EVENT_SOURCE),
    ("*", "dynamodb:ListStreams", "[*]", _EVENT_SOURCE),
    ("*", "sqs:SendMessage", "*DeadLetters", _DEAD_LETTERS),
    ("*", "kms:*", "LinkKeyB", _OTHER_SLOT),
    ("*", "kms:*", "AccessTokenKeyB", _OTHER_SLOT),
    (
        "mailer",
        "dynamodb:PutItem",
        "EvidenceTable",
        _CLICKED,
    ),
    ("mailer", "dynamodb:ConditionCheckItem", "AccountsTable", _CLICKED),
]


def reason(right: UsedRight) -> str | None:
    """Return why a right is never seen in use, None where it should be."""
    for *patterns, why in UNSHOWN:
        if all(fnmatchcase(name, pattern) for name, pattern in zip(right, patterns, strict=True)):
            return why
    return None


@pytest.mark.usefixtures("whole_suite")
def test_every_documented_answer_of_every_route_was_seen() -> None:
    unseen = documented_answers() - SEEN
    assert sorted(answer for answer in unseen if answer[2] not in OUT_OF_REACH) == []


def test_no_function_did_what_its_role_does_not_say(portal: Portal) -> None:
    used, denied = recorded_rights(portal)
    assert denied == set()
    assert sorted(used - allowed_rights()) == []


@pytest.mark.usefixtures("whole_suite")
def test_every_right_was_used_or_has_a_reason_not_to_be(portal: Portal) -> None:
    unused = allowed_rights() - recorded_rights(portal)[0]
    assert sorted(right for right in unused if reason(right) is None) == []


def test_every_reason_stands_for_a_right() -> None:
    given = {reason(right) for right in allowed_rights()}
    assert {why for *_, why in UNSHOWN} <= given
