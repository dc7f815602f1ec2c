"""The mail that keeps "address already registered" between the portal and its owner."""

import pytest

from portal.domain.mail import Language
from tests.unit.mails.reading import Document, already_registered


@pytest.mark.parametrize(
    ("language", "facts"),
    [
        (
            "de",
            [
                "jemand, vielleicht Sie selbst",
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
                "There is already an account",
                "Nothing about it was changed",
                "log in with your password",
                '"Passwort vergessen"',
            ],
        ),
    ],
)
def test_says_that_an_account_exists_and_what_helps(language: Language, facts: list[str]) -> None:
    mail = already_registered(language)
    for body in (" ".join(mail.text.split()), " ".join(Document(mail.html).words)):
        assert [fact for fact in facts if fact not in body] == []
