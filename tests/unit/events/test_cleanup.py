"""The cleanup: a sweep by schedule, a count by stream; metrics and one log line each."""

import json
from typing import Any

import pytest

from portal.adapters.dynamodb.items import to_item
from portal.domain.errors import Unavailable
from portal.events.cleanup import CleanupFailed, serve_cleanup
from portal.settings.cleanup import CleanupSettings
from tests.support.fakes import NOW, FakeAws, FakeClock
from tests.support.world import LambdaContext

TTL = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}


class Cloud(FakeAws):
    """One expired item, which the first partition shows."""

    def __init__(self) -> None:
        super().__init__()
        self.answers = {"dynamodb:query": self.query, "dynamodb:delete_item": {}, "dynamodb:put_item": {}}

    def query(self, asked: dict[str, Any]) -> dict[str, Any]:
        looks = [asked for name, asked in self.calls if name == "dynamodb:query" and "IndexName" in asked]
        here = "IndexName" in asked and len(looks) == 1
        return {"Items": [to_item({"pk": "attempt#canary", "expires_at": NOW - 60})] if here else []}

    def run(self, event: dict[str, Any]) -> dict[str, Any]:
        settings = CleanupSettings(
            evidence_retention_years=3, registrations_table="Registrations", evidence_table="Evidence"
        )
        return serve_cleanup(settings, self, FakeClock())(event, LambdaContext())


Lines = list[dict[str, Any]]
Captured = pytest.CaptureFixture[str]


def metrics(capsys: Captured) -> dict[str, Any]:
    """Return the one document of metrics that was written (CloudWatch embedded metric format)."""
    (found,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    return dict(found)


def test_a_sweep_says_what_it_did_in_one_line_and_three_metrics(capsys: Captured, lines: Lines) -> None:
    Cloud().run({"task": "sweep"})
    (log,), written = lines, metrics(capsys)
    assert (log["message"], log["found"], log["deleted"], log["complete"]) == ("sweep", 1, 1, True)
    assert (written["ExpiredFound"], written["ExpiredDeleted"], written["OldestExpiredSeconds"]) == (
        [1.0],
        [1.0],
        [0.0],
    )
    units = {entry["Name"]: entry["Unit"] for entry in written["_aws"]["CloudWatchMetrics"][0]["Metrics"]}
    assert units == {"ExpiredFound": "Count", "ExpiredDeleted": "Count", "OldestExpiredSeconds": "Seconds"}
    assert written["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["service"]]  # as the alarm asks for it
    assert "canary" not in json.dumps([log, written])


def test_what_is_left_shows_in_the_metric(capsys: Captured, lines: Lines) -> None:
    cloud = Cloud()
    cloud.answers["dynamodb:delete_item"] = Unavailable()
    cloud.run({"task": "sweep"})
    assert (lines[0]["complete"], lines[0]["oldest_left"]) == (False, NOW - 60)
    assert metrics(capsys)["OldestExpiredSeconds"] == [60.0]


def test_only_removals_by_time_to_live_are_counted(capsys: Captured) -> None:
    cloud = Cloud()
    records = [
        {"eventName": "REMOVE", "userIdentity": TTL},
        {"eventName": "REMOVE", "userIdentity": TTL},
        {"eventName": "REMOVE"},
        {"eventName": "REMOVE", "userIdentity": None},
        {"eventName": "REMOVE", "userIdentity": {"type": "Service", "principalId": "other.amazonaws.com"}},
        {"eventName": "INSERT", "userIdentity": TTL},
    ]
    assert cloud.run({"Records": records}) == {"batchItemFailures": []}
    assert metrics(capsys)["ExpiredByTtl"] == [2.0]
    assert cloud.calls == []


@pytest.mark.parametrize("failure", [Unavailable(), KeyError("erika@example.com")])
def test_a_run_that_fails_counts_as_failed_and_its_text_stays_unsaid(lines: Lines, failure: Exception) -> None:
    cloud = Cloud()
    cloud.answers["dynamodb:query"] = failure
    with pytest.raises(CleanupFailed) as failed:
        cloud.run({"task": "sweep"})
    assert str(failed.value) == ""
    assert failed.value.__suppress_context__
    (line,) = lines
    assert line["error"] == type(failure).__name__
    assert "erika" not in json.dumps(line)
