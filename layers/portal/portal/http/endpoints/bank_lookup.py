"""Bank details, looked up for anybody."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from portal.http.bodies.model import parse_body
from portal.http.bodies.registration import BankDetailsBody
from portal.http.response import Response, json_response
from portal.http.throttles import admit

if TYPE_CHECKING:
    from portal.http.request import Request
    from portal.http.routes import Wiring
    from portal.settings.register import RegisterSettings


def post(request: Request, wiring: Wiring[RegisterSettings]) -> Response:
    """POST /api/bank-details/resolve: what an IBAN, or an account number and bank code, stand for."""
    document = request.json()
    admit(request, wiring, "look_ups", wiring.settings.look_ups_per_range)
    found = parse_body(BankDetailsBody, document).resolved()
    return json_response(200, {**asdict(found.details), "warnings": [warning.value for warning in found.warnings]})
