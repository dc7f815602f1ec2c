"""Clients, debtors and cases, for the people of each client."""

import os

from portal.http.routes import Route, Wiring, serve
from portal.settings import load, starts_from_snapshot
from portal.settings.cases import CasesSettings

ROUTES = (
    Route("GET", "/api/clients", "clients:get_all", needs="access_token"),
    Route("GET", "/api/clients/{client_id}", "clients:get_one", needs="access_token"),
    Route("POST", "/api/clients/{client_id}/cases/search", "cases:post_search", needs="access_token"),
    Route(
        "POST",
        "/api/clients/{client_id}/cases/export",
        "cases:post_export",
        needs="access_token",
        event="sensitive_read",
    ),
    Route("GET", "/api/clients/{client_id}/cases/{case_id}", "cases:get_one", needs="access_token"),
    Route("POST", "/api/clients/{client_id}/cases/{case_id}/interest", "cases:post_interest", needs="access_token"),
)

handler = serve(ROUTES, Wiring(load(CasesSettings, os.environ)), from_snapshot=starts_from_snapshot(os.environ))
