"""The notice to the present address that another one is to replace it."""

from portal.domain.mail import Language, Mail
from portal.mails.render import Sender, render
from portal.mails.times import berlin_time


def email_change_requested_mail(
    language: Language,
    sender: Sender,
    requested_at: int,
    freeze_url: str,
    freeze_until: int,
) -> Mail:
    """Tell the owner while nothing has changed yet, and how to block the account (ASVS 6.3.7).

    Args:
        language: of the mail.
        sender: in whose name.
        requested_at: epoch seconds.
        freeze_url: page that blocks the account, with the token in its fragment.
        freeze_until: end of that link, epoch seconds.
    """
    return render(
        "email_change_requested",
        language,
        sender,
        requested=berlin_time(language, requested_at),
        freeze_url=freeze_url,
        freeze_until=berlin_time(language, freeze_until),
    )
