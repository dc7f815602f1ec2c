"""The mail that lets a person who forgot the password set a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.mails.render import Sender, render
from portal.mails.times import berlin_time

if TYPE_CHECKING:
    from portal.domain.mail import Language, Mail


def password_reset_mail(language: Language, sender: Sender, reset_url: str, expires_at: int) -> Mail:
    """Hand over the link that sets a new password; until it is used, the present one stays (ASVS 6.4.3).

    Args:
        language: of the mail.
        sender: in whose name.
        reset_url: page with the token in its fragment.
        expires_at: end of the link, epoch seconds.
    """
    return render("password_reset", language, sender, reset_url=reset_url, expires=berlin_time(language, expires_at))
