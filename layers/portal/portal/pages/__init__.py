"""The static pages; `string.Template`, because Jinja2 would slow the request path.

`shell.html` is what every page is set in. A page's file holds its lines of the head, an empty
line, and what stands in `main`; there `$portal_name` and `$company_name` stand for the two
names, which are escaped here, and `$answers` for what pages that mailed links open have in
common. Style sheet and script are served as they are.
"""

from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from string import Template

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
}
# A fixed list: no path from a request ever reaches the file system.
_FILES = {
    "": "index.html",
    "confirm": "confirm.html",
    "reject": "reject.html",
    "reset": "reset.html",
    "email-change": "email-change.html",
    "freeze": "freeze.html",
    "portal.css": "portal.css",
    "link.js": "link.js",
}
_NOT_FOUND = "not-found.html"


@dataclass(frozen=True, slots=True)
class Page:
    """A body and how to serve it."""

    body: str
    content_type: str


def page(name: str, *, portal_name: str, company_name: str) -> Page | None:
    """Give the page of a one-level path without its slash, None if there is none."""
    file_name = _FILES.get(name)
    if file_name is None:
        return None
    return _load(file_name, portal_name, company_name)


def not_found_page(*, portal_name: str, company_name: str) -> Page:
    """Give the page to serve, with status 404, where there is none."""
    return _load(_NOT_FOUND, portal_name, company_name)


@cache
def _load(file_name: str, portal_name: str, company_name: str) -> Page:
    suffix = file_name[file_name.rindex(".") :]
    body = _read(file_name) if suffix != ".html" else _set(file_name, portal_name, company_name)
    return Page(body, _TYPES[suffix])


def _set(file_name: str, portal_name: str, company_name: str) -> str:
    """Return a page in its shell; what is filled in is never read as a template again."""
    head, _, main = _read(file_name).partition("\n\n")
    template = Template(_read("shell.html")).safe_substitute(head=head, main=main.rstrip())
    return Template(template).substitute(
        portal_name=escape(portal_name), company_name=escape(company_name), answers=_read("answers.html").rstrip()
    )


def _read(file_name: str) -> str:
    return files(__name__).joinpath(file_name).read_text(encoding="utf-8")
