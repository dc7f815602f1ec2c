"""What operators see of an account and do to it; never its content."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from portal.domain.account import Account
    from portal.domain.credential import Credential
    from portal.domain.email_change import FormerAddress

AccountState = Literal["active", "initial_password", "initial_password_expired", "no_password_yet", "blocked"]


def account_state(account: Account, credential: Credential | None, now: int) -> AccountState:
    """Return how far an account is open to its client."""
    if account.blocked or (credential and credential.blocked):
        return "blocked"
    if credential is None or credential.password_hash is None:
        return "no_password_yet"
    if not credential.opens_at(now):
        return "initial_password_expired"
    return "initial_password" if credential.password_kind == "initial" else "active"  # noqa: S105 - a kind


def restored(account: Account, former: FormerAddress | None) -> Account:
    """Return an account as its owner gets it back.

    All sessions and links of before are over by the new generation. Whoever had the account may have entered other
    bank details: nothing is paid until the owner has reviewed them (P10).

    Args:
        account: as it was read, blocked or not.
        former: the address that it gets back; None leaves the present one.
    """
    back = replace(
        account, blocked=False, bank_reviewed=False, generation=account.generation + 1, version=account.version + 1
    )
    if former is None:
        return back
    back = replace(back, email=former.email, canonical_email=former.canonical_email, email_change_id=None)
    return replace(back, bounced_at=None, complained_at=None)


def is_restored(account: Account, credential: Credential | None) -> bool:
    """Tell whether an account waits for its owner: open, and without a password that anybody could know."""
    return not account.blocked and credential is not None and credential.password_hash is None
