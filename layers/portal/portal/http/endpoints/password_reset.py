"""A forgotten password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal.adapters.dynamodb.accounts import AccountsTable
from portal.adapters.dynamodb.outbox import OutboxTable
from portal.adapters.kms import KmsRecipients
from portal.adapters.tokens import KmsLinks
from portal.domain.token import PASSWORD_RESET_SECONDS
from portal.flows.order_mail import request_mail
from portal.flows.reset_password import PasswordReset
from portal.http.actor import NotedLinks
from portal.http.response import Response, json_response, no_content
from portal.http.throttles import admit
from portal.observe import count

if TYPE_CHECKING:
    from portal.domain.mail import Language
    from portal.http.request import Request
    from portal.http.routes import Wiring
    from portal.settings.login import LoginSettings


def post(request: Request, wiring: Wiring[LoginSettings]) -> Response:
    """POST /api/password-reset: 202, the same for an unknown address."""
    _request(request.json(), request.language, request, wiring)
    return json_response(202, {"status": "reset_sent"})


def post_form(request: Request, wiring: Wiring[LoginSettings]) -> Response:
    """POST /form/forgot-password: the same without script."""
    from portal.http.forms import Form, Outcome, answer_form

    def act(form: Form) -> Outcome:
        _request(form.document, form.language, request, wiring)
        return Outcome("sent")

    return answer_form(request, wiring.settings, "forgot-password", act)


def post_confirm(request: Request, wiring: Wiring[LoginSettings]) -> Response:
    """POST /api/password-reset/confirm: no login afterwards."""
    _reset(request.json(), request, wiring)
    return no_content()


def post_confirm_form(request: Request, wiring: Wiring[LoginSettings]) -> Response:
    """POST /form/reset: the same without script."""
    from portal.http.forms import Form, Outcome, answer_form

    def act(form: Form) -> Outcome:
        _reset(form.link_document, request, wiring)
        return Outcome("done")

    return answer_form(request, wiring.settings, "reset", act)


def _request(document: Any, language: Language, request: Request, wiring: Wiring[LoginSettings]) -> None:  # noqa: ANN401 - any JSON document
    from portal.http.bodies.email import EmailBody
    from portal.http.bodies.model import parse_body

    body = parse_body(EmailBody, document)
    settings, now = wiring.settings, wiring.clock()
    admit(request, wiring, "mail_requests", settings.mail_requests_per_range)
    outbox = OutboxTable(wiring.aws, settings.outbox_table)
    request_mail(body.email, "password_reset", language, now, PASSWORD_RESET_SECONDS, outbox, _recipients(wiring))
    count("PasswordResetsRequested")


def _reset(document: Any, request: Request, wiring: Wiring[LoginSettings]) -> None:  # noqa: ANN401 - any JSON document
    from portal.http.bodies.flat import parse_flat
    from portal.http.bodies.login import PasswordResetBody

    body = parse_flat(PasswordResetBody, document)
    settings = wiring.settings
    accounts = AccountsTable(
        wiring.aws, settings.accounts_table, outbox=settings.outbox_table, sessions=settings.sessions_table
    )
    links = NotedLinks(KmsLinks(wiring.kms, settings.link_keys, settings.issuer), request.actor)
    journey = PasswordReset(accounts, links, _recipients(wiring), settings.context_names, wiring.clock)
    journey.reset(body.token, body.new_password, request.ip)
    count("PasswordsReset")


def _recipients(wiring: Wiring[LoginSettings]) -> KmsRecipients:
    return KmsRecipients(wiring.kms, wiring.settings.recipient_key_arn)
