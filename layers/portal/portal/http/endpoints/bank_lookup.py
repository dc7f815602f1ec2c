"""Bank details, looked up for anybody."""

from dataclasses import asdict
from typing import Any

from portal.http.bodies import parse_body
from portal.http.bodies.registration import BankDetailsBody
from portal.http.request import Request
from portal.http.response import Response, json_response
from portal.http.routes import Wiring


def post(request: Request, _wiring: Wiring[Any]) -> Response:
    """POST /api/bank-details/resolve: what an IBAN, or an account number and bank code, stand for."""
    found = parse_body(BankDetailsBody, request.json()).resolved()
    return json_response(200, {**asdict(found.details), "warnings": [warning.value for warning in found.warnings]})
