"""Whoever holds an address stops what somebody else does with its account."""

from functools import partial

from portal.domain.errors import ConditionFailed, LinkExpired, Unavailable
from portal.domain.ids import AccountId
from portal.domain.token import FREEZE
from portal.flows.ports import Accounts, LinkVerifier
from portal.flows.retry import retry_conflicts

_TRIES = 3


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
    for _ in range(_TRIES):
        account = accounts.find(account_id)
        if account is None:
            raise LinkExpired
        if account.blocked:
            return None
        try:
            return retry_conflicts(partial(accounts.block, account))
        except ConditionFailed:
            continue  # it changed just now: look again
    raise Unavailable(retry_after=1)
