"""Ordering mails whose recipient no item will name when they are sent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from portal.domain.ids import OutboxId, random_id
from portal.domain.outbox import LIFETIME_SECONDS, MailKind, OutboxRow, addressed, order_mail
from portal.domain.user_agent import device_name

if TYPE_CHECKING:
    from portal.domain.credential import Credential
    from portal.domain.device import Device
    from portal.domain.email_change import EmailChange
    from portal.domain.feedback import Erasure
    from portal.domain.mail import Language
    from portal.domain.registration import Attempt
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
    fact: str = "",
) -> OutboxRow:
    """Return the order of a mail to an address, which the row holds encrypted, with a fact that the mail tells."""
    order = order_mail(kind, ref, language, now, lifetime=lifetime)
    return replace(order, recipient=recipients.encrypt(addressed(address, fact), order.id))


def order_erasure(
    address: str,
    now: int,
    recipients: RecipientEncryptor,
    *,
    attempt: Attempt | None = None,
    change: EmailChange | None = None,
) -> Erasure:
    """Return the order to erase an address from the list of the mail service, which holds it encrypted.

    Args:
        address: as typed.
        now: epoch seconds.
        recipients: encrypts the address.
        attempt: a registration that it waits for to end; nothing is left of the order when that expires.
        change: a change of address, likewise.
    """
    from portal.domain.feedback import Erasure, erasure_due

    order = OutboxId(random_id())
    waits_for = attempt or change
    ends = waits_for.expires_at if waits_for else None
    return Erasure(
        id=order,
        recipient=recipients.encrypt(address, order),
        next_attempt_at=erasure_due(now, ends),
        expires_at=now + LIFETIME_SECONDS if ends is None else ends,
        attempt_id=attempt.id if attempt else None,
        change_id=change.id if change else None,
    )


def new_device_notice(
    credential: Credential, device: Device, now: int, recipients: RecipientEncryptor
) -> OutboxRow | None:
    """Return the order of the mail that tells an owner of a login from a device that is new; whether it is, others say.

    It goes to the address of this moment: a thief who changes that can't divert it. How the owner writes it, and in
    which language they read, the account says when the mail is sent; a login does not read the account.

    Args:
        credential: of the client who logged in.
        device: where the login comes from.
        now: epoch seconds of the login.
        recipients: encrypts address and device.

    Returns:
        None for a login with an initial password: every device is new then, it opens nothing but the change of the
        password, and that has a notice of its own.
    """
    if credential.password_kind == "initial":  # noqa: S105 - a kind
        return None
    address, account_id, name = credential.canonical_email, credential.account_id, device_name(device.user_agent)
    return order_to(address, "new_device_login", account_id, "de", now, recipients, fact=name)


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
