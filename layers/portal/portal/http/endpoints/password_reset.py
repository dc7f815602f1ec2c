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
    recipients = KmsRecipients(wiring.kms, settings.recipient_key_arn)
    request_mail(body.email, "password_reset", request.language, now, PASSWORD_RESET_SECONDS, outbox, recipients)
    count("PasswordResetsRequested")
    return json_response(202, {"status": "reset_sent"})


def post_confirm(request: Request, wiring: Wiring[LoginSettings]) -> Response:
    """POST /api/password-reset/confirm: no login afterwards."""
    body = parse_body(PasswordResetBody, request.json())
    settings = wiring.settings
    accounts = AccountsTable(wiring.aws, settings.accounts_table, sessions=settings.sessions_table)
    links = NotedLinks(KmsLinks(wiring.kms, settings.link_keys, settings.issuer), request.actor)
    reset = PasswordReset(accounts, links, settings.context_names, wiring.clock)
    reset.reset(body.token, body.new_password, request.ip)
    count("PasswordsReset")
    return no_content()
