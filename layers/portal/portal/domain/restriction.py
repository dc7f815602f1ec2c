"""Restriction of processing (GDPR Art. 18): what is stored about a person is kept, and nothing is done with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from portal.domain.errors import ProcessingRestricted
from portal.domain.times import berlin, day_in_berlin

if TYPE_CHECKING:
    from portal.domain.account import Account

LIFTING_NOTICE_DAYS = 7
"""Whole days between the notice that a restriction is lifted and its end (GDPR Art. 18(3))."""


def require_processing(account: Account, now: int) -> None:
    """Ask whether the data of an account may be processed; every business function does so before it acts (P10).

    Raises:
        ProcessingRestricted: they are only kept.
    """
    if account.is_restricted(now):
        raise ProcessingRestricted


def restricted(account: Account, now: int) -> Account:
    """Return an account whose processing is restricted from now on, until somebody lifts that.

    A new address that waits for its confirmation is forgotten: nothing is changed any more. The version changes, so
    that no change decided on before this moment is stored after it.
    """
    return replace(
        account,
        restricted_at=now,
        restriction_ends_at=None,
        pending_email_change_id=None,
        version=account.version + 1,
    )


def lifted(account: Account, now: int) -> Account:
    """Return an account whose restriction ends on the day that its owner is told."""
    return replace(account, restriction_ends_at=lifting_takes_effect(now), version=account.version + 1)


def lifting_takes_effect(now: int) -> int:
    """Return the first moment (Berlin) of the day before which ``LIFTING_NOTICE_DAYS`` whole days lie."""
    day = day_in_berlin(now) + timedelta(days=LIFTING_NOTICE_DAYS + 1)
    return int(datetime(day.year, day.month, day.day, tzinfo=berlin()).timestamp())
