"""The imprint (DDG section 5)."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portal.domain.mail import Language
    from portal.pages import Site

_VAT_ID: dict[Language, str] = {"de": "Umsatzsteuer-Identifikationsnummer", "en": "VAT identification number"}


def parts(language: Language, site: Site) -> dict[str, str]:
    """Return what the law asks for; a VAT number not every company has."""
    facts = {name: escape(value) for name, value in site.facts if name not in site.names}
    vat_id = facts["vat_id"]
    return {**facts, "vat_id_entry": f"<dt>{_VAT_ID[language]}</dt>\n<dd>{vat_id}</dd>" if vat_id else ""}


def contact(_language: Language, site: Site) -> dict[str, str]:
    """Return how to reach who runs the portal."""
    return {name: escape(dict(site.facts)[name]) for name in ("contact_email", "contact_phone")}
