"""Consents name the exact wording (P8)."""

import hashlib
from pathlib import Path

import pytest

from portal import domain
from portal.domain.consent import CURRENT_VERSIONS, KINDS, Consent, ConsentKind, current_wording, give_consent
from portal.domain.mail import Language
from tests.support.fakes import NOW

WORDINGS = Path(domain.__path__[0]) / "wordings"
each_wording = pytest.mark.parametrize(("kind", "language"), [(kind, lang) for kind in KINDS for lang in ("de", "en")])


@each_wording
def test_the_hash_is_that_of_the_file_byte_by_byte(kind: ConsentKind, language: Language) -> None:
    file = WORDINGS / kind / f"{CURRENT_VERSIONS[kind]}.{language}.md"
    wording = current_wording(kind, language)
    assert wording.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert wording.text.encode() == file.read_bytes()


@each_wording
def test_a_consent_names_version_language_hash_and_time(kind: ConsentKind, language: Language) -> None:
    wording = current_wording(kind, language)
    assert give_consent(kind, language, NOW) == Consent(kind, CURRENT_VERSIONS[kind], wording.sha256, language, NOW)


def test_no_two_wordings_share_a_hash() -> None:
    hashes = [hashlib.sha256(file.read_bytes()).hexdigest() for file in WORDINGS.rglob("*.md")]
    assert len(set(hashes)) == len(hashes) >= 4
