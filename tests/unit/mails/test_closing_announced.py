"""The announcement that an unused account will be closed."""

import pytest

from portal.domain.mail import Language
from tests.unit.mails.reading import PORTAL, Document, bodies, closing_announced

CLOSES: dict[Language, str] = {"de": "Am 07.12.2026 um 14:05 Uhr", "en": "On 7 December 2026, 14:05 (Berlin time)"}


@pytest.mark.parametrize("activated", [True, False])
@pytest.mark.parametrize("language", CLOSES)
def test_says_when_and_leads_to_the_login_and_nowhere_else(language: Language, *, activated: bool) -> None:
    mail = closing_announced(language, activated=activated)
    assert all(f"{CLOSES[language]} " in body and "Passwort vergessen" in body for body in bodies(mail))
    assert Document(mail.html).links == [f"{PORTAL}/"]


@pytest.mark.parametrize(
    ("language", "activated", "fact"),
    [
        ("de", True, "wurde lange nicht genutzt. Am 07.12.2026"),
        ("de", True, "melden Sie sich bitte vorher einmal mit Ihrem Benutzernamen und Ihrem Passwort an"),
        ("de", False, "wurde bisher kein eigenes Passwort gewählt. Am 07.12.2026"),
        ("de", False, "wählen Sie bitte vorher ein eigenes Passwort"),
        ("en", True, "has not been used for a long time. On 7 December 2026"),
        ("en", False, "please choose a password before then and log in with it"),
    ],
)
def test_says_why_and_how_to_keep_the_account(language: Language, fact: str, *, activated: bool) -> None:
    assert all(fact in body for body in bodies(closing_announced(language, activated=activated)))
    assert not [body for body in bodies(closing_announced(language, activated=not activated)) if fact in body]
