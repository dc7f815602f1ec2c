"""The client area: what is behind the login."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from portal.pages.catalog import HOME, PAGES
from portal.pages.wordings import versions

if TYPE_CHECKING:
    from portal.domain.mail import Language
    from portal.pages import Site


def returns(_language: Language, _site: Site) -> dict[str, str]:
    """Return where somebody may be led after the login: a closed list, the default first (ASVS 3.7.2)."""
    own = [spec.name for spec in PAGES.values() if spec.private and spec.name != HOME]
    return {"returns": " ".join((HOME, *own))}


def retention(_language: Language, site: Site) -> dict[str, str]:
    """Return how long what is left of an account stays."""
    facts = dict(site.facts)
    return {name: escape(facts[name]) for name in ("evidence_retention_years", "log_retention_days")}


def consents(language: Language, site: Site) -> dict[str, str]:
    """Return the versions in force, and what a withdrawal leaves."""
    return versions(language, site) | retention(language, site)
