"""The mail with user name and initial password."""

import pytest

from portal.domain.mail import Language
from tests.unit.mails.reading import LANGUAGES, Document, bodies, credentials

each_language = pytest.mark.parametrize("language", LANGUAGES)
LABELS = {"de": ("Benutzername", "Passwort"), "en": ("User name", "Password")}
HOSTILE = ["<b>&amp;\"'", "{{7*7}}", "{% raw %}", "%(x)s", "$x", "{0.__class__}", "#} x"]


@each_language
def test_user_name_and_password_each_have_a_line(language: Language) -> None:
    user_label, password_label = LABELS[language]
    lines = credentials(language).text.splitlines()
    assert f"{user_label}: erika@example.com" in lines
    assert f"{password_label}: aB3-example-password" in lines


@each_language
def test_exactly_one_line_reads_as_the_password(language: Language) -> None:
    label = f"{LABELS[language][1]}: "
    assert sum(line.startswith(label) for line in credentials(language).text.splitlines()) == 1


@each_language
@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_appear_verbatim(language: Language, value: str) -> None:
    user_label, password_label = LABELS[language]
    mail = credentials(language, user_name=f"u{value}", password=f"p{value}")
    lines, document = mail.text.splitlines(), Document(mail.html)
    assert f"{user_label}: u{value}" in lines
    assert f"{password_label}: p{value}" in lines
    assert f"{user_label}: u{value} {password_label}: p{value}" in " ".join(document.words)
    assert "b" not in document.tags


@each_language
def test_a_user_name_of_full_length_is_not_broken(language: Language) -> None:
    address = f"{'a' * 242}@example.com"
    assert f"{LABELS[language][0]}: {address}" in credentials(language, user_name=address).text.splitlines()


@pytest.mark.parametrize(
    ("language", "facts"),
    [
        (
            "de",
            [
                "WICHTIG: Bitte ersetzen Sie dieses Passwort sofort",
                "nur ein eigenes Passwort festlegen",
                "gültig bis 30.11.2026 um 14:05 Uhr",
                "„Passwort vergessen“",
            ],
        ),
        (
            "en",
            [
                "IMPORTANT: Please replace this password with one of your own at once",
                "only set a password of your own",
                "valid until 30 November 2026, 14:05 (Berlin time)",
                '"Passwort vergessen"',
            ],
        ),
    ],
)
def test_urges_to_replace_the_password_and_says_until_when(language: Language, facts: list[str]) -> None:
    for body in bodies(credentials(language)):
        assert [fact for fact in facts if fact not in body] == []


@each_language
def test_subject_tells_no_secret(language: Language) -> None:
    subject = credentials(language).subject
    assert "erika" not in subject
    assert "aB3" not in subject
