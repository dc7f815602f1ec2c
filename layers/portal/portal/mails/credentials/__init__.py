"""The mail that carries user name and initial password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.mails.render import Sender, render
from portal.mails.times import berlin_time

if TYPE_CHECKING:
    from portal.domain.mail import Language, Mail


def credentials_mail(
    language: Language,
    sender: Sender,
    user_name: str,
    password: str,
    login_url: str,
    expires_at: int,
) -> Mail:
    """Hand over the credentials and urge to replace the password at once."""
    return render(
        "credentials",
        language,
        sender,
        user_name=user_name,
        password=password,
        login_url=login_url,
        expires=berlin_time(language, expires_at),
    )
