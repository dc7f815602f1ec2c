"""The last mail of an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.mails.render import Sender, render
from portal.mails.times import berlin_day, berlin_time

if TYPE_CHECKING:
    from portal.domain.mail import Language, Mail


def farewell_mail(
    language: Language,
    sender: Sender,
    closed_at: int,
    evidence_until: int,
    portal_url: str,
) -> Mail:
    """Tell that an account is closed, what is deleted and what is kept until when (P8).

    Args:
        language: of the mail.
        sender: in whose name.
        closed_at: epoch seconds.
        evidence_until: first moment at which the proof of consent is no longer kept, epoch seconds.
        portal_url: where the privacy notice is found.
    """
    return render(
        "farewell",
        language,
        sender,
        closed=berlin_time(language, closed_at),
        # The first moment after a year lies in the next one; people are told the last day.
        evidence_until=berlin_day(language, evidence_until - 1),
        portal_url=portal_url,
    )
