"""The person behind an address confirms a registration, or says that it was not theirs (P4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from portal.domain.account import open_account
from portal.domain.credential import new_credential
from portal.domain.errors import ConditionFailed, LinkExpired
from portal.domain.evidence import opt_in_evidence
from portal.domain.ids import AccountId, AttemptId
from portal.domain.outbox import order_mail
from portal.domain.token import OPT_IN, REJECT
from portal.flows.retry import retry_conflicts

if TYPE_CHECKING:
    from portal.domain.registration import Attempt
    from portal.flows.ports import Accounts, LinkVerifier, Registrations

Outcome = Literal["confirmed", "already_confirmed"]


def confirm(
    token: str, ip: str, now: int, links: LinkVerifier, registrations: Registrations, accounts: Accounts
) -> Outcome:
    """Turn the attempt that a link names into an account.

    Args:
        token: of the opt-in link.
        ip: cut address of the click.
        now: epoch seconds.
        links: checks the token.
        registrations: where the attempt is.
        accounts: where the account will be.

    Raises:
        InvalidLink: the token is not genuine.
        LinkExpired: past its time, or the attempt is gone, or another attempt of the address was confirmed.
        Unavailable: nothing happened, another try makes sense.
    """
    attempt_id = AttemptId(links.verify(OPT_IN, token, now)["sub"])
    attempt = registrations.find(attempt_id, now)
    if attempt is None:
        return _confirmed_before(attempt_id, accounts)
    try:
        retry_conflicts(lambda: _open(attempt, ip, now, accounts))
    except ConditionFailed:
        # A parallel click won, or another attempt of the address did, or time ran out in between.
        return _confirmed_before(attempt_id, accounts)
    return "confirmed"


def reject(token: str, now: int, links: LinkVerifier, registrations: Registrations) -> None:
    """Delete the attempt that a "not me" link names.

    Raises:
        InvalidLink: the token is not genuine.
        LinkExpired: past its time, or the attempt is gone.
    """
    attempt_id = AttemptId(links.verify(REJECT, token, now)["sub"])
    if not retry_conflicts(lambda: registrations.remove(attempt_id, now)):
        raise LinkExpired


def _open(attempt: Attempt, ip: str, now: int, accounts: Accounts) -> None:
    account = open_account(attempt, now)
    accounts.open(
        account,
        new_credential(account),
        opt_in_evidence(attempt, now, ip),
        order_mail("credentials", account.id, account.locale, now),
        now,
    )


def _confirmed_before(attempt_id: AttemptId, accounts: Accounts) -> Outcome:
    # Twice: of a transaction that is just taking effect, one item may be read after it and the next before it.
    if accounts.find(AccountId(attempt_id)) is None and accounts.find(AccountId(attempt_id)) is None:
        raise LinkExpired
    return "already_confirmed"
