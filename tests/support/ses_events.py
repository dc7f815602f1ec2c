"""Events of SES as EventBridge brings them, in the shapes that the SES developer guide documents."""

from typing import Any

TO = "erika.muster@example.com"
DIAGNOSIS = "smtp; 550 5.1.1 <erika.muster@example.com>: Recipient address rejected: User unknown"
_TIME = "2026-11-18T10:13:21.000Z"


def ses_event(
    name: str, order: str, *, to: str = TO, configuration_set: str = "mails", **detail: Any
) -> dict[str, Any]:
    """Return an event.

    Args:
        name: value of ``eventType``.
        order: of the mail; its tag.
        to: recipient.
        configuration_set: through which the mail was sent.
        detail: the part of this kind of event, by its name.
    """
    return {
        "version": "0",
        "id": "7bf73129-1428-4cd3-a780-95db273d1602",
        "detail-type": f"Email {name}",
        "source": "aws.ses",
        "account": "123456789012",
        "time": _TIME,
        "region": "eu-central-1",
        "resources": [f"arn:aws:ses:eu-central-1:123456789012:configuration-set/{configuration_set}"],
        "detail": {
            "eventType": name,
            **detail,
            "mail": {
                "timestamp": _TIME,
                "source": "Mandantenportal <noreply@portal.example.com>",
                "sourceArn": "arn:aws:ses:eu-central-1:123456789012:identity/portal.example.com",
                "sendingAccountId": "123456789012",
                "messageId": "0107019a8f0c1d2e-6b3f0a51-0000-4a7e-9c1d-1f2e3d4c5b6a-000000",
                "destination": [to],
                "headersTruncated": False,
                "headers": [
                    {"name": "From", "value": "Mandantenportal <noreply@portal.example.com>"},
                    {"name": "To", "value": to},
                    {"name": "Subject", "value": "Bitte bestätigen Sie Ihre Registrierung"},
                ],
                "commonHeaders": {"from": ["Mandantenportal <noreply@portal.example.com>"], "to": [to]},
                "tags": {
                    "ses:operation": ["SendEmail"],
                    "ses:configuration-set": [configuration_set],
                    "ses:source-ip": ["198.51.100.7"],
                    "ses:from-domain": ["portal.example.com"],
                    "ses:caller-identity": ["MailerRole"],
                    "order": [order],
                },
            },
        },
    }


def bounce(order: str, kind: str = "Permanent", sub_type: str = "General", **more: Any) -> dict[str, Any]:
    """Return the event of a mail that came back."""
    to = more.get("to", TO)
    failed = {"emailAddress": to, "action": "failed", "status": "5.1.1", "diagnosticCode": DIAGNOSIS}
    part = {
        "feedbackId": "0107019a8f0c2f3a-aaaa1111-0000-4000-8000-bbbb2222cccc-000000",
        "bounceType": kind,
        "bounceSubType": sub_type,
        "bouncedRecipients": [failed],
        "timestamp": _TIME,
        "reportingMTA": "dns; mx.example.com",
    }
    return ses_event("Bounce", order, bounce=part, **more)


def complaint(order: str, feedback_type: str | None = "abuse", **more: Any) -> dict[str, Any]:
    """Return the event of a mail that was called unwanted; a provider may say how."""
    part = {
        "feedbackId": "0107019a8f0c2f3a-dddd3333-0000-4000-8000-eeee4444ffff-000000",
        "complaintSubType": None,
        "complainedRecipients": [{"emailAddress": more.get("to", TO)}],
        "timestamp": _TIME,
        "userAgent": "Mozilla/5.0",
        "arrivalDate": _TIME,
        **({"complaintFeedbackType": feedback_type} if feedback_type else {}),
    }
    return ses_event("Complaint", order, complaint=part, **more)


def delay(order: str, **more: Any) -> dict[str, Any]:
    """Return the event of a mail that SES tries again."""
    late = {"emailAddress": more.get("to", TO), "status": "4.4.1", "diagnosticCode": DIAGNOSIS}
    part = {
        "timestamp": _TIME,
        "delayType": "TransientCommunicationFailure",
        "expirationTime": "2026-11-19T00:13:21.000Z",
        "delayedRecipients": [late],
    }
    return ses_event("DeliveryDelay", order, deliveryDelay=part, **more)


def reject(order: str, **more: Any) -> dict[str, Any]:
    """Return the event of a mail that SES took and would not send."""
    return ses_event("Reject", order, reject={"reason": "Bad content"}, **more)


def rendering_failure(order: str, **more: Any) -> dict[str, Any]:
    """Return the event of a mail that SES could not put together."""
    message = "Attribute 'name' is not present in the rendering data."
    failure = {"errorMessage": message, "templateName": "letter"}
    return ses_event("Rendering Failure", order, failure=failure, **more)
