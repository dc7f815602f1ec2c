"""Registration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal.adapters.dynamodb.outbox import OutboxTable
from portal.adapters.dynamodb.registrations import RegistrationsTable
from portal.adapters.kms import KmsRecipients
from portal.flows.order_mail import RESEND_SECONDS, request_mail
from portal.flows.register import register
from portal.http.bodies.email import EmailBody
from portal.http.bodies.model import parse_body
from portal.http.bodies.registration import parse_registration
from portal.http.response import Response, json_response
from portal.http.throttles import admit
from portal.observe import count

if TYPE_CHECKING:
    from portal.domain.mail import Language
    from portal.domain.registration import Attempt
    from portal.http.request import Request
    from portal.http.routes import Wiring
    from portal.settings.register import RegisterSettings


def post(request: Request, wiring: Wiring[RegisterSettings]) -> Response:
    """POST /api/registrations: 202, alike for a known address."""
    attempt = _register(request.json(), request, wiring)
    return json_response(202, {"status": "confirmation_sent", "reference": attempt.reference})


def post_form(request: Request, wiring: Wiring[RegisterSettings]) -> Response:
    """POST /form/register: the same without script; shows the form again where somebody wants to change something."""
    from portal.http.forms import Form, Outcome, answer_form, show_form

    def act(form: Form) -> Outcome:
        given = {**form.document, "locale": form.language}
        attempt = _register(given, request, wiring)
        more = {"sent_email": attempt.application.email, "sent_reference": attempt.reference}
        return Outcome(page="check-mail", more=more)

    return show_form(request, wiring.settings, "register") or answer_form(request, wiring.settings, "register", act)


def resend(request: Request, wiring: Wiring[RegisterSettings]) -> Response:
    """POST /api/registrations/resend: 202, alike for known, pending and unknown addresses; it prolongs nothing."""
    _resend(request.json(), request.language, request, wiring)
    return json_response(202, {"status": "confirmation_sent"})


def resend_form(request: Request, wiring: Wiring[RegisterSettings]) -> Response:
    """POST /form/resend: the same without script."""
    from portal.http.forms import Form, Outcome, answer_form

    def act(form: Form) -> Outcome:
        _resend(form.document, form.language, request, wiring)
        return Outcome("sent")

    return answer_form(request, wiring.settings, "resend", act)


def _register(document: Any, request: Request, wiring: Wiring[RegisterSettings]) -> Attempt:  # noqa: ANN401 - any JSON document
    settings, now = wiring.settings, wiring.clock()
    application = parse_registration(document, now, settings.wording_facts)
    admit(request, wiring, "registrations", settings.registrations_per_range)
    registrations = RegistrationsTable(wiring.aws, settings.registrations_table, settings.outbox_table)
    attempt = register(application, request.ip, now, settings.unconfirmed_lifetime_seconds, registrations)
    count("RegistrationsReceived")
    return attempt


def _resend(document: Any, language: Language, request: Request, wiring: Wiring[RegisterSettings]) -> None:  # noqa: ANN401 - any JSON document
    body = parse_body(EmailBody, document)
    settings = wiring.settings
    admit(request, wiring, "mail_requests", settings.mail_requests_per_range)
    outbox = OutboxTable(wiring.aws, settings.outbox_table)
    recipients = KmsRecipients(wiring.kms, settings.recipient_key_arn)
    request_mail(body.email, "resend", language, wiring.clock(), RESEND_SECONDS, outbox, recipients)
    count("ResendsRequested")
