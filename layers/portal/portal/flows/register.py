"""A visitor asks for an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.domain.outbox import order_mail
from portal.domain.registration import Application, Attempt, new_attempt

if TYPE_CHECKING:
    from portal.flows.ports import Registrations


def register(application: Application, ip: str, now: int, lifetime: int, registrations: Registrations) -> Attempt:
    """Store a new attempt and order its opt-in mail.

    Accounts and other attempts are not looked at: what the request means for a known address, the mailer decides,
    so known and unknown addresses look and cost the same (ASVS 6.3.8).

    Args:
        application: checked data.
        ip: cut address of the visitor.
        now: epoch seconds.
        lifetime: seconds until an unconfirmed attempt ends (P5).
        registrations: where attempts are kept.
    """
    attempt = new_attempt(application, ip, now, lifetime)
    registrations.add(attempt, order_mail("opt_in", attempt.id, application.locale, now))
    return attempt
