"""A forgotten password."""

from portal.adapters.dynamodb.accounts import AccountsTable
from portal.adapters.dynamodb.outbox import OutboxTable
from portal.adapters.kms import KmsRecipients
from portal.adapters.tokens import KmsLinks
from portal.domain.token import PASSWORD_RESET_SECONDS
from portal.flows.order_mail import request_mail
from portal.flows.reset_password import PasswordReset
from portal.http.actor import NotedLinks
from portal.http.bodies import parse_body
from portal.http.bodies.email import EmailBody
from portal.http.bodies.login import PasswordResetBody
from portal.http.request import Request
from portal.http.response import Response, json_response, no_content
from portal.http.routes import Wiring
from portal.http.throttles import admit
from portal.observe import count
from portal.settings import LoginSettings


def post(request: Request, wiring: Wiring[LoginSettings]) -> Response:
    """POST /api/password-reset: 202, the same for an unknown address."""
    body = parse_body(EmailBody, request.json())
    settings, now = wiring.settings, wiring.clock()
    admit(request, wiring, "mail_requests", settings.mail_requests_per_range)
    outbox = OutboxTable(wiring.aws, settings.outbox_table)
    lifetime = PASSWORD_RESET_SECONDS
    request_mail(body.email, "password_reset", request.language, now, lifetime, outbox, _recipients(wiring))
    count("PasswordResetsRequested")
    return json_response(202, {"status": "reset_sent"})


def post_confirm(request: Request, wiring: Wiring[LoginSettings]) -> Response:
    """POST /api/password-reset/confirm: no login afterwards."""
    body = parse_body(PasswordResetBody, request.json())
    settings = wiring.settings
    accounts = AccountsTable(
        wiring.aws, settings.accounts_table, outbox=settings.outbox_table, sessions=settings.sessions_table
    )
    links = NotedLinks(KmsLinks(wiring.kms, settings.link_keys, settings.issuer), request.actor)
    journey = PasswordReset(accounts, links, _recipients(wiring), settings.context_names, wiring.clock)
    journey.reset(body.token, body.new_password, request.ip)
    count("PasswordsReset")
    return no_content()


def _recipients(wiring: Wiring[LoginSettings]) -> KmsRecipients:
    return KmsRecipients(wiring.kms, wiring.settings.recipient_key_arn)
