"""Consents and the wordings they refer to (P8)."""

import hashlib
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


@cache
def current_wording(kind: ConsentKind, language: Language) -> Wording:
    """Return the wording in force."""
    version = CURRENT_VERSIONS[kind]
    content = files("portal.domain").joinpath("wordings", kind, f"{version}.{language}.md").read_bytes()
    return Wording(kind, version, language, content.decode(), hashlib.sha256(content).hexdigest())


def give_consent(kind: ConsentKind, language: Language, now: int) -> Consent:
    """Return the record of a consent given now to the wording in force."""
    wording = current_wording(kind, language)
    return Consent(kind, wording.version, wording.sha256, language, now)
