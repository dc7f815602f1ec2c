"""Notices: somebody, hopefully the owner, changed something about an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.mails.render import Sender, render
from portal.mails.times import berlin_time

if TYPE_CHECKING:
    from portal.domain.mail import Language, Mail
    from portal.domain.outbox import NoticeKind


def notice_mail(  # noqa: PLR0913 - what the mail says
    kind: NoticeKind,
    language: Language,
    sender: Sender,
    happened_at: int,
    freeze_url: str,
    freeze_until: int,
    *,
    device: str = "",
) -> Mail:
    """Tell what happened, without the data itself, and how to block the account (ASVS 6.3.7, 14.2.6).

    Args:
        kind: what happened; names the folder.
        language: of the mail.
        sender: in whose name.
        happened_at: epoch seconds.
        freeze_url: page that blocks the account, with the token in its fragment.
        freeze_until: end of that link, epoch seconds.
        device: browser and system of a login, as ``domain.device`` names them; empty where unknown.
    """
    return render(
        kind,
        language,
        sender,
        happened=berlin_time(language, happened_at),
        device=device,
        freeze_url=freeze_url,
        freeze_until=berlin_time(language, freeze_until),
    )
