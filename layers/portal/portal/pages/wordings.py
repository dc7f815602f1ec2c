"""Terms and privacy notice as pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.domain.consent import CURRENT_VERSIONS, ConsentKind
from portal.domain.wording import current_wording

if TYPE_CHECKING:
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


def _markup(kind: ConsentKind, language: Language, site: Site) -> str:
    """Return a wording as markup: headings, lists and paragraphs, with every sign within them as it stands there."""
    import mistune

    markdown = mistune.create_markdown(escape=True)
    markdown.inline.rules = ["linebreak"]  # no wording has any; without a rule the parser fails
    return str(markdown(current_wording(kind, language, dict(site.facts)).text))
