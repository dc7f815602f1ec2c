"""What anybody may read."""

from typing import Any

from portal import __version__
from portal.domain.consent import KINDS, current_wording
from portal.http.request import Request
from portal.http.response import Response, json_response
from portal.http.routes import Wiring


def health(_request: Request, _wiring: Wiring[Any]) -> Response:
    """GET /api/health."""
    return json_response(200, {"status": "ok", "version": __version__})


def legal(request: Request, _wiring: Wiring[Any]) -> Response:
    """GET /api/legal: the wordings in force, in the client's language (P8)."""
    wordings = [current_wording(kind, request.language) for kind in KINDS]
    document: dict[str, Any] = {
        wording.kind: {
            "version": wording.version,
            "sha256": wording.sha256,
            "language": wording.language,
            "text": wording.text,
        }
        for wording in wordings
    }
    return json_response(200, document, headers={"Content-Language": request.language})
