"""Accounts that nobody uses are told, and then closed (GDPR Art. 5(1)(e))."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from portal.domain.errors import ChangedMeanwhile, ConditionFailed
from portal.domain.lifecycle import REVIEW_SHARDS, Announce, Close, Keep, Limits, Verdict, judge
from portal.domain.outbox import order_mail
from portal.flows.retry import retry_conflicts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from portal.domain.account import Account
    from portal.domain.credential import Credential
    from portal.domain.ids import CanonicalEmail
    from portal.flows.close_account import Closing
    from portal.flows.ports import Accounts, Clock, Reviews

Outcome = Literal["kept", "announced", "closed", "changed"]
"""``changed``: it changed in the same moment, or is gone; the next run looks again."""


@dataclass(frozen=True, slots=True)
class Review:
    """Everything a review works with.

    Args:
        reviews: when accounts are looked at.
        accounts: the accounts and their credentials.
        closing: closes an account.
        limits: how long accounts may go unused.
        clock: epoch seconds.
        pause: waits the given seconds, where two writes met.
    """

    reviews: Reviews
    accounts: Accounts
    closing: Closing
    limits: Limits
    clock: Clock
    pause: Callable[[float], None] = field(default=time.sleep)

    def due(self) -> Iterator[CanonicalEmail]:
        """Yield the addresses of all accounts to look at, read as they are needed.

        Raises:
            Unavailable: the table does not answer.
        """
        now = self.clock()
        for shard in range(REVIEW_SHARDS):
            yield from self.reviews.due(shard, now)

    def look(self, email: CanonicalEmail) -> Outcome:
        """Judge one account and do what the verdict says.

        Safe beside logins and beside another run: each write asks whether the account is as it was read.

        Raises:
            Unavailable: something does not answer; the account stays due.
        """
        credential = self.accounts.find_credential(email)
        account = self.accounts.find(credential.account_id) if credential else None
        if credential is None or account is None:
            # The index lags behind: closed, or moved to another address.
            return "changed"
        now = self.clock()
        verdict = judge(account, credential, now, self.limits)
        try:
            return self._carry_out(verdict, account, credential, now)
        except (ConditionFailed, ChangedMeanwhile):
            return "changed"

    def _carry_out(self, verdict: Verdict, account: Account, credential: Credential, now: int) -> Outcome:
        match verdict:
            case Keep(until, announced):
                retry_conflicts(lambda: self.reviews.keep(credential, until, announced=announced), self.pause)
                return "kept"
            case Announce(closes_at):
                order = order_mail("closing_announced", account.id, account.locale, now)
                retry_conflicts(lambda: self.reviews.announce(credential, closes_at, now, order), self.pause)
                return "announced"
            case Close():
                self.closing.close(account, now, announced_at=credential.closing_announced_at)
                return "closed"
