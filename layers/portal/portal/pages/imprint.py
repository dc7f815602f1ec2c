"""The imprint (DDG section 5)."""

from html import escape

from portal.domain.mail import Language
from portal.pages import Site

_VAT_ID: dict[Language, str] = {"de": "Umsatzsteuer-Identifikationsnummer", "en": "VAT identification number"}


def parts(language: Language, site: Site) -> dict[str, str]:
    """Return what not every company has."""
    vat_id = dict(site.facts).get("vat_id", "")
    shown = f"<dt>{_VAT_ID[language]}</dt>\n<dd>{escape(vat_id)}</dd>" if vat_id else ""
    return {"vat_id_entry": shown}
