"""Consents of the client (P8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal.adapters.dynamodb.profiles import ProfilesTable
from portal.domain.times import rfc3339
from portal.flows.give_consent import accept_wording
from portal.http.caller import caller_of
from portal.http.response import Response, json_response
from portal.observe import count

if TYPE_CHECKING:
    from portal.domain.consent import Consent
    from portal.http.request import Request
    from portal.http.routes import Wiring
    from portal.settings.profile import ProfileSettings


def get_all(request: Request, wiring: Wiring[ProfileSettings]) -> Response:
    """GET /api/profile/consents: those in force; a withdrawn one leaves no account to show it."""
    account = caller_of(request, wiring, outdated=True).account
    return json_response(200, {"consents": [_shown(consent) for consent in account.consents]})


def post(request: Request, wiring: Wiring[ProfileSettings]) -> Response:
    """POST /api/profile/consents."""
    from portal.http.bodies.consent import ConsentBody
    from portal.http.bodies.model import parse_body

    account = caller_of(request, wiring, outdated=True).account
    body = parse_body(ConsentBody, request.json())
    settings = wiring.settings
    profiles = ProfilesTable(wiring.aws, settings.accounts_table, evidence=settings.evidence_table)
    language, facts = request.language, settings.wording_facts
    accept_wording(account, body.kind, body.version, language, request.ip, wiring.clock(), facts, profiles)
    request.actor.detail = body.kind
    count("ConsentsGiven")
    return json_response(201, {"kind": body.kind, "version": body.version})


def _shown(consent: Consent) -> dict[str, Any]:
    return {
        "kind": consent.kind,
        "version": consent.version,
        "sha256": consent.sha256,
        "accepted_at": rfc3339(consent.accepted_at),
        "withdrawn_at": None,
    }
