"""Clients of the company, for the people who look after them (P9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.domain.times import day_in_berlin
from portal.flows.client_area import list_clients, overview
from portal.http.caller import caller_of
from portal.http.case_document import client_document, overview_document
from portal.http.client_area import area_of
from portal.http.response import Response, json_response

if TYPE_CHECKING:
    from portal.http.request import Request
    from portal.http.routes import Wiring
    from portal.settings.cases import CasesSettings

_MONTHS = 24


def get_all(request: Request, wiring: Wiring[CasesSettings]) -> Response:
    """GET /api/clients: whom the feed names with the caller's address."""
    account = caller_of(request, wiring).account
    found = list_clients(account, area_of(wiring))
    return json_response(200, {"clients": [client_document(client) for client in found]})


def get_one(request: Request, wiring: Wiring[CasesSettings]) -> Response:
    """GET /api/clients/{client_id}: figures, and what came in month by month."""
    account = caller_of(request, wiring).account
    found = overview(account, request.path_parameters["client_id"], area_of(wiring))
    return json_response(200, overview_document(found, day_in_berlin(wiring.clock()), _MONTHS))
