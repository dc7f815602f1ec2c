"""The pages that people see: templates, texts and assets, joined with `string.Template`.

How a page, a text or a script is added stands in ``docs/web.md``.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Site:
    """What pages say of the portal and of who runs it; plain text, escaped where it is shown."""

    portal_name: str
    company_name: str
    company_address: str
