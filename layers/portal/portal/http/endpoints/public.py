"""What anybody may read."""

from functools import cache
from importlib.resources import files
from typing import Any

from portal import __version__
from portal.domain.consent import KINDS, current_wording
from portal.http.request import Request
from portal.http.response import JSON, Response, json_response
from portal.http.routes import Wiring
from portal.settings import RegisterSettings


def health(_request: Request, _wiring: Wiring[Any]) -> Response:
    """GET /api/health."""
    return json_response(200, {"status": "ok", "version": __version__})


def legal(request: Request, wiring: Wiring[RegisterSettings]) -> Response:
    """GET /api/legal: the wordings in force, in the client's language (P8)."""
    facts = wiring.settings.wording_facts
    wordings = [current_wording(kind, request.language, facts) for kind in KINDS]
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


def openapi(_request: Request, _wiring: Wiring[Any]) -> Response:
    """GET /api/openapi.json: the document of this API, written by ``tools.openapi``."""
    return Response(200, _document(), JSON)


@cache
def _document() -> str:
    return files("portal.http").joinpath("openapi.json").read_text(encoding="utf-8")
