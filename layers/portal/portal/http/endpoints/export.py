"""The client's data to take along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.adapters.dynamodb.personal_data import PersonalDataTables
from portal.flows.export import export
from portal.http.caller import caller_of
from portal.http.response import Response, json_response
from portal.observe import count

if TYPE_CHECKING:
    from portal.http.request import Request
    from portal.http.routes import Wiring
    from portal.settings.profile import ProfileSettings


def get(request: Request, wiring: Wiring[ProfileSettings]) -> Response:
    """GET /api/profile/export: everything stored about the client, as a file."""
    account = caller_of(request, wiring, recent=True, outdated=True).account
    settings = wiring.settings
    data = PersonalDataTables(
        wiring.aws,
        accounts=settings.accounts_table,
        sessions=settings.sessions_table,
        registrations=settings.registrations_table,
        evidence=settings.evidence_table,
        outbox=settings.outbox_table,
        mirror=settings.mirror_table,
    )
    count("Exports")
    as_file = {"Content-Disposition": 'attachment; filename="mandantenportal.json"'}
    return json_response(200, export(account, wiring.clock(), data), headers=as_file)
