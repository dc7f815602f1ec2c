"""The mails of a restriction of processing (GDPR Art. 18)."""

import pytest

from portal.domain.mail import Language
from tests.unit.mails.reading import PORTAL, Document, bodies, restriction_ending, restriction_started


@pytest.mark.parametrize(
    ("language", "facts"),
    [
        (
            "de",
            [
                "seit dem 23.11.2026 um 14:05 Uhr ist die Verarbeitung Ihrer Daten",
                "(Art. 18 DSGVO)",
                "nichts wird ausgezahlt",
                "Sie können sich weiterhin anmelden",
                "Bevor die Einschränkung aufgehoben wird, nennen wir Ihnen den Tag",
            ],
        ),
        (
            "en",
            [
                "since 23 November 2026, 14:05 (Berlin time) the processing of your data",
                "(Art. 18 GDPR)",
                "nothing is paid out",
                "You can still log in",
                "Before the restriction is lifted, we will tell you the day",
            ],
        ),
    ],
)
def test_the_first_says_what_stops_what_goes_on_and_that_a_second_will_come(
    language: Language, facts: list[str]
) -> None:
    mail = restriction_started(language)
    assert not [fact for fact in facts for body in bodies(mail) if fact not in body]
    assert Document(mail.html).links == [f"{PORTAL}/"]


@pytest.mark.parametrize(
    ("language", "fact"),
    [("de", "Sie endet mit Beginn des 01.12.2026."), ("en", "It ends at the beginning of 1 December 2026.")],
)
def test_the_second_names_the_day(language: Language, fact: str) -> None:
    mail = restriction_ending(language)
    assert all(fact in body for body in bodies(mail))
    assert Document(mail.html).links == [f"{PORTAL}/"]
