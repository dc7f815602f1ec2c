"""The pages that people see: templates, texts and assets, joined with `string.Template`.

How a page, a text or a script is added stands in ``docs/web.md``.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Site:
    """What pages say of the portal and of who runs it; plain text, escaped where it is shown.

    Args:
        portal_name: how the portal calls itself.
        company_name: who runs it.
        company_address: where they are.
        facts: what wordings say besides, by name; empty where a function shows none.
    """

    portal_name: str
    company_name: str
    company_address: str
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def names(self) -> dict[str, str]:
        """What every page may name."""
        return {
            "portal_name": self.portal_name,
            "company_name": self.company_name,
            "company_address": self.company_address,
        }
