"""The mail to somebody whose address somebody tried to register again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.mails.render import Sender, render

if TYPE_CHECKING:
    from portal.domain.mail import Language, Mail


def already_registered_mail(language: Language, sender: Sender, portal_url: str) -> Mail:
    """Tell that an account exists and that nothing changed; the page itself never tells."""
    return render("already_registered", language, sender, portal_url=portal_url)
