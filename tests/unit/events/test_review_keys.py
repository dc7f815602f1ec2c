"""The daily look at the age of keys."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from portal.domain.errors import Unavailable
from portal.domain.interest import BaseRate
from portal.domain.key import LONGEST_VALID_SECONDS, SWITCH_SECONDS
from portal.events import review
from portal.events.review import ReviewFailed, serve_review
from tests.support.fakes import DAY, NOW, FakeAws, FakeClock
from tests.support.world import LambdaContext
from tests.unit.events.test_review import SETTINGS

OLD = NOW - 400 * DAY
MADE = {"key/link-a": OLD, "key/link-b": NOW, "key/access-token-a": OLD}


def look(now: int, answer: Any = None) -> dict[str, Any]:
    """Return what the run answers; links are signed by B since ``NOW``, access tokens by A since long ago."""

    def describe(asked: dict[str, Any]) -> dict[str, Any]:
        return {"KeyMetadata": {"CreationDate": datetime.fromtimestamp(MADE[asked["KeyId"]], UTC)}}

    aws = FakeAws({"kms:describe_key": answer or describe})
    return serve_review(SETTINGS, aws, FakeClock(now))({"task": "keys"}, LambdaContext())


def test_the_log_says_of_each_use_how_old_its_key_is(lines: list[dict[str, Any]]) -> None:
    keys = look(NOW)["keys"]
    assert keys == [
        {"use": "link", "age_days": 0, "phase": "rotated", "to_retire": False},
        {"use": "access-token", "age_days": 400, "phase": "settled", "to_retire": False},
    ]
    (line,) = lines
    assert (line["message"], line["keys"]) == ("keys", keys)


def test_the_oldest_key_that_signs_is_a_metric_and_so_are_keys_to_retire(capsys: pytest.CaptureFixture[str]) -> None:
    look(NOW + LONGEST_VALID_SECONDS["link"] + SWITCH_SECONDS)
    (metrics,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "CloudWatchMetrics" in line]
    assert (metrics["KeyAgeDays"], metrics["KeysToRetire"]) == ([431.0], [1.0])


@pytest.mark.parametrize(("day", "left"), [(date(2026, 12, 31), 0), (date(2027, 1, 1), -1), (date(2026, 7, 1), 183)])
def test_how_long_the_base_rate_is_known_is_a_metric(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, day: date, left: int
) -> None:
    monkeypatch.setattr(review, "base_rates", lambda: (BaseRate(date(2026, 7, 1), Decimal("1.52")),))
    look(int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()))
    (metrics,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "CloudWatchMetrics" in line]
    assert metrics["BaseRateDaysLeft"] == [left]


def test_a_look_that_fails_says_nothing_of_ages_and_fails_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ReviewFailed):
        look(NOW, Unavailable())
    assert "KeyAgeDays" not in capsys.readouterr().out
