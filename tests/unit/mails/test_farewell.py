"""The last mail of an account."""

import pytest

from portal.domain.mail import Language
from tests.unit.mails.reading import bodies, farewell


@pytest.mark.parametrize(
    ("language", "facts"),
    [
        (
            "de",
            [
                "wurde am 23.11.2026 um 14:05 Uhr geschlossen",
                "die Daten darin sind gelöscht",
                "bis einschließlich 31.12.2029",
                "Die Datenschutzerklärung des Portals nennt den Grund",
            ],
        ),
        (
            "en",
            [
                "was closed on 23 November 2026, 14:05 (Berlin time)",
                "the data in it are deleted",
                "up to and including 31 December 2029",
                "The privacy notice of the portal states the reason",
            ],
        ),
    ],
)
def test_says_what_is_deleted_and_what_is_kept_until_when(language: Language, facts: list[str]) -> None:
    for body in bodies(farewell(language)):
        assert [fact for fact in facts if fact not in body] == []
