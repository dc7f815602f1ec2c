"""The mail to an address that is to become the user name of an account."""

import pytest

from portal.domain.mail import Language
from tests.unit.mails.reading import bodies, email_change


@pytest.mark.parametrize(
    ("language", "facts"),
    [
        (
            "de",
            [
                "soll die neue Adresse eines Zugangs",
                "bestätigen Sie nur, wenn Sie die Adresse selbst angegeben haben und es diese Kennung war",
                "Änderung mit der Kennung K7M4PX",
                "gilt bis 24.11.2026 um 14:05 Uhr",
                "Bis zur Bestätigung ändert sich nichts",
                "Ohne Bestätigung wird diese Adresse nach Ablauf der Frist bei uns gelöscht",
            ],
        ),
        (
            "en",
            [
                "is to become the new address of an account",
                "confirm only if you entered the address yourself and this was the reference",
                "Change with the reference K7M4PX",
                "valid until 24 November 2026, 14:05 (Berlin time)",
                "Nothing changes before you confirm",
                "Without confirmation we delete this address at the end of the period",
            ],
        ),
    ],
)
def test_says_what_confirming_does_and_what_happens_otherwise(language: Language, facts: list[str]) -> None:
    for body in bodies(email_change(language)):
        assert [fact for fact in facts if fact not in body] == []
