"""The mail with the link that sets a new password."""

import pytest

from portal.domain.mail import Language
from tests.unit.mails.reading import bodies, password_reset


@pytest.mark.parametrize(
    ("language", "facts"),
    [
        (
            "de",
            [
                "jemand, vielleicht Sie selbst",
                "gilt bis 23.11.2026 um 15:05 Uhr und nur einmal",
                "enden alle laufenden Anmeldungen",
                "müssen Sie nichts tun. Ihr Passwort bleibt, wie es ist",
            ],
        ),
        (
            "en",
            [
                "somebody, perhaps you",
                "valid until 23 November 2026, 15:05 (Berlin time) and only once",
                "all current sessions end",
                "you need not do anything. Your password stays as it is",
            ],
        ),
    ],
)
def test_says_how_long_the_link_is_valid_and_that_nothing_must_be_done(language: Language, facts: list[str]) -> None:
    for body in bodies(password_reset(language)):
        assert [fact for fact in facts if fact not in body] == []
