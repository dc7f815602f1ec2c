"""The announcement that an account will be closed as nobody uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.mails.render import Sender, render
from portal.mails.times import berlin_time

if TYPE_CHECKING:
    from portal.domain.mail import Language, Mail


def closing_announced_mail(
    language: Language, sender: Sender, closes_at: int, portal_url: str, *, activated: bool
) -> Mail:
    """Say when an unused account will be closed and how to keep it (GDPR Art. 5(1)(e)).

    Args:
        language: of the mail.
        sender: in whose name.
        closes_at: before this moment it is not closed, epoch seconds.
        portal_url: where the login is.
        activated: whether a password was ever chosen.
    """
    return render(
        "closing_announced",
        language,
        sender,
        closes=berlin_time(language, closes_at),
        portal_url=portal_url,
        activated=activated,
    )
