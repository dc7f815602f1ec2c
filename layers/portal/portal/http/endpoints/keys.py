"""Public keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.adapters.tokens import json_web_key
from portal.http.response import Response, json_response

if TYPE_CHECKING:
    from portal.http.request import Request
    from portal.http.routes import Wiring
    from portal.settings.login import LoginSettings


def jwks(_request: Request, wiring: Wiring[LoginSettings]) -> Response:
    """GET /.well-known/jwks.json: every key that is accepted, so that a rotation needs no logout."""
    keys = wiring.settings.access_token_keys
    return json_response(200, {"keys": [json_web_key(wiring.kms, arn) for arn in keys.arns]})
