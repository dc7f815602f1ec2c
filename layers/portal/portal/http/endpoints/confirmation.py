"""What the links of mails do, once a person pressed the button."""

from portal.adapters.dynamodb.accounts import AccountsTable
from portal.adapters.dynamodb.email_changes import EmailChangesTable
from portal.adapters.dynamodb.profiles import ProfilesTable
from portal.adapters.dynamodb.registrations import RegistrationsTable
from portal.adapters.kms import KmsRecipients
from portal.adapters.tokens import KmsLinks
from portal.flows import confirm as flow
from portal.flows.change_email import EmailChangeConfirmation
from portal.flows.freeze import freeze
from portal.http.actor import NotedLinks
from portal.http.bodies import parse_body
from portal.http.bodies.link import LinkBody
from portal.http.request import Request
from portal.http.response import Response, json_response, no_content
from portal.http.routes import Wiring
from portal.observe import count
from portal.settings import ConfirmSettings


def confirm(request: Request, wiring: Wiring[ConfirmSettings]) -> Response:
    """POST /api/registrations/confirm."""
    body = parse_body(LinkBody, request.json())
    settings = wiring.settings
    accounts = AccountsTable(
        wiring.aws,
        settings.accounts_table,
        registrations=settings.registrations_table,
        evidence=settings.evidence_table,
        outbox=settings.outbox_table,
    )
    status = flow.confirm(
        body.token, request.ip, wiring.clock(), _links(request, wiring), _registrations(wiring), accounts
    )
    request.actor.detail = status
    if status == "confirmed":
        count("RegistrationsConfirmed")
    return json_response(200, {"status": status})


def reject(request: Request, wiring: Wiring[ConfirmSettings]) -> Response:
    """POST /api/registrations/reject."""
    body = parse_body(LinkBody, request.json())
    flow.reject(body.token, wiring.clock(), _links(request, wiring), _registrations(wiring))
    count("RegistrationsRejected")
    return no_content()


def confirm_email_change(request: Request, wiring: Wiring[ConfirmSettings]) -> Response:
    """POST /api/email-changes/confirm."""
    body = parse_body(LinkBody, request.json())
    settings = wiring.settings
    profiles = ProfilesTable(
        wiring.aws,
        settings.accounts_table,
        registrations=settings.registrations_table,
        outbox=settings.outbox_table,
    )
    confirmation = EmailChangeConfirmation(
        _links(request, wiring),
        EmailChangesTable(wiring.aws, settings.registrations_table),
        AccountsTable(wiring.aws, settings.accounts_table),
        profiles,
        KmsRecipients(wiring.kms, settings.recipient_key_arn),
    )
    confirmation.confirm(body.token, wiring.clock())
    count("EmailsChanged")
    return json_response(200, {"status": "changed"})


def freeze_account(request: Request, wiring: Wiring[ConfirmSettings]) -> Response:
    """POST /api/accounts/freeze."""
    body = parse_body(LinkBody, request.json())
    freeze(
        body.token, wiring.clock(), _links(request, wiring), AccountsTable(wiring.aws, wiring.settings.accounts_table)
    )
    count("AccountsFrozen")
    return no_content()


def _links(request: Request, wiring: Wiring[ConfirmSettings]) -> NotedLinks:
    return NotedLinks(KmsLinks(wiring.kms, wiring.settings.link_keys, wiring.settings.issuer), request.actor)


def _registrations(wiring: Wiring[ConfirmSettings]) -> RegistrationsTable:
    return RegistrationsTable(wiring.aws, wiring.settings.registrations_table)
