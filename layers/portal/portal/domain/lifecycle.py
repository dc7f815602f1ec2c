"""Accounts that nobody uses end (GDPR Art. 5(1)(e)): never without a notice, never after a login since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.domain.spans import DAY_SECONDS

if TYPE_CHECKING:
    from portal.domain.account import Account
    from portal.domain.credential import Credential

REVIEW_SHARDS = 16
"""Parts of the review index, so that none is hot."""

LONGEST_REST_SECONDS = 30 * DAY_SECONDS
"""When an account is looked at again at the latest, so that a changed limit reaches every account within a month."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long an account may go unused, in seconds.

    Args:
        unactivated: from the opening on, while no own password is chosen.
        idle: from the last login on; from the opening, where there was none.
        notice: how long before its end an account is told.
    """

    unactivated: int
    idle: int
    notice: int


@dataclass(frozen=True, slots=True)
class Keep:
    """Look again at ``until`` (epoch seconds); ``announced`` tells whether an announcement still stands."""

    until: int
    announced: bool = False


@dataclass(frozen=True, slots=True)
class Announce:
    """Tell the owner that the account closes at ``closes_at`` (epoch seconds) unless they log in."""

    closes_at: int


@dataclass(frozen=True, slots=True)
class Close:
    """Close the account: it was announced long enough ago, and nobody came."""


type Verdict = Keep | Announce | Close


def judge(account: Account, credential: Credential, now: int, limits: Limits) -> Verdict:
    """Return what to do with an account now.

    A blocked account is kept: its owner can't log in, and operators have it in hand. So is one whose processing is
    restricted: the person wants the data kept (GDPR Art. 18).

    Args:
        account: as it was read.
        credential: its own.
        now: epoch seconds.
        limits: in force.
    """
    if account.blocked or credential.blocked or account.is_restricted(now):
        return Keep(now + LONGEST_REST_SECONDS)
    limit = limits.idle if credential.activated else limits.unactivated
    ends = (credential.last_login_at or account.created_at) + limit
    if now < ends - limits.notice:
        return Keep(min(ends - limits.notice, now + LONGEST_REST_SECONDS))
    announced_at = credential.announced_at
    if announced_at is None:
        return Announce(max(ends, now + limits.notice))
    closes_at = max(ends, announced_at + limits.notice)
    return Close() if now >= closes_at else Keep(closes_at, announced=True)
