"""Pages and their assets."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from portal.http.response import Response
from portal.http.site import HTML, page_response, site_of
from portal.pages import assets, catalog
from portal.pages.render import View, standing

if TYPE_CHECKING:
    from portal.http.request import Request
    from portal.http.routes import Wiring
    from portal.pages.assets import Asset
    from portal.settings.web import WebSettings


def get(request: Request, wiring: Wiring[WebSettings]) -> Response:
    """GET and HEAD of a page or asset: never changes anything, so scanners may follow mailed links (ASVS 3.5.3)."""
    path = request.path_parameters.get("page", "")
    if asset := assets.find(path):
        return _asset(asset, request)
    address = catalog.find(path)
    if address is None:
        return _without_body(page_response(404, "not-found", wiring.settings, request.language), request)
    language = address.language or request.language
    found = standing(address.page, View(language, explicit=address.language is not None), site_of(wiring.settings))
    headers = {"ETag": found.tag, "Content-Language": language}
    if address.language is None:
        headers["Vary"] = "Accept-Language"
    if _known(request.headers.get("if-none-match", ""), found.tag):
        return Response(HTTPStatus.NOT_MODIFIED, headers=headers, is_page=True)
    return _without_body(Response(200, found.body, HTML, headers, is_page=True), request)


def _asset(asset: Asset, request: Request) -> Response:
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return _without_body(Response(200, asset.body, asset.content_type, headers, is_page=True), request)


def _without_body(response: Response, request: Request) -> Response:
    if request.method != "HEAD":
        return response
    headers = {**response.headers, "Content-Type": response.content_type}
    return Response(response.status, None, response.content_type, headers, is_page=True)


def _known(if_none_match: str, tag: str) -> bool:
    """Tell whether the client has this page already (RFC 9110, section 13.1.2: weak comparison)."""
    tags = [entry.strip().removeprefix("W/") for entry in if_none_match.split(",")]
    return tag in tags or tags == ["*"]
