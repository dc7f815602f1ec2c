"""Consents and the wordings they refer to (P8)."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from portal.domain.mail import Language

ConsentKind = Literal["terms", "privacy_notice"]
KINDS: tuple[ConsentKind, ...] = ("terms", "privacy_notice")

# A new wording is a new file beside the old ones, which stay: evidence refers to them for years.
CURRENT_VERSIONS: dict[ConsentKind, str] = {"terms": "2026-11-01", "privacy_notice": "2026-11-01"}


@dataclass(frozen=True, slots=True)
class Wording:
    """The exact text of one version in one language."""

    kind: ConsentKind
    version: str
    language: Language
    text: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person agreed to: ``sha256`` names the exact wording, ``accepted_at`` is in epoch seconds."""

    kind: ConsentKind
    version: str
    sha256: str
    language: Language
    accepted_at: int


def current_wording(kind: ConsentKind, language: Language) -> Wording:
    """Return the wording in force."""
    return wording(kind, CURRENT_VERSIONS[kind], language)


@cache
def wording(kind: ConsentKind, version: str, language: Language) -> Wording:
    """Return a wording of any time; none that was ever in force is taken away."""
    content = files("portal.domain").joinpath("wordings", kind, f"{version}.{language}.md").read_bytes()
    return Wording(kind, version, language, content.decode(), hashlib.sha256(content).hexdigest())


def give_consent(kind: ConsentKind, language: Language, now: int) -> Consent:
    """Return the record of a consent given now to the wording in force."""
    current = current_wording(kind, language)
    return Consent(kind, current.version, current.sha256, language, now)


def awaiting_consent(consents: Iterable[Consent]) -> tuple[ConsentKind, ...]:
    """Return the kinds of which a newer wording than those consented to is in force."""
    given = {(consent.kind, consent.version) for consent in consents}
    return tuple(kind for kind in KINDS if (kind, CURRENT_VERSIONS[kind]) not in given)
