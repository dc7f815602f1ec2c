"""The last mail to an address that another one has replaced."""

from portal.domain.mail import Language, Mail
from portal.mails.render import Sender, render
from portal.mails.times import berlin_time


def email_changed_mail(
    language: Language,
    sender: Sender,
    changed_at: int,
    freeze_url: str,
    freeze_until: int,
) -> Mail:
    """Tell the owner at the old address, and how to block the account (ASVS 6.3.7).

    Args:
        language: of the mail.
        sender: in whose name.
        changed_at: epoch seconds.
        freeze_url: page that blocks the account, with the token in its fragment.
        freeze_until: end of that link, epoch seconds.
    """
    return render(
        "email_changed",
        language,
        sender,
        changed=berlin_time(language, changed_at),
        freeze_url=freeze_url,
        freeze_until=berlin_time(language, freeze_until),
    )
