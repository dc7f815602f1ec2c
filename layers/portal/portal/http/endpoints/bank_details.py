"""Bank details, read and changed by their owner."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from portal.adapters.dynamodb.profiles import ProfilesTable
from portal.adapters.kms import KmsRecipients
from portal.flows.edit_profile import accept_bank_details, change_bank_details
from portal.http.caller import caller_of
from portal.http.preconditions import require_match
from portal.http.response import Response, json_response, no_content
from portal.observe import count

if TYPE_CHECKING:
    from portal.domain.account import Account
    from portal.http.request import Request
    from portal.http.routes import Wiring
    from portal.settings.profile import ProfileSettings


def get(request: Request, wiring: Wiring[ProfileSettings]) -> Response:
    """GET /api/profile/bank-details: unmasked, hence with a fresh password only (ASVS 14.2.6)."""
    account = caller_of(request, wiring, recent=True).account
    return json_response(200, _details(account), headers={"ETag": account.etag})


def put(request: Request, wiring: Wiring[ProfileSettings]) -> Response:
    """PUT /api/profile/bank-details: the owner is told by mail."""
    from portal.http.bodies.model import parse_body
    from portal.http.bodies.registration import BankDetailsBody

    account = caller_of(request, wiring, recent=True, processing=True).account
    found = parse_body(BankDetailsBody, request.json()).resolved()
    require_match(request, account.etag)
    recipients = KmsRecipients(wiring.kms, wiring.settings.recipient_key_arn)
    changed = change_bank_details(account, found.details, wiring.clock(), _profiles(wiring), recipients)
    count("BankDetailsChanged")
    warnings = [warning.value for warning in found.warnings]
    return json_response(200, {**_details(changed), "warnings": warnings}, headers={"ETag": changed.etag})


def post_accept(request: Request, wiring: Wiring[ProfileSettings]) -> Response:
    """POST /api/profile/bank-details/accept: the registered bank details are reviewed."""
    from portal.http.bodies.flat import EmptyBody, parse_flat

    account = caller_of(request, wiring, processing=True).account
    parse_flat(EmptyBody, request.json())
    accept_bank_details(account, _profiles(wiring))
    return no_content()


def _profiles(wiring: Wiring[ProfileSettings]) -> ProfilesTable:
    return ProfilesTable(wiring.aws, wiring.settings.accounts_table, outbox=wiring.settings.outbox_table)


def _details(account: Account) -> dict[str, Any]:
    return {**asdict(account.bank_details), "reviewed": account.bank_reviewed}
