"""What anybody may read."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from portal import __version__
from portal.domain.consent import KINDS
from portal.domain.spans import DAY_SECONDS
from portal.domain.times import rfc3339
from portal.domain.wording import current_wording
from portal.http.response import JSON, Response, json_response

if TYPE_CHECKING:
    from portal.http.request import Request
    from portal.http.routes import Wiring
    from portal.settings.register import RegisterSettings

# Less than a year, as RFC 9116 section 2.5.5 recommends.
_SECURITY_TXT_DAYS = 180


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


def security_txt(_request: Request, wiring: Wiring[RegisterSettings]) -> Response:
    """GET /.well-known/security.txt (RFC 9116): where people who find a weakness write to."""
    settings = wiring.settings
    day = wiring.clock() // DAY_SECONDS
    fields = {
        "Contact": settings.security_contact,
        # Counted from today, so that it never lapses while the portal runs.
        "Expires": rfc3339((day + _SECURITY_TXT_DAYS) * DAY_SECONDS),
        "Preferred-Languages": "de, en",
        "Canonical": f"{settings.public_url}/.well-known/security.txt",
        "Policy": settings.security_policy_url,
    }
    text = "".join(f"{name}: {value}\n" for name, value in fields.items() if value)
    return Response(200, text, "text/plain; charset=utf-8")
