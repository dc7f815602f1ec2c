"""What pages behind the login show of rules that others make."""

import json
from html import escape

from portal.domain.mail import Language
from portal.domain.user_agent import BROWSERS, SYSTEMS
from portal.pages import Site
from portal.pages.wordings import versions


def devices(_language: Language, _site: Site) -> dict[str, str]:
    """Return by which marks browsers and systems are known, in the order in which they count."""
    return {name: escape(json.dumps(marks)) for name, marks in (("browsers", BROWSERS), ("systems", SYSTEMS))}


def retention(_language: Language, site: Site) -> dict[str, str]:
    """Return how long what is left of an account stays."""
    facts = dict(site.facts)
    return {name: escape(facts[name]) for name in ("evidence_retention_years", "log_retention_days")}


def consents(language: Language, site: Site) -> dict[str, str]:
    """Return the versions in force, and what a withdrawal leaves."""
    return versions(language, site) | retention(language, site)
