"""Consents name the exact wording (P8)."""

import hashlib
from pathlib import Path

import pytest

from portal import domain
from portal.domain.consent import CURRENT_VERSIONS, KINDS, Consent, ConsentKind, awaiting_consent
from portal.domain.mail import Language
from portal.domain.wording import current_wording, give_consent, wording
from tests.support.fakes import NOW
from tests.support.wordings import SHOWN, shown

WORDINGS = Path(domain.__path__[0]) / "wordings"
each_wording = pytest.mark.parametrize(("kind", "language"), [(kind, lang) for kind in KINDS for lang in ("de", "en")])


@each_wording
def test_the_hash_is_that_of_the_text_that_is_read(kind: ConsentKind, language: Language) -> None:
    found = shown(kind, language)
    assert found.sha256 == hashlib.sha256(found.text.encode()).hexdigest()
    template = (WORDINGS / kind / f"{CURRENT_VERSIONS[kind]}.{language}.md").read_text()
    assert len(found.text.splitlines()) == len(template.splitlines())


@each_wording
def test_a_consent_names_version_language_hash_and_time(kind: ConsentKind, language: Language) -> None:
    given = give_consent(kind, language, NOW, SHOWN)
    assert given == Consent(kind, CURRENT_VERSIONS[kind], shown(kind, language).sha256, language, NOW)


@each_wording
def test_another_fact_is_another_text_with_another_hash_of_the_same_version(
    kind: ConsentKind, language: Language
) -> None:
    other = current_wording(kind, language, {**SHOWN, "company_name": "Andere GmbH"})
    assert "Andere GmbH" in other.text
    assert other.sha256 != shown(kind, language).sha256
    assert (
        awaiting_consent([give_consent(one, language, NOW, {**SHOWN, "company_name": "Andere GmbH"}) for one in KINDS])
        == ()
    )


@pytest.mark.parametrize(
    "hostile", ["$company_address", "${idle_account_days}", "$$", "$", "%(x)s {0} {{7*7}}", "<b>A</b>"]
)
def test_a_fact_stays_the_text_that_it_is(hostile: str) -> None:
    text = current_wording("terms", "de", {**SHOWN, "company_name": hostile}).text
    assert f"Anbieter ist {hostile}, {SHOWN['company_address']} (im" in text


@pytest.mark.parametrize("fact", ["company_name", "contact_email", "place_of_jurisdiction"])
def test_a_missing_fact_is_an_error_and_no_gap(fact: str) -> None:
    with pytest.raises(KeyError, match=fact):
        current_wording("terms", "de", {name: value for name, value in SHOWN.items() if name != fact})


def test_a_version_that_never_was_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        wording("terms", "1999-01-01", "de", SHOWN)


def test_no_two_wordings_share_a_hash() -> None:
    hashes = [hashlib.sha256(file.read_bytes()).hexdigest() for file in WORDINGS.rglob("*.md")]
    assert len(set(hashes)) == len(hashes) >= 4
