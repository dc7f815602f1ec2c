"""How tests read pages."""

import re
from html.parser import HTMLParser

from portal.domain.mail import Language
from portal.pages import Site
from portal.pages.catalog import PAGES
from portal.pages.render import Filling, View, render
from portal.settings import load
from portal.settings.web import WebSettings
from tests.support.world import PARAMETERS

_SETTINGS = load(
    WebSettings, {re.sub(r"(?<!^)(?=[A-Z])", "_", name).upper(): text for name, text in PARAMETERS.items()}
)
SITE = Site(
    _SETTINGS.portal_name, _SETTINGS.company_name, _SETTINGS.company_address, tuple(_SETTINGS.page_facts.items())
)
BARE = Site(SITE.portal_name, SITE.company_name, SITE.company_address)
"""What pages that answer forms know."""
EMPTY = {"meta", "link", "input", "br", "img", "hr"}


class Elements(HTMLParser):
    """Every element with its attributes; fails on tags that do not match."""

    def __init__(self, body: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(body)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(attrs) == len(dict(attrs)), f"<{tag}> says an attribute twice"
        self.found.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def before_scripts(body: str) -> str:
    """Return a page as it is before a script takes anything out of its templates."""
    return re.sub(r"<template id.*?</template>", "", body, flags=re.DOTALL)


def shown(name: str, language: Language = "de", filling: Filling | None = None, *, site: Site = SITE) -> str:
    """Return a page."""
    return render(PAGES[name], View(language), site, filling)
