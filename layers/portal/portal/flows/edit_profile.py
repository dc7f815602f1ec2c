"""A client changes what the account holds about them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from portal.domain.errors import ConditionFailed, PreconditionFailed, Unavailable
from portal.flows.order_mail import order_to
from portal.flows.retry import retry_conflicts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.domain.account import Account
    from portal.domain.bank import BankDetails
    from portal.domain.outbox import OutboxRow
    from portal.flows.ports import Profiles, RecipientEncryptor


def edit_person(account: Account, changes: Mapping[str, Any], profiles: Profiles) -> Account:
    """Store changed personal and voluntary members (P2, P3); nothing is written where nothing changes.

    Args:
        account: as it was read.
        changes: checked values by name, of ``Person`` and ``locale``.
        profiles: where the account is kept.

    Raises:
        PreconditionFailed: the account changed meanwhile.
    """
    own = dict(changes)
    locale = own.pop("locale", account.locale)
    after = replace(account, person=replace(account.person, **own), locale=locale)
    return account if after == account else _save(account, after, None, profiles)


def change_bank_details(
    account: Account, details: BankDetails, now: int, profiles: Profiles, recipients: RecipientEncryptor
) -> Account:
    """Store other bank details and tell the owner; who enters them has reviewed them.

    The notice goes to the address of this moment: a thief who changes that as well can't divert it.

    Raises:
        PreconditionFailed: the account changed meanwhile.
    """
    after = replace(account, bank_details=details, bank_reviewed=True)
    if after == account:
        return account
    changed = details != account.bank_details
    notice = _notice(account, now, recipients) if changed else None
    return _save(account, after, notice, profiles)


def accept_bank_details(account: Account, profiles: Profiles) -> None:
    """Mark the registered bank details as reviewed: from now on they are paid to (P10).

    Raises:
        Unavailable: the account changed meanwhile; the request named no state of it, so another try decides.
    """
    if account.bank_reviewed:
        return
    try:
        _save(account, replace(account, bank_reviewed=True), None, profiles)
    except PreconditionFailed:
        raise Unavailable(retry_after=1) from None


def _save(before: Account, after: Account, order: OutboxRow | None, profiles: Profiles) -> Account:
    saved = replace(after, version=before.version + 1)
    try:
        retry_conflicts(lambda: profiles.save(before, saved, order=order))
    except ConditionFailed:
        raise PreconditionFailed from None
    return saved


def _notice(account: Account, now: int, recipients: RecipientEncryptor) -> OutboxRow:
    return order_to(account.email, "bank_details_changed", account.id, account.locale, now, recipients)
