"""The texts that consents refer to (P8): files, one for each version and language, with the operator's facts put in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from portal.domain.consent import CURRENT_VERSIONS, Consent

if TYPE_CHECKING:
    from portal.domain.consent import ConsentKind, Facts
    from portal.domain.mail import Language


@dataclass(frozen=True, slots=True)
class Wording:
    """The exact text of one version in one language, as a person reads it; ``sha256`` is of its UTF-8 bytes."""

    kind: ConsentKind
    version: str
    language: Language
    text: str
    sha256: str


def current_wording(kind: ConsentKind, language: Language, facts: Facts) -> Wording:
    """Return the wording in force."""
    return wording(kind, CURRENT_VERSIONS[kind], language, facts)


def wording(kind: ConsentKind, version: str, language: Language, facts: Facts) -> Wording:
    """Return a wording of any time; none that was ever in force is taken away.

    Facts are put in once and never read as a template themselves.

    Args:
        kind: of the wording.
        version: of the wording.
        language: of the text.
        facts: those in force, or those that evidence kept.

    Raises:
        KeyError: a fact that the text needs is missing.
        FileNotFoundError: there was never such a wording.
    """
    text = wording_template(kind, version, language).substitute(facts)
    return Wording(kind, version, language, text, hashlib.sha256(text.encode()).hexdigest())


@cache
def wording_template(kind: ConsentKind, version: str, language: Language) -> Template:
    """Return a wording before facts are put in.

    Raises:
        FileNotFoundError: there was never such a wording.
    """
    content = files("portal.domain").joinpath("wordings", kind, f"{version}.{language}.md").read_bytes()
    return Template(content.decode())


def give_consent(kind: ConsentKind, language: Language, now: int, facts: Facts) -> Consent:
    """Return the record of a consent given now to the wording in force."""
    current = current_wording(kind, language, facts)
    return Consent(kind, current.version, current.sha256, language, now)
