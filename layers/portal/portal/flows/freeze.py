"""Whoever holds an address stops what somebody else does with its account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.domain.errors import LinkExpired
from portal.domain.ids import AccountId
from portal.domain.token import FREEZE
from portal.flows.retry import settle

if TYPE_CHECKING:
    from portal.domain.account import Account
    from portal.flows.ports import Accounts, LinkVerifier


def freeze(token: str, now: int, links: LinkVerifier, accounts: Accounts) -> None:
    """Block the account that a notice's link names and end its sessions; operators give it back.

    The link survives everything that happens to the account meanwhile: a thief who changes password or address can't
    outrun it.

    Args:
        token: of the freeze link.
        now: epoch seconds.
        links: checks the token.
        accounts: whose account.

    Raises:
        InvalidLink: the token is not genuine.
        LinkExpired: past its time, or the account is closed.
        Unavailable: nothing happened, another try makes sense.
    """
    account_id = AccountId(links.verify(FREEZE, token, now)["sub"])

    def read() -> Account:
        account = accounts.find(account_id)
        if account is None:
            raise LinkExpired
        return account

    settle(read, lambda account: account.blocked, accounts.block)
