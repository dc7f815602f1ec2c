"""Consents and the wordings they refer to (P8).

A wording is a template with a closed list of facts about the operator: a company that moves is a matter of parameters,
not of a new version. What somebody consented to is the rendered text; its hash and the facts that it was rendered with
are kept, so the text can be made again, and be checked, as long as the consent has to be proved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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
class Consent:
    """What a person agreed to: ``sha256`` names the exact wording, ``accepted_at`` is in epoch seconds."""

    kind: ConsentKind
    version: str
    sha256: str
    language: Language
    accepted_at: int


def awaiting_consent(consents: Iterable[Consent]) -> tuple[ConsentKind, ...]:
    """Return the kinds of which a newer version than those consented to is in force; changed facts make none."""
    given = {(consent.kind, consent.version) for consent in consents}
    return tuple(kind for kind in KINDS if (kind, CURRENT_VERSIONS[kind]) not in given)
