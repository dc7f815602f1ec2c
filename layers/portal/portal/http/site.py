"""How a request looks at pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.http.problems import Problem, problem_title, retry_header
from portal.http.response import Response
from portal.pages import Site
from portal.pages.catalog import PAGES
from portal.pages.render import Filling, View, render
from portal.settings.web import WebSettings

if TYPE_CHECKING:
    from portal.domain.errors import PortalError
    from portal.domain.mail import Language
    from portal.http.request import Request
    from portal.settings.site import SiteSettings

HTML = "text/html; charset=utf-8"


def site_of(settings: SiteSettings) -> Site:
    """Return what pages say of the portal and its company."""
    facts = tuple(settings.page_facts.items()) if isinstance(settings, WebSettings) else ()
    return Site(settings.portal_name, settings.company_name, settings.company_address, facts)


def page_response(  # noqa: PLR0913 - what pages differ in
    status: int,
    name: str,
    settings: SiteSettings,
    language: Language,
    filling: Filling | None = None,
    *,
    root: str = "",
    explicit: bool = False,
) -> Response:
    """Return a page that is made for one answer, never kept by anybody."""
    view = View(language, explicit=explicit, root=root)
    body = render(PAGES[name], view, site_of(settings), filling)
    return Response(status, body, HTML, {"Content-Language": language, "Cache-Control": "no-store"}, is_page=True)


def problem_page(
    problem: Problem, request: Request, settings: SiteSettings, error: PortalError | None = None
) -> Response:
    """Return the answer for an error where a browser expects a page."""
    filling = Filling(more={"problem": problem_title(problem, request.language)})
    root = "../" * (request.route.count("/") - 1)
    response = page_response(problem.status, "error", settings, request.language, filling, root=root)
    response.headers.update(retry_header(error))
    return response
