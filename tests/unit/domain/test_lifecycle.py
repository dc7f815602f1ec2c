"""Accounts that nobody uses end: never unannounced, never after a login, and none is forgotten."""

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain.account import Account, open_account
from portal.domain.credential import Credential, login_is_worth_noting, new_credential
from portal.domain.lifecycle import (
    LONGEST_REST_SECONDS,
    Announce,
    Close,
    Keep,
    Limits,
    Verdict,
    judge,
)
from tests.support.fakes import DAY, NOW, an_attempt

LIMITS = Limits(unactivated=90 * DAY, idle=1096 * DAY, notice=14 * DAY)
ACCOUNT = open_account(an_attempt(), NOW)
NEW = new_credential(ACCOUNT)
INITIAL = replace(NEW, password_kind="initial", password_hash="h")
USED = replace(NEW, password_kind="chosen", password_hash="h", last_login_at=NOW)
NEVER_LOGGED_IN = replace(USED, last_login_at=None)
MONTH = LONGEST_REST_SECONDS


def after(days: float, credential: Credential, account: Account = ACCOUNT) -> Verdict:
    return judge(account, credential, NOW + int(days * DAY), LIMITS)


def told(credential: Credential, days: int) -> Credential:
    return replace(credential, closing_announced_at=NOW + days * DAY)


@pytest.mark.parametrize(
    ("credential", "days", "verdict"),
    [
        (NEW, 0, Keep(NOW + MONTH)),
        (NEW, 60, Keep(NOW + 76 * DAY)),
        (INITIAL, 75.9, Keep(NOW + 76 * DAY)),
        (INITIAL, 76, Announce(NOW + 90 * DAY)),
        (NEW, 200, Announce(NOW + 214 * DAY)),
        (told(INITIAL, 76), 80, Keep(NOW + 90 * DAY, announced=True)),
        (told(INITIAL, 76), 90, Close()),
        (told(INITIAL, 80), 90, Keep(NOW + 94 * DAY, announced=True)),
        (told(USED, 76), 90, Keep(NOW + 120 * DAY)),
        (USED, 1075, Keep(NOW + 1082 * DAY)),
        (USED, 1082, Announce(NOW + 1096 * DAY)),
        (NEVER_LOGGED_IN, 1082, Announce(NOW + 1096 * DAY)),
        (told(USED, 1082), 1096, Close()),
        (replace(USED, password_kind=None, password_hash=None), 1075, Keep(NOW + 1082 * DAY)),
        (replace(told(USED, 500), last_login_at=NOW + 500 * DAY), 1600, Announce(NOW + 1614 * DAY)),
    ],
)
def test_an_account_is_judged_by_its_last_use(credential: Credential, days: float, verdict: Verdict) -> None:
    assert after(days, credential) == verdict


@pytest.mark.parametrize(
    ("account", "credential"),
    [
        (replace(ACCOUNT, blocked=True), USED),
        (ACCOUNT, replace(USED, blocked=True)),
        (replace(ACCOUNT, restricted_at=NOW), USED),
        (replace(ACCOUNT, restricted_at=NOW, restriction_ends_at=NOW + 2001 * DAY), USED),
    ],
)
def test_a_blocked_or_restricted_account_is_kept_and_announced_anew_when_that_is_over(
    account: Account, credential: Credential
) -> None:
    assert after(2000, told(credential, 1082), account) == Keep(NOW + 2000 * DAY + MONTH, announced=False)


@pytest.mark.parametrize(
    ("credential", "seconds", "noted"),
    [
        (USED, DAY, False),
        (USED, DAY + 1, True),
        (told(USED, 0), 0, True),
        (NEVER_LOGGED_IN, 0, True),
        (INITIAL, 0, False),
    ],
)
def test_a_login_is_noted_once_a_day_and_when_it_keeps_the_account(
    credential: Credential, seconds: int, *, noted: bool
) -> None:
    assert login_is_worth_noting(credential, NOW + seconds) is noted


# ------------------------------------------------------------ whole lives


@dataclass
class Life:
    """An account from its opening on, reviewed once a day."""

    limits: Limits
    credential: Credential
    logins: list[int] = field(default_factory=list)
    closed_at: int | None = None
    told_at: int | None = None

    def log_in(self, now: int) -> None:
        self.logins.append(now)
        if login_is_worth_noting(self.credential, now):
            self.credential = replace(self.credential, last_login_at=now, closing_announced_at=None)

    def review(self, now: int) -> None:
        if (self.credential.review_at or 0) > now:
            return
        match judge(ACCOUNT, self.credential, now, self.limits):
            case Keep(until, announced):
                assert until > now
                kept = self.credential.closing_announced_at if announced else None
                self.credential = replace(self.credential, review_at=until, closing_announced_at=kept)
            case Announce(closes_at):
                self.told_at = now
                self.credential = replace(self.credential, review_at=closes_at, closing_announced_at=now)
            case Close():
                self.closed_at = now

    def live(self, days: int, offset: int, logins: list[int]) -> None:
        """Review at ``offset`` of each day; logins in seconds after the opening."""
        moments = [(NOW + day * DAY + offset, False) for day in range(days)] + [(NOW + at, True) for at in logins]
        for now, is_login in sorted(moments):
            if self.closed_at is None:
                self.log_in(now) if is_login else self.review(now)


LIVES = {
    "limits": st.builds(
        lambda notice, unactivated, idle: Limits(unactivated * DAY, (unactivated + idle) * DAY, notice * DAY),
        st.integers(1, 8),
        st.integers(8, 20),
        st.integers(0, 30),
    ),
    "credential": st.sampled_from([NEW, INITIAL, NEVER_LOGGED_IN]),
    "offset": st.integers(0, DAY - 1),
}


@given(**LIVES, logins=st.lists(st.integers(0, 120 * DAY), max_size=12))
@settings(max_examples=300, deadline=None)
def test_none_is_closed_without_an_announcement_in_time_and_without_a_login_since(
    limits: Limits, credential: Credential, offset: int, logins: list[int]
) -> None:
    life = Life(limits, credential)
    life.live(300, offset, logins if credential.password_kind == "chosen" else [])
    assert life.closed_at is not None
    assert life.told_at is not None
    assert life.closed_at - life.told_at >= limits.notice
    assert not [at for at in life.logins if at >= life.told_at]
    limit = limits.idle if credential.password_kind == "chosen" else limits.unactivated
    # A login is known to the day.
    assert life.closed_at - max([NOW, *life.logins]) >= limit - DAY


@given(**LIVES)
@settings(max_examples=200, deadline=None)
def test_every_account_is_closed_that_was_unused_for_its_limit_the_notice_and_a_day(
    limits: Limits, credential: Credential, offset: int
) -> None:
    life = Life(limits, credential)
    limit = limits.idle if credential.password_kind == "chosen" else limits.unactivated
    life.live((limit + limits.notice) // DAY + 2, offset, [])
    assert life.closed_at is not None
    assert life.closed_at - NOW <= limit + limits.notice + DAY
