"""The mail to a new address, which becomes the user name only by its link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.mails.render import Sender, render
from portal.mails.times import berlin_time

if TYPE_CHECKING:
    from portal.domain.mail import Language, Mail


def email_change_mail(language: Language, sender: Sender, reference: str, confirm_url: str, expires_at: int) -> Mail:
    """Ask whether an address may become that of an account (P6; ASVS 6.3.7).

    Args:
        language: of the mail.
        sender: in whose name.
        reference: that the client saw when asking for the change.
        confirm_url: page with the token in its fragment.
        expires_at: end of the link, epoch seconds.
    """
    expires = berlin_time(language, expires_at)
    return render("email_change", language, sender, reference=reference, confirm_url=confirm_url, expires=expires)
