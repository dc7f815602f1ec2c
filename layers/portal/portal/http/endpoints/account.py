"""A client changes address, or leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.adapters.dynamodb.profiles import ProfilesTable
from portal.adapters.kms import KmsPseudonyms, KmsRecipients
from portal.flows.change_email import ask_for_email_change
from portal.flows.close_account import Closing
from portal.http.caller import caller_of
from portal.http.cookies import cleared_refresh_cookie
from portal.http.response import Response, json_response, no_content
from portal.http.throttles import admit
from portal.observe import count

if TYPE_CHECKING:
    from portal.http.request import Request
    from portal.http.routes import Wiring
    from portal.settings.profile import ProfileSettings


def post_email_change(request: Request, wiring: Wiring[ProfileSettings]) -> Response:
    """POST /api/profile/email-change: 202, alike for an address that has an account."""
    from portal.http.bodies.model import parse_body
    from portal.http.bodies.profile import EmailChangeBody

    account = caller_of(request, wiring, recent=True, processing=True).account
    body = parse_body(EmailChangeBody, request.json())
    admit(request, wiring, "mail_requests", wiring.settings.mail_requests_per_range)
    change = ask_for_email_change(account, body.new_email, wiring.clock(), _profiles(wiring), _recipients(wiring))
    count("EmailChangesRequested")
    return json_response(202, {"status": "confirmation_sent", "reference": change.reference})


def delete(request: Request, wiring: Wiring[ProfileSettings]) -> Response:
    """DELETE /api/profile: account and sessions end at once."""
    _closing(wiring).close(caller_of(request, wiring, recent=True, outdated=True).account, wiring.clock())
    count("AccountsClosed")
    return no_content(cookies=(cleared_refresh_cookie(),))


def delete_consent(request: Request, wiring: Wiring[ProfileSettings]) -> Response:
    """DELETE /api/profile/consents/{kind}: closes the account, which can't be without (GDPR Art. 7(3))."""
    account = caller_of(request, wiring, recent=True, outdated=True).account
    _closing(wiring).withdraw(account, request.path_parameters["kind"], wiring.clock())
    request.actor.detail = request.path_parameters["kind"]
    count("ConsentsWithdrawn")
    return json_response(200, {"consequence": "account_closed"}, cookies=(cleared_refresh_cookie(),))


def _closing(wiring: Wiring[ProfileSettings]) -> Closing:
    return Closing(
        _profiles(wiring),
        KmsPseudonyms(wiring.kms, wiring.settings.pseudonym_key_arn),
        _recipients(wiring),
        wiring.settings.evidence_retention_years,
    )


def _profiles(wiring: Wiring[ProfileSettings]) -> ProfilesTable:
    settings = wiring.settings
    return ProfilesTable(
        wiring.aws,
        settings.accounts_table,
        registrations=settings.registrations_table,
        evidence=settings.evidence_table,
        outbox=settings.outbox_table,
    )


def _recipients(wiring: Wiring[ProfileSettings]) -> KmsRecipients:
    return KmsRecipients(wiring.kms, wiring.settings.recipient_key_arn)
