"""Registration."""

from portal.adapters.dynamodb.outbox import OutboxTable
from portal.adapters.dynamodb.registrations import RegistrationsTable
from portal.adapters.kms import KmsRecipients
from portal.flows.order_mail import RESEND_SECONDS, request_mail
from portal.flows.register import register
from portal.http.bodies import parse_body
from portal.http.bodies.email import EmailBody
from portal.http.bodies.registration import parse_registration
from portal.http.request import Request
from portal.http.response import Response, json_response
from portal.http.routes import Wiring
from portal.http.throttles import admit
from portal.observe import count
from portal.settings import RegisterSettings


def post(request: Request, wiring: Wiring[RegisterSettings]) -> Response:
    """POST /api/registrations: 202, alike for a known address."""
    settings, now = wiring.settings, wiring.clock()
    application = parse_registration(request.json(), now, settings.wording_facts)
    admit(request, wiring, "registrations", settings.registrations_per_range)
    registrations = RegistrationsTable(wiring.aws, settings.registrations_table, settings.outbox_table)
    attempt = register(application, request.ip, now, settings.unconfirmed_lifetime_seconds, registrations)
    count("RegistrationsReceived")
    return json_response(202, {"status": "confirmation_sent", "reference": attempt.reference})


def resend(request: Request, wiring: Wiring[RegisterSettings]) -> Response:
    """POST /api/registrations/resend: 202, alike for known, pending and unknown addresses; it prolongs nothing."""
    body = parse_body(EmailBody, request.json())
    settings = wiring.settings
    admit(request, wiring, "mail_requests", settings.mail_requests_per_range)
    outbox = OutboxTable(wiring.aws, settings.outbox_table)
    recipients = KmsRecipients(wiring.kms, settings.recipient_key_arn)
    request_mail(body.email, "resend", request.language, wiring.clock(), RESEND_SECONDS, outbox, recipients)
    count("ResendsRequested")
    return json_response(202, {"status": "confirmation_sent"})
