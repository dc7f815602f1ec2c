"""Cases of a client (P9)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from portal.domain.errors import FieldCode, FieldError, InvalidInput
from portal.domain.times import day_in_berlin
from portal.flows.client_area import find_cases, show_case
from portal.http.caller import caller_of
from portal.http.case_document import case_document, interest_document, row_document
from portal.http.case_query import cursor_of, query_of
from portal.http.client_area import area_of
from portal.http.response import Response, json_response
from portal.observe import count

if TYPE_CHECKING:
    from portal.http.request import Request
    from portal.http.routes import Wiring
    from portal.settings.cases import CasesSettings

CSV = "text/csv; charset=utf-8"
_ROWS_OF_A_PIECE = 1000
# Nobody knows the base rate of later years, and nobody claims that far ahead.
_DAYS_AHEAD = 366


def post_search(request: Request, wiring: Wiring[CasesSettings]) -> Response:
    """POST /api/clients/{client_id}/cases/search: what is looked for stands in the body, as names are personal."""
    from portal.http.bodies.cases import CaseSearchBody
    from portal.http.bodies.model import parse_body

    account = caller_of(request, wiring).account
    body = parse_body(CaseSearchBody, request.json())
    query = query_of(body)
    page = find_cases(account, request.path_parameters["client_id"], query, body.limit, area_of(wiring))
    cases = [row_document(row) for row in page.rows]
    return json_response(200, {"cases": cases, "cursor": cursor_of(query, page.end)})


def post_export(request: Request, wiring: Wiring[CasesSettings]) -> Response:
    """POST /api/clients/{client_id}/cases/export: a piece of a file for spreadsheets."""
    from portal.domain.spreadsheet import csv_of
    from portal.http.bodies.cases import CasesBody
    from portal.http.bodies.model import parse_body

    account = caller_of(request, wiring).account
    body = parse_body(CasesBody, request.json())
    query = query_of(body)
    page = find_cases(account, request.path_parameters["client_id"], query, _ROWS_OF_A_PIECE, area_of(wiring))
    headers = {"Content-Disposition": 'attachment; filename="cases.csv"', "Content-Language": request.language}
    cursor = cursor_of(query, page.end)
    if cursor is not None:
        headers["Next-Cursor"] = cursor
    count("CaseExports")
    return Response(200, csv_of(page.rows, request.language, head=body.cursor is None), CSV, headers)


def get_one(request: Request, wiring: Wiring[CasesSettings]) -> Response:
    """GET /api/clients/{client_id}/cases/{case_id}."""
    account = caller_of(request, wiring).account
    asked = request.path_parameters
    return json_response(200, case_document(show_case(account, asked["client_id"], asked["case_id"], area_of(wiring))))


def post_interest(request: Request, wiring: Wiring[CasesSettings]) -> Response:
    """POST /api/clients/{client_id}/cases/{case_id}/interest: by law, up to and with a day."""
    from portal.domain.interest import base_rates, interest_of
    from portal.http.bodies.cases import InterestBody
    from portal.http.bodies.model import parse_body

    account = caller_of(request, wiring).account
    to = date.fromisoformat(parse_body(InterestBody, request.json()).to)
    if to > day_in_berlin(wiring.clock()) + timedelta(days=_DAYS_AHEAD):
        raise InvalidInput(FieldError("/to", FieldCode.INVALID_VALUE))
    asked = request.path_parameters
    case = show_case(account, asked["client_id"], asked["case_id"], area_of(wiring))
    return json_response(200, interest_document(interest_of(case, to, base_rates())))
