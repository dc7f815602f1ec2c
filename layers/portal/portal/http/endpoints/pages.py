"""Pages and their assets."""

from portal.http.request import Request
from portal.http.response import Response
from portal.http.routes import Wiring
from portal.pages import not_found_page, page
from portal.settings import WebSettings


def get(request: Request, wiring: Wiring[WebSettings]) -> Response:
    """GET and HEAD of a page: never changes anything, so scanners may follow mailed links (ASVS 3.5.3)."""
    names = {"portal_name": wiring.settings.portal_name, "company_name": wiring.settings.company_name}
    found = page(request.path_parameters.get("page", ""), **names)
    shown = found or not_found_page(**names)
    body = None if request.method == "HEAD" else shown.body
    headers = {"Content-Type": shown.content_type}
    return Response(200 if found else 404, body, shown.content_type, headers, is_page=True)
