"""Times as people read them."""

import pytest

from portal.domain.mail import Language
from portal.mails.times import berlin_day, berlin_time, span


@pytest.mark.parametrize(
    ("epoch", "german", "english"),
    [
        (1_795_439_100, "23.11.2026 um 14:05 Uhr", "23 November 2026, 14:05 (Berlin time)"),
        (1_782_856_800, "01.07.2026 um 00:00 Uhr", "1 July 2026, 00:00 (Berlin time)"),
        (1_792_889_999, "25.10.2026 um 02:59 Uhr", "25 October 2026, 02:59 (Berlin time)"),
        (1_792_890_000, "25.10.2026 um 02:00 Uhr", "25 October 2026, 02:00 (Berlin time)"),
    ],
)
def test_time_is_berlins_in_winter_and_summer(epoch: int, german: str, english: str) -> None:
    assert berlin_time("de", epoch) == german
    assert berlin_time("en", epoch) == english


def test_day_is_berlins() -> None:
    assert [berlin_day("de", 1_782_856_800 - seconds) for seconds in (0, 1)] == ["01.07.2026", "30.06.2026"]
    assert berlin_day("en", 1_782_856_800) == "1 July 2026"


@pytest.mark.parametrize(
    ("seconds", "language", "expected"),
    [
        (30 * 86_400, "de", "30 Tage"),
        (86_400, "en", "1 day"),
        (86_399, "de", "23 Stunden"),
        (3_600, "de", "1 Stunde"),
        (3_599, "en", "59 minutes"),
        (60, "de", "1 Minute"),
        (0, "en", "0 minutes"),
    ],
)
def test_span_uses_the_largest_unit_that_fits(seconds: int, language: Language, expected: str) -> None:
    assert span(language, seconds) == expected
