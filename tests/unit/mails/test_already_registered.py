"""The mail that keeps "address already registered" between the portal and its owner."""

import pytest

from portal.domain.mail import Language
from tests.unit.mails.reading import already_registered, bodies


@pytest.mark.parametrize(
    ("language", "facts"),
    [
        (
            "de",
            [
                "jemand, vielleicht Sie selbst",
                "für eine Registrierung, für den erneuten Versand der Bestätigungs-E-Mail",
                "oder als neue E-Mail-Adresse eines anderen Zugangs",
                "besteht bereits ein Zugang",
                "An ihm wurde nichts geändert",
                "melden Sie sich bitte mit Ihrem Passwort an",
                "„Passwort vergessen“",
            ],
        ),
        (
            "en",
            [
                "somebody, perhaps you",
                "for a registration, to have the confirmation e-mail sent again",
                "or as the new e-mail address of another account",
                "There is already an account",
                "Nothing about it was changed",
                "log in with your password",
                '"Passwort vergessen"',
            ],
        ),
    ],
)
def test_says_that_an_account_exists_and_what_helps(language: Language, facts: list[str]) -> None:
    for body in bodies(already_registered(language)):
        assert [fact for fact in facts if fact not in body] == []
