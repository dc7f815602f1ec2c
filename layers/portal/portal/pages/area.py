"""The client area: what is behind the login."""

from portal.domain.mail import Language
from portal.pages import Site
from portal.pages.catalog import HOME, PAGES


def returns(_language: Language, _site: Site) -> dict[str, str]:
    """Return where somebody may be led after the login: a closed list, the default first (ASVS 3.7.2)."""
    own = [spec.name for spec in PAGES.values() if spec.private and spec.name != HOME]
    return {"returns": " ".join((HOME, *own))}
