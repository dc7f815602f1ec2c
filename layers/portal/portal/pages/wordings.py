"""Terms, privacy notice and imprint as pages."""

from html import escape

from portal.domain.consent import CURRENT_VERSIONS, ConsentKind, current_wording
from portal.domain.mail import Language
from portal.pages import Site


def versions(_language: Language, _site: Site) -> dict[str, str]:
    """Return what the boxes of the consents send."""
    return {f"{kind}_version": version for kind, version in CURRENT_VERSIONS.items()}


def terms(language: Language, site: Site) -> dict[str, str]:
    """Return the terms in force."""
    return {"wording": _markup("terms", language, site)}


def privacy_notice(language: Language, site: Site) -> dict[str, str]:
    """Return the privacy notice in force."""
    return {"wording": _markup("privacy_notice", language, site)}


def operator(_language: Language, site: Site) -> dict[str, str]:
    """Return how to reach who runs the portal."""
    return {name: escape(dict(site.facts)[name]) for name in ("contact_email", "data_protection_email")}


def _markup(kind: ConsentKind, language: Language, site: Site) -> str:
    """Return a wording as markup; whatever would be markup in its text is escaped."""
    import mistune

    text = current_wording(kind, language, dict(site.facts)).text
    return str(mistune.create_markdown(escape=True)(text))
