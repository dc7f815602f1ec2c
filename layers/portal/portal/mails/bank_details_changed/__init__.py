"""The notice that the bank details of an account were changed."""

from portal.domain.mail import Language, Mail
from portal.mails.render import Sender, render
from portal.mails.times import berlin_time


def bank_details_changed_mail(
    language: Language,
    sender: Sender,
    changed_at: int,
    freeze_url: str,
    freeze_until: int,
) -> Mail:
    """Tell the owner, without the details themselves, and how to block the account (ASVS 14.2.6).

    Args:
        language: of the mail.
        sender: in whose name.
        changed_at: epoch seconds.
        freeze_url: page that blocks the account, with the token in its fragment.
        freeze_until: end of that link, epoch seconds.
    """
    return render(
        "bank_details_changed",
        language,
        sender,
        changed=berlin_time(language, changed_at),
        freeze_url=freeze_url,
        freeze_until=berlin_time(language, freeze_until),
    )
