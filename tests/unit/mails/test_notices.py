"""The notices of changes to an account: what happened, when, and how to block the account."""

from collections.abc import Callable
from typing import get_args

import pytest

from portal.domain.mail import Language, Mail
from portal.domain.outbox import NoticeKind
from tests.unit.mails.reading import FREEZE_URL, LANGUAGES, NOTICES, bodies, new_device_login

each_notice = pytest.mark.parametrize("make", NOTICES, ids=lambda make: make.__name__)
each_language = pytest.mark.parametrize("language", LANGUAGES)

HAPPENED = [
    ("bank_details_changed", "de", "am 23.11.2026 um 14:05 Uhr wurde die Bankverbindung Ihres Zugangs"),
    ("bank_details_changed", "en", "were changed on 23 November 2026, 14:05 (Berlin time)"),
    ("email_change_requested", "de", "Noch ist nichts geändert: Die neue Adresse gilt erst, wenn sie"),
    ("email_change_requested", "en", "Nothing has changed yet: the new address is valid only once it is confirmed"),
    ("email_changed", "de", "Von nun an ist die neue Adresse Ihr Benutzername"),
    ("email_changed", "en", "From now on the new address is your user name"),
    ("password_changed", "de", "wurde das Passwort Ihres Zugangs im Mandantenportal"),
    ("password_changed", "en", "All other sessions have ended"),
    ("password_set_by_link", "de", "über einen Link aus einer E-Mail neu gesetzt"),
    ("password_set_by_link", "en", "Please change the password of your mailbox as well"),
    ("new_device_login", "de", "hat sich jemand mit Ihrem Passwort"),
    ("new_device_login", "de", "Browser und System: Firefox, Windows"),
    ("new_device_login", "en", "Browser and system: Firefox, Windows"),
]


@pytest.mark.parametrize(("name", "language", "fact"), HAPPENED)
def test_says_what_happened(name: str, language: Language, fact: str) -> None:
    (make,) = [notice for notice in NOTICES if notice.__name__ == name]
    assert all(fact in body for body in bodies(make(language)))


@each_notice
@each_language
def test_says_when(make: Callable[..., Mail], language: Language) -> None:
    moment = {"de": "am 23.11.2026 um 14:05 Uhr", "en": "on 23 November 2026, 14:05 (Berlin time)"}[language]
    assert all(moment in body for body in bodies(make(language)))


@each_notice
@each_language
def test_leads_only_to_blocking_the_account_and_says_until_when(make: Callable[..., Mail], language: Language) -> None:
    mail = make(language)
    assert [line for line in mail.text.splitlines() if line.startswith("http")] == [FREEZE_URL]
    until = {"de": "gilt bis 26.11.2026 um 14:05 Uhr", "en": "valid until 26 November 2026, 14:05"}[language]
    contact = {"de": "Wenden Sie sich danach an uns", "en": "Contact us afterwards"}[language]
    assert all(until in body and contact in body for body in bodies(mail))


def test_there_is_a_sample_of_each_notice() -> None:
    assert {notice.__name__ for notice in NOTICES} == set(get_args(NoticeKind))


@pytest.mark.parametrize(("language", "said"), [("de", "Browser und System: unbekannt"), ("en", "system: unknown")])
def test_a_device_that_names_itself_unusually_is_unknown(language: Language, said: str) -> None:
    assert all(said in body for body in bodies(new_device_login(language, device="")))
