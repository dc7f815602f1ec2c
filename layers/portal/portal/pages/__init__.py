"""The pages that people see: templates, texts and assets, joined with `string.Template`.

How a page, a text or a script is added stands in ``docs/web.md``.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Site:
    """What pages say of the portal and of who runs it; plain text, escaped where it is shown.

    Args:
        portal_name: on every page.
        company_name: on every page.
        facts: more about the company, by name; pages that answer forms do without.
    """

    portal_name: str
    company_name: str
    facts: tuple[tuple[str, str], ...] = ()
