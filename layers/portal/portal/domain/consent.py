"""Consents and the wordings they refer to (P8).

A wording is a template with a closed list of facts about the operator: a company that moves is a matter of parameters,
not of a new version. What somebody consented to is the rendered text; its hash and the facts that it was rendered with
are kept, so the text can be made again, and be checked, as long as the consent has to be proved.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from portal.domain.mail import Language

ConsentKind = Literal["terms", "privacy_notice"]
KINDS: tuple[ConsentKind, ...] = ("terms", "privacy_notice")

# A new wording is a new file beside the old ones, which stay: evidence refers to them for years.
CURRENT_VERSIONS: dict[ConsentKind, str] = {"terms": "2026-11-01", "privacy_notice": "2026-11-01"}

FACTS = (
    "portal_name",
    "company_name",
    "company_address",
    "contact_email",
    "data_protection_email",
    "supervisory_authority",
    "place_of_jurisdiction",
    "region_name",
    "log_retention_days",
    "evidence_retention_years",
    "unactivated_account_days",
    "idle_account_days",
    "closing_notice_days",
)
"""What wordings take from the parameters of the stack.

Items hold facts by their places here: later ones come last, and none is taken away or moved.
"""

type Facts = Mapping[str, str]
"""Facts by name, as they stand in a text; about the operator, never about a person."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The exact text of one version in one language, as a person reads it; ``sha256`` is of its UTF-8 bytes."""

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


def awaiting_consent(consents: Iterable[Consent]) -> tuple[ConsentKind, ...]:
    """Return the kinds of which a newer version than those consented to is in force; changed facts make none."""
    given = {(consent.kind, consent.version) for consent in consents}
    return tuple(kind for kind in KINDS if (kind, CURRENT_VERSIONS[kind]) not in given)
