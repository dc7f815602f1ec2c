"""The processing of somebody's data is restricted, and later no longer (GDPR Art. 18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.mails.render import Sender, render
from portal.mails.times import berlin_day, berlin_time

if TYPE_CHECKING:
    from portal.domain.mail import Language, Mail


def restriction_started_mail(language: Language, sender: Sender, since: int, portal_url: str) -> Mail:
    """Confirm the restriction: what stops, what the client can still do, and how it ends.

    Args:
        language: of the mail.
        sender: in whose name.
        since: epoch seconds.
        portal_url: where the login is.
    """
    return render("restriction_started", language, sender, since=berlin_time(language, since), portal_url=portal_url)


def restriction_ending_mail(language: Language, sender: Sender, ends_at: int, portal_url: str) -> Mail:
    """Tell, before it happens, on which day the restriction ends (GDPR Art. 18(3)).

    Args:
        language: of the mail.
        sender: in whose name.
        ends_at: first moment without it, epoch seconds.
        portal_url: where the login is.
    """
    return render("restriction_ending", language, sender, ends=berlin_day(language, ends_at), portal_url=portal_url)
