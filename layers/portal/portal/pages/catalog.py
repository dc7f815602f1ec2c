"""Which pages there are; a fixed list, so that no path of a request ever reaches the file system."""

from dataclasses import dataclass
from typing import NamedTuple

from portal.domain.mail import Language
from portal.pages.fields import Field

LANGUAGES: tuple[Language, ...] = ("de", "en")
START = "start"


@dataclass(frozen=True, slots=True)
class PageSpec:
    """One page in all its languages.

    Args:
        name: of its address, and of its texts below ``texts/``.
        template: below ``templates/``, without suffix; the name where none is given.
        texts: further files of texts, which the page's own ones go before.
        script: module below ``static/``, without suffix.
        fields: what its form asks for; each stands in the template as ``$field_<name>``.
        api: route that its script sends the form to.
        parts: ``module:function`` below ``portal.pages`` that makes values of the template from language and site.
        nav: template of the navigation.
        served: whether it has an address of its own.
    """

    name: str
    template: str = ""
    texts: tuple[str, ...] = ()
    script: str = ""
    fields: tuple[Field, ...] = ()
    api: str = ""
    parts: str = ""
    nav: str = "nav"
    served: bool = True


_LINK = (Field("link", "/token", kind="textarea"),)
_NEW_PASSWORD = (Field("new_password", "/new_password", kind="password", autocomplete="new-password"),)


def _link_page(name: str, api: str, fields: tuple[Field, ...] = ()) -> PageSpec:
    """Return a page that a mailed link opens."""
    return PageSpec(name, "link", ("link",), "link", (*_LINK, *fields), api)


_PAGES = (
    PageSpec(START),
    _link_page("confirm", "api/registrations/confirm"),
    _link_page("reject", "api/registrations/reject"),
    _link_page("email-change", "api/email-changes/confirm"),
    _link_page("freeze", "api/accounts/freeze"),
    _link_page("reset", "api/password-reset/confirm", _NEW_PASSWORD),
    PageSpec("not-found", served=False),
    PageSpec("error", served=False),
)
PAGES = {spec.name: spec for spec in _PAGES}


class Address(NamedTuple):
    """What the last part of a path names: a page, and a language where it says one."""

    page: PageSpec
    language: Language | None


def find(path: str) -> Address | None:
    """Return what a path of one level names, without its slash; None where there is no such page.

    ``register`` leaves the language to the browser, ``register.en`` says it; the start page is empty or ``start.en``.
    """
    name, dot, suffix = path.partition(".")
    language = next((language for language in LANGUAGES if language == suffix), None)
    if (dot and language is None) or (name == START and not dot):
        return None
    spec = PAGES.get(name or START)
    if spec is None or not spec.served or (dot and not name):
        return None
    return Address(spec, language)
