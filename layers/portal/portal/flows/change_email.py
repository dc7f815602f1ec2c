"""A client takes another address; whoever holds the former one can stop it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from portal.domain.email_change import EmailChange, former_address, request_email_change
from portal.domain.errors import ConditionFailed, FieldError, InvalidInput, LinkExpired, NotAuthenticated, Refused
from portal.domain.ids import AccountId, ChangeId
from portal.domain.outbox import order_mail
from portal.domain.token import EMAIL_CHANGE, EMAIL_CHANGE_SECONDS
from portal.flows.order_mail import order_to
from portal.flows.retry import retry_conflicts, settle

if TYPE_CHECKING:
    from portal.domain.account import Account
    from portal.domain.credential import Credential
    from portal.flows.ports import Accounts, EmailChanges, LinkVerifier, Profiles, RecipientEncryptor


def ask_for_email_change(
    account: Account, email: str, now: int, profiles: Profiles, recipients: RecipientEncryptor
) -> EmailChange:
    """Keep the new address until it is confirmed; order its link, and a notice to the present address.

    Whether the new address has an account already is not looked at: the mailer decides what the request means for it.

    Args:
        account: as it was read.
        email: checked, as typed.
        now: epoch seconds.
        profiles: where the account is kept.
        recipients: encrypts the present address.

    Raises:
        InvalidInput: the address is the present one.
        NotAuthenticated: the account changed in the same moment.
    """
    try:
        change = request_email_change(account, email, now)
    except Refused as refused:
        raise InvalidInput(FieldError("/new_email", refused.code)) from None
    orders = (
        order_mail("email_change", change.id, account.locale, now, lifetime=EMAIL_CHANGE_SECONDS),
        order_to(account.email, "email_change_requested", account.id, account.locale, now, recipients),
    )
    try:
        retry_conflicts(lambda: profiles.request_email_change(account, change, orders))
    except ConditionFailed:
        raise NotAuthenticated from None
    return change


# More changes within the 30 days of such a record are nobody's life.
_FORMER_KEPT = 20


@dataclass(frozen=True, slots=True)
class _Pending:
    """An account, its credential, and the change that waits; no change where it has taken effect."""

    account: Account
    change: EmailChange | None
    credential: Credential | None


@dataclass(frozen=True, slots=True)
class EmailChangeConfirmation:
    """What the confirmation of a new address works with.

    Args:
        links: checks the token.
        changes: where the new address waits.
        accounts: whose it will be.
        profiles: where the account is kept.
        recipients: encrypts the former address.
    """

    links: LinkVerifier
    changes: EmailChanges
    accounts: Accounts
    profiles: Profiles
    recipients: RecipientEncryptor

    def confirm(self, token: str, now: int) -> None:
        """Give an account the address that a link confirms, end all its sessions and tell the former address.

        A second click is told the same as the first one, while the address stays.

        Raises:
            InvalidLink: the token is not genuine.
            LinkExpired: past its time, overtaken, or the new address has an account meanwhile.
            Unavailable: nothing happened, another try makes sense.
        """
        claims = self.links.verify(EMAIL_CHANGE, token, now)
        account_id, change_id = AccountId(claims["sub"]), ChangeId(str(claims.get("chg")))
        settle(
            lambda: self._pending(account_id, change_id, claims.get("gen"), now),
            lambda pending: pending.change is None,
            lambda pending: self._change(pending, now),
        )

    def _pending(self, account_id: AccountId, change_id: ChangeId, generation: object, now: int) -> _Pending:
        """Return what a link is about, without a change where that has taken effect."""
        account = self.accounts.find(account_id)
        if account is None or account.blocked:
            raise LinkExpired
        if account.email_change_id == change_id:
            return _Pending(account, None, None)
        change = self.changes.find(change_id, now)
        credential = self.accounts.find_credential(account.canonical_email)
        # Of several requests the newest counts: who mistyped the address asks again and must not fear the first link.
        overtaken = account.generation != generation or account.pending_email_change_id != change_id
        if change is None or credential is None or credential.password_hash is None or overtaken:
            raise LinkExpired
        return _Pending(account, change, credential)

    def _change(self, pending: _Pending, now: int) -> None:
        account, change, credential = pending.account, pending.change, pending.credential
        if change is None or credential is None:
            return
        after = replace(
            account,
            email=change.email,
            canonical_email=change.canonical_email,
            generation=account.generation + 1,
            version=account.version + 1,
            email_change_id=change.id,
            former_change_ids=(*account.former_change_ids, change.id)[-_FORMER_KEPT:],
            bounced_at=None,
            complained_at=None,
        )
        order = order_to(account.email, "email_changed", account.id, account.locale, now, self.recipients)
        former = former_address(account, change, now)
        try:
            self.profiles.change_email(account, after, credential, former, order, now)
        except ConditionFailed:
            if self.accounts.find_credential(change.canonical_email) is not None:
                raise LinkExpired from None  # it got an account meanwhile, unless this very change was first
            raise
