"""The double opt-in mail."""

import pytest

from portal.domain.mail import Language
from portal.mails.opt_in import opt_in_mail
from tests.unit.mails.reading import DAY, LANGUAGES, REQUESTED_AT, SENDER, Document, bodies, links_of

each_language = pytest.mark.parametrize("language", LANGUAGES)


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
        assert body.count(expires) == 1
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


@pytest.mark.parametrize(
    ("language", "one", "several"),
    [
        (
            "de",
            ["wurde eine Registrierung"],
            ["wurden mehrere Registrierungen", "stehen 3 Registrierungen", "nur eine davon bestätigen"],
        ),
        (
            "en",
            ["a registration with this e-mail address was requested"],
            ["several registrations", "are 3 registrations", "confirm only one of them"],
        ),
    ],
)
def test_only_a_mail_of_several_attempts_says_that_one_suffices(
    language: Language, one: list[str], several: list[str]
) -> None:
    for count, said, unsaid in ((1, one, several), (3, several, one)):
        for body in bodies(opt_in_mail(language, SENDER, [links_of("K7M2QX")] * count)):
            assert [words for words in said if words not in body] == []
            assert [words for words in unsaid if words in body] == []


@each_language
@pytest.mark.parametrize("count", [1, 3])
def test_says_once_that_sending_again_extends_nothing(language: Language, count: int) -> None:
    words = {"de": "Ein erneuter Versand dieser E-Mail verlängert keine Frist", "en": "again extends no period"}
    for body in bodies(opt_in_mail(language, SENDER, [links_of("K7M2QX")] * count)):
        assert body.count(words[language]) == 1


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
