"""The portal's mails, for ``flows.compose_mail``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.mails.already_registered import already_registered_mail
from portal.mails.closing_announced import closing_announced_mail
from portal.mails.credentials import credentials_mail
from portal.mails.email_change import email_change_mail
from portal.mails.farewell import farewell_mail
from portal.mails.notice import notice_mail
from portal.mails.opt_in import AttemptLinks, opt_in_mail
from portal.mails.password_reset import password_reset_mail
from portal.mails.render import Sender
from portal.mails.restriction import restriction_ending_mail, restriction_started_mail

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.domain.mail import Language, Mail
    from portal.domain.outbox import NoticeKind
    from portal.domain.registration import Attempt
    from portal.settings.mailer import MailerSettings


class PortalLetters:
    """Satisfies ``flows.compose_mail.Letters``."""

    def __init__(self, settings: MailerSettings) -> None:
        self._sender = Sender(settings.portal_name, settings.company_name, settings.company_address)
        self._portal_url = f"{settings.public_url}/"

    def opt_in(self, language: Language, attempts: Sequence[tuple[Attempt, str, str]]) -> Mail:
        """Ask to confirm one of these attempts."""
        links = [
            AttemptLinks(attempt.reference, attempt.requested_at, attempt.expires_at, confirm_url, reject_url)
            for attempt, confirm_url, reject_url in attempts
        ]
        return opt_in_mail(language, self._sender, links)

    def already_registered(self, language: Language) -> Mail:
        """Say that the address has an account."""
        return already_registered_mail(language, self._sender, self._portal_url)

    def credentials(self, language: Language, user_name: str, password: str, expires_at: int) -> Mail:
        """Hand over user name and initial password (P7)."""
        login_url = f"{self._portal_url}login"
        return credentials_mail(language, self._sender, user_name, password, login_url, expires_at)

    def password_reset(self, language: Language, reset_url: str, expires_at: int) -> Mail:
        """Give the link to a new password."""
        return password_reset_mail(language, self._sender, reset_url, expires_at)

    def email_change(self, language: Language, reference: str, confirm_url: str, expires_at: int) -> Mail:
        """Ask the new address to confirm."""
        return email_change_mail(language, self._sender, reference, confirm_url, expires_at)

    def notice(
        self,
        kind: NoticeKind,
        language: Language,
        happened_at: int,
        freeze_url: str,
        freeze_until: int,
        *,
        device: str,
    ) -> Mail:
        """Tell what happened to an account, by which device where that matters, and how to block it."""
        return notice_mail(kind, language, self._sender, happened_at, freeze_url, freeze_until, device=device)

    def closing_announced(self, language: Language, closes_at: int, *, activated: bool) -> Mail:
        """Announce that an account will be closed as nobody uses it, and say how to keep it."""
        return closing_announced_mail(language, self._sender, closes_at, self._portal_url, activated=activated)

    def restriction_started(self, language: Language, since: int) -> Mail:
        """Confirm that the data of an account are only kept from now on."""
        return restriction_started_mail(language, self._sender, since, self._portal_url)

    def restriction_ending(self, language: Language, ends_at: int) -> Mail:
        """Tell when that ends, before it does."""
        return restriction_ending_mail(language, self._sender, ends_at, self._portal_url)

    def farewell(self, language: Language, closed_at: int, evidence_until: int) -> Mail:
        """Confirm that an account is closed."""
        return farewell_mail(language, self._sender, closed_at, evidence_until, self._portal_url)
