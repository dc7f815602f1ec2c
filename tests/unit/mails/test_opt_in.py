"""The double opt-in mail."""

import pytest

from portal.domain.mail import Language, Mail
from portal.mails.opt_in import opt_in_mail
from tests.unit.mails.reading import DAY, LANGUAGES, REQUESTED_AT, SENDER, Document, links_of

each_language = pytest.mark.parametrize("language", LANGUAGES)


def bodies(mail: Mail) -> tuple[str, str]:
    return " ".join(mail.text.split()), " ".join(Document(mail.html).words)


@each_language
def test_newest_attempt_first_and_confirm_before_not_me(language: Language) -> None:
    old, new = links_of("P3WZ9D", REQUESTED_AT - 60), links_of("K7M2QX")
    mail = opt_in_mail(language, SENDER, [old, new])
    assert [line for line in mail.text.splitlines() if line.startswith("http")] == [
        new.confirm_url,
        new.reject_url,
        old.confirm_url,
        old.reject_url,
    ]


@pytest.mark.parametrize(
    ("language", "requested", "expires", "lifetime"),
    [
        ("de", "23.11.2026 um 14:05 Uhr", "23.12.2026 um 14:05 Uhr", "30 Tage nach"),
        ("en", "23 November 2026, 14:05 (Berlin time)", "23 December 2026, 14:05 (Berlin time)", "30 days after"),
    ],
)
def test_attempt_is_named_by_reference_time_and_end(
    language: Language, requested: str, expires: str, lifetime: str
) -> None:
    for body in bodies(opt_in_mail(language, SENDER, [links_of("K7M2QX")])):
        assert "K7M2QX" in body
        assert requested in body
        assert body.count(expires) == 2
        assert lifetime in body


@each_language
def test_lifetime_is_computed_from_the_attempt(language: Language) -> None:
    for body in bodies(opt_in_mail(language, SENDER, [links_of("K7M2QX", lifetime=3 * DAY)])):
        assert {"de": "3 Tage nach", "en": "3 days after"}[language] in body
        assert "30 " not in body


@pytest.mark.parametrize(
    ("language", "facts"),
    [
        ("de", ["wird ein Zugang eröffnet", "sechs Zeichen", "deren Kennung Sie kennen", "Dann müssen Sie nichts tun"]),
        ("en", ["opens an account", "six characters", "whose reference you know", "Then you need not do anything"]),
    ],
)
def test_says_what_confirming_does_and_what_to_do_otherwise(language: Language, facts: list[str]) -> None:
    for body in bodies(opt_in_mail(language, SENDER, [links_of("K7M2QX")])):
        assert all(fact in body for fact in facts)


@each_language
def test_only_several_attempts_are_counted(language: Language) -> None:
    words = {"de": "Registrierungen vor", "en": "There are 2 registrations"}[language]
    one, two = (opt_in_mail(language, SENDER, [links_of("K7M2QX")] * count) for count in (1, 2))
    assert all(words not in body for body in bodies(one))
    assert all(words in body for body in bodies(two))


@each_language
def test_link_with_markup_characters_stays_one_attribute(language: Language) -> None:
    attempt = links_of('"><b>&lt;')
    mail = opt_in_mail(language, SENDER, [attempt])
    document = Document(mail.html)
    assert document.links == [attempt.confirm_url, attempt.reject_url]
    assert "b" not in document.tags


def test_mail_without_attempt_is_refused() -> None:
    with pytest.raises(ValueError, match="attempt"):
        opt_in_mail("de", SENDER, [])
