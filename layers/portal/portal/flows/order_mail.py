"""Ordering mails whose recipient no item will name when they are sent."""

from dataclasses import replace

from portal.domain.ids import random_id
from portal.domain.mail import Language
from portal.domain.outbox import LIFETIME_SECONDS, MailKind, OutboxRow, order_mail
from portal.flows.ports import Outbox, RecipientEncryptor

RESEND_SECONDS = 86_400
"""How long a repeated opt-in mail is worth sending; the attempts that it names live on their own."""


def order_to(  # noqa: PLR0913 - what an order needs
    address: str,
    kind: MailKind,
    ref: str,
    language: Language,
    now: int,
    recipients: RecipientEncryptor,
    *,
    lifetime: int = LIFETIME_SECONDS,
) -> OutboxRow:
    """Return the order of a mail to an address, which the row holds encrypted."""
    order = order_mail(kind, ref, language, now, lifetime=lifetime)
    return replace(order, recipient=recipients.encrypt(address, order.id))


def request_mail(  # noqa: PLR0913, PLR0917 - what an order needs
    address: str,
    kind: MailKind,
    language: Language,
    now: int,
    lifetime: int,
    outbox: Outbox,
    recipients: RecipientEncryptor,
) -> None:
    """Order a mail that anybody may ask for; what it means for the address, if anything, the mailer decides.

    So known and unknown addresses look and cost the same (ASVS 6.3.8).

    Args:
        address: checked, in the form in which it was typed.
        kind: ``resend`` or ``password_reset``.
        language: of the request.
        now: epoch seconds.
        lifetime: seconds after which the mail is not worth sending any more.
        outbox: ordered mails.
        recipients: encrypts the address.
    """
    outbox.add(order_to(address, kind, random_id(), language, now, recipients, lifetime=lifetime))
