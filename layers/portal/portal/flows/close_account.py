"""A client closes the account (GDPR Art. 17); what stays is the proof of what was consented to, for a while."""

from portal.domain.account import Account
from portal.domain.errors import ConditionFailed, NotAuthenticated
from portal.domain.evidence import ClosingEvidence, evidence_ends
from portal.flows.order_mail import order_to
from portal.flows.ports import Profiles, Pseudonyms, RecipientEncryptor
from portal.flows.retry import retry_conflicts


def close_account(
    account: Account,
    now: int,
    retention_years: int,
    profiles: Profiles,
    pseudonyms: Pseudonyms,
    recipients: RecipientEncryptor,
) -> None:
    """Delete account and credential at once and order a farewell mail; sessions end with the account.

    Args:
        account: as it was read.
        now: epoch seconds.
        retention_years: full calendar years for which the evidence is kept.
        profiles: where the account is kept.
        pseudonyms: names the person in the evidence.
        recipients: encrypts the address.

    Raises:
        NotAuthenticated: the account changed in the same moment.
    """
    ends = evidence_ends(now, retention_years)
    evidence = ClosingEvidence(account.id, now, pseudonyms.of(account.canonical_email), ends)
    order = order_to(account.email, "farewell", str(ends), account.locale, now, recipients)
    try:
        retry_conflicts(lambda: profiles.close(account, evidence, order))
    except ConditionFailed:
        raise NotAuthenticated from None
