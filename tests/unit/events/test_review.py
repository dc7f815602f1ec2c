"""The review: metrics and one log line a run, and no bad account holds up the others."""

import json
from dataclasses import replace
from typing import Any

import pytest

from portal.adapters.dynamodb.items import to_item
from portal.adapters.dynamodb.records import account_to_values, credential_to_values
from portal.domain.account import Account, open_account
from portal.domain.credential import new_credential
from portal.domain.errors import Unavailable
from portal.events.review import ReviewFailed, serve_review
from portal.settings.review import ReviewSettings
from tests.support.fakes import DAY, NOW, FakeAws, FakeClock, an_attempt
from tests.support.world import LambdaContext

SETTINGS = ReviewSettings(
    registrations_table="Registrations",
    accounts_table="Accounts",
    evidence_table="Evidence",
    outbox_table="Outbox",
    recipient_key_arn="key/recipient",
    pseudonym_key_arn="key/pseudonym",
    evidence_retention_years=3,
    unactivated_account_days=90,
    idle_account_days=1096,
    closing_notice_days=14,
    link_key_a_arn="key/link-a",
    link_key_b_arn="key/link-b",
    active_link_key_slot="B",
    access_token_key_a_arn="key/access-token-a",
    access_token_key_b_arn=None,
    active_access_token_key_slot="A",
)


class Cloud(FakeAws):
    """Accounts that no password was ever chosen for, all due, in the first shard."""

    def __init__(self, *emails: str) -> None:
        super().__init__()
        accounts = [open_account(an_attempt(email), NOW) for email in emails]
        self.keys = [credential_to_values(new_credential(account))["pk"] for account in accounts]
        self.table = {item["pk"]: item for account in accounts for item in self.items(account)}
        self.answers = {
            "dynamodb:query": lambda asked: {"Items": self.shown(asked)},
            "dynamodb:get_item": lambda asked: self.found(asked["Key"]["pk"]["S"]),
            "dynamodb:update_item": {},
            "dynamodb:transact_write_items": {},
            "kms:encrypt": {"CiphertextBlob": b"x"},
            "kms:generate_mac": {"Mac": b"x"},
        }

    @staticmethod
    def items(account: Account) -> list[dict[str, Any]]:
        credential = replace(new_credential(account), closing_announced_at=NOW + 76 * DAY)
        return [account_to_values(account), credential_to_values(credential)]

    def shown(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        first = asked.get("ExpressionAttributeValues", {}).get(":shard") == {"S": "0"}
        return [to_item({"pk": key}) for key in self.keys] if first else []

    def found(self, key: str) -> dict[str, Any]:
        return {"Item": to_item(self.table[key])} if key in self.table else {}

    def run(self, day: int) -> dict[str, Any]:
        return serve_review(SETTINGS, self, FakeClock(NOW + day * DAY))({"task": "review"}, LambdaContext(90_000))


def metrics(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Return the metrics that were written (CloudWatch embedded metric format)."""
    (found,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    return dict(found)


def test_a_run_says_what_it_did_in_one_line_and_three_metrics_and_names_nobody(
    capsys: pytest.CaptureFixture[str], lines: list[dict[str, Any]]
) -> None:
    Cloud("canary@example.com", "canary@example.net").run(90)
    (log,), written = lines, metrics(capsys)
    assert (log["message"], log["closed"], log["complete"]) == ("review", 2, True)
    assert (written["AccountsReviewed"], written["ClosingsAnnounced"], written["AccountsClosedInactive"]) == (
        [2.0],
        [0.0],
        [2.0],
    )
    assert "canary" not in json.dumps([log, written])


def test_a_bad_account_does_not_hold_up_the_others_and_the_run_counts_as_failed(
    capsys: pytest.CaptureFixture[str], lines: list[dict[str, Any]]
) -> None:
    cloud = Cloud("canary@example.com", "erika@example.com")
    del cloud.table[cloud.keys[0]]["blocked"]
    with pytest.raises(ReviewFailed) as failed:
        cloud.run(90)
    assert (str(failed.value), failed.value.__context__) == ("", None)
    assert metrics(capsys)["AccountsClosedInactive"] == [1.0]
    assert [line["message"] for line in lines] == ["unexpected_failure", "review"]
    assert "canary" not in json.dumps(lines)


def test_an_outage_ends_the_run(lines: list[dict[str, Any]]) -> None:
    cloud = Cloud("erika@example.com", "max@example.com")
    cloud.answers["dynamodb:get_item"] = Unavailable()
    with pytest.raises(ReviewFailed):
        cloud.run(90)
    assert cloud.operations() == ["dynamodb:query", "dynamodb:get_item"]
    assert (lines[-1]["failed"], lines[-1]["complete"]) == (1, False)


def test_an_account_that_the_index_still_shows_is_left_alone(lines: list[dict[str, Any]]) -> None:
    cloud = Cloud("erika@example.com")
    cloud.table.clear()
    assert cloud.run(90)["changed"] == 1
    assert set(cloud.operations()) == {"dynamodb:query", "dynamodb:get_item"}
    assert lines[-1]["closed"] == 0
