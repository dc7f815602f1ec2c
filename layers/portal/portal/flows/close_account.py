"""A client leaves (GDPR Art. 7(3), 17); what stays is the proof of what was consented to, for a while."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.domain.errors import ChangedMeanwhile, ConditionFailed, NotFound
from portal.domain.evidence import AnyEvidence, ClosingEvidence, WithdrawalEvidence, evidence_ends
from portal.flows.order_mail import order_to
from portal.flows.retry import retry_conflicts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.domain.account import Account
    from portal.flows.ports import Profiles, Pseudonyms, RecipientEncryptor


@dataclass(frozen=True, slots=True)
class Closing:
    """What closing an account works with.

    Args:
        profiles: where the account is kept.
        pseudonyms: names the person in the evidence.
        recipients: encrypts the address of the farewell mail.
        retention_years: full calendar years for which the evidence is kept.
    """

    profiles: Profiles
    pseudonyms: Pseudonyms
    recipients: RecipientEncryptor
    retention_years: int

    def close(self, account: Account, now: int, *, announced_at: int | None = None) -> None:
        """Delete account and credential at once and order a farewell mail; sessions end with the account.

        Args:
            account: as it was read.
            now: epoch seconds.
            announced_at: of the announcement that must still stand, where nobody asked for the closing.

        Raises:
            ChangedMeanwhile: the account changed in the same moment.
        """
        self._close(account, now, (), announced_at)

    def withdraw(self, account: Account, kind: str, now: int) -> None:
        """Note that a consent is withdrawn, and close the account, which has no basis without it.

        Raises:
            NotFound: there is no consent of this kind.
            ChangedMeanwhile: the account changed in the same moment.
        """
        consent = next((consent for consent in account.consents if consent.kind == kind), None)
        if consent is None:
            raise NotFound
        ends = evidence_ends(now, self.retention_years)
        self._close(account, now, (WithdrawalEvidence(account.id, consent, now, ends),))

    def _close(self, account: Account, now: int, more: Sequence[AnyEvidence], announced_at: int | None = None) -> None:
        ends = evidence_ends(now, self.retention_years)
        pseudonym = self.pseudonyms.of(account.canonical_email)
        closing = ClosingEvidence(account.id, now, pseudonym, account.address_changed, ends)
        order = order_to(account.email, "farewell", str(ends), account.locale, now, self.recipients)
        try:
            retry_conflicts(
                lambda: self.profiles.close(account, (*more, closing), ends, order, announced_at=announced_at)
            )
        except ConditionFailed:
            # It changed, or was closed, in the same moment: the next request sees which.
            raise ChangedMeanwhile(retry_after=1) from None
