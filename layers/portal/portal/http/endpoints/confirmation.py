"""What the links of mails do, once a person pressed the button."""

from collections.abc import Callable
from typing import Any

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
from portal.http.bodies.flat import parse_flat
from portal.http.bodies.link import LinkBody
from portal.http.request import Request
from portal.http.response import Response, json_response, no_content
from portal.http.routes import Wiring
from portal.observe import count
from portal.settings.confirm import ConfirmSettings


def confirm(request: Request, wiring: Wiring[ConfirmSettings]) -> Response:
    """POST /api/registrations/confirm."""
    return json_response(200, {"status": _confirm(request.json(), request, wiring)})


def reject(request: Request, wiring: Wiring[ConfirmSettings]) -> Response:
    """POST /api/registrations/reject."""
    _reject(request.json(), request, wiring)
    return no_content()


def confirm_email_change(request: Request, wiring: Wiring[ConfirmSettings]) -> Response:
    """POST /api/email-changes/confirm."""
    return json_response(200, {"status": _confirm_email_change(request.json(), request, wiring)})


def freeze_account(request: Request, wiring: Wiring[ConfirmSettings]) -> Response:
    """POST /api/accounts/freeze."""
    _freeze(request.json(), request, wiring)
    return no_content()


def confirm_form(request: Request, wiring: Wiring[ConfirmSettings]) -> Response:
    """POST /form/confirm: the same without script."""
    return _answer_form(request, wiring, "confirm", _confirm)


def reject_form(request: Request, wiring: Wiring[ConfirmSettings]) -> Response:
    """POST /form/reject: the same without script."""
    return _answer_form(request, wiring, "reject", _reject)


def confirm_email_change_form(request: Request, wiring: Wiring[ConfirmSettings]) -> Response:
    """POST /form/email-change: the same without script."""
    return _answer_form(request, wiring, "email-change", _confirm_email_change)


def freeze_account_form(request: Request, wiring: Wiring[ConfirmSettings]) -> Response:
    """POST /form/freeze: the same without script."""
    return _answer_form(request, wiring, "freeze", _freeze)


type _Act = Callable[[Any, Request, Wiring[ConfirmSettings]], str]
"""Does what a link is for; takes the API's document and returns the name of how it went."""


def _answer_form(request: Request, wiring: Wiring[ConfirmSettings], page: str, act: _Act) -> Response:
    from portal.http.forms import Outcome, answer_form

    return answer_form(request, wiring.settings, page, lambda form: Outcome(act(form.link_document, request, wiring)))


def _confirm(document: Any, request: Request, wiring: Wiring[ConfirmSettings]) -> str:  # noqa: ANN401 - any JSON document
    body = parse_flat(LinkBody, document)
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
    return status


def _reject(document: Any, request: Request, wiring: Wiring[ConfirmSettings]) -> str:  # noqa: ANN401 - any JSON document
    body = parse_flat(LinkBody, document)
    flow.reject(body.token, wiring.clock(), _links(request, wiring), _registrations(wiring))
    count("RegistrationsRejected")
    return "done"


def _confirm_email_change(document: Any, request: Request, wiring: Wiring[ConfirmSettings]) -> str:  # noqa: ANN401 - any JSON document
    body = parse_flat(LinkBody, document)
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
    return "changed"


def _freeze(document: Any, request: Request, wiring: Wiring[ConfirmSettings]) -> str:  # noqa: ANN401 - any JSON document
    body = parse_flat(LinkBody, document)
    freeze(
        body.token, wiring.clock(), _links(request, wiring), AccountsTable(wiring.aws, wiring.settings.accounts_table)
    )
    count("AccountsFrozen")
    return "done"


def _links(request: Request, wiring: Wiring[ConfirmSettings]) -> NotedLinks:
    return NotedLinks(KmsLinks(wiring.kms, wiring.settings.link_keys, wiring.settings.issuer), request.actor)


def _registrations(wiring: Wiring[ConfirmSettings]) -> RegistrationsTable:
    return RegistrationsTable(wiring.aws, wiring.settings.registrations_table)
