"""A session goes on, is looked at, and ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.domain.errors import (
    ConditionFailed,
    Conflict,
    NoSession,
    NotAuthenticated,
    NotFound,
    RefreshTokenReused,
    SessionEnded,
    Unavailable,
)
from portal.domain.ids import LONGEST_ID, SessionId
from portal.domain.refresh import Lifetimes, RefreshToken, parse_refresh_token, present, rotate
from portal.flows.login import LoggedIn, logged_in
from portal.flows.retry import retry_conflicts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.domain.session import Session
    from portal.flows.authenticate import Caller
    from portal.flows.ports import AccessTokenSigner, AccessTokenVerifier, Clock, Sessions

_TRIES = 4


@dataclass(frozen=True, slots=True)
class Refresh:
    """What a refresh works with.

    Args:
        sessions: login sessions.
        tokens: issues access tokens.
        lifetimes: of sessions and tokens.
        clock: epoch seconds.
    """

    sessions: Sessions
    tokens: AccessTokenSigner
    lifetimes: Lifetimes
    clock: Clock

    def refresh(self, presented: str | None) -> LoggedIn:
        """Give the successor of a refresh token, and an access token.

        The token just replaced gets the same successor for a few seconds, while that is unused: no answer that is lost
        on its way, and no second tab, ends a session. Any other token of the session is a theft or a guess and ends it
        (RFC 9700 section 4.14), and no other session.

        Args:
            presented: as received; None where there was none.

        Raises:
            NoSession: no token.
            SessionEnded: one that is none of ours, or whose session is over now.
            RefreshTokenReused: one that is not the session's, which is over now.
            Unavailable: other refreshes of this session were always first.
        """
        if presented is None:
            raise NoSession
        token = parse_refresh_token(presented)
        if token is None:
            raise SessionEnded
        for _ in range(_TRIES):
            try:
                return self._refresh(token, self.clock())
            except (ConditionFailed, Conflict):
                # Another tab was first: look again at what this token is now.
                continue
        raise Unavailable(retry_after=1)

    def _refresh(self, token: RefreshToken, now: int) -> LoggedIn:
        session = self.sessions.find(token.session_id)
        if session is None or session.is_over(now):
            raise SessionEnded
        kind = present(session, token, now)
        if kind == "foreign":
            self.sessions.end(session.id)
            raise RefreshTokenReused(session.account_id, session.id)
        if kind == "replaced":
            self._require_account(session)
            return logged_in(session, token.successor(session.nonce or ""), now, self.tokens)
        rotated, successor = rotate(session, token, now, self.lifetimes)
        # Signed before anything changes: an outage of the key store must not use up the token that the client holds.
        answer = logged_in(rotated, successor, now, self.tokens)
        try:
            self.sessions.rotate(session, rotated)
        except ConditionFailed:
            self._require_account(session)
            raise
        return answer

    def _require_account(self, session: Session) -> None:
        """Compare account and session as they are by now: the end of all others takes this one to a new generation."""
        account, found = self.sessions.load(session.account_id, session.id)
        if account is None or account.blocked or account.generation != (found or session).generation:
            raise SessionEnded


def log_out(
    access_token: str | None, refresh_token: str | None, now: int, tokens: AccessTokenVerifier, sessions: Sessions
) -> None:
    """End the sessions that a client names by its tokens; nothing else can fail but the storage.

    Args:
        access_token: as received; one past its time still names its session.
        refresh_token: as received.
        now: epoch seconds.
        tokens: checks access tokens.
        sessions: login sessions.
    """
    if access_token is not None:
        try:
            claims = tokens.verify(access_token, now=0)
        except NotAuthenticated:
            pass
        else:
            retry_conflicts(lambda: sessions.end_of(claims.account_id, claims.session_id, now))
    presented = parse_refresh_token(refresh_token or "")
    if presented is not None:
        retry_conflicts(lambda: sessions.end_presented(presented.session_id, presented.hash))


def list_sessions(caller: Caller, now: int, sessions: Sessions) -> Sequence[Session]:
    """Return the caller's sessions, newest first, the present one in any case (ASVS 7.5.2)."""
    found = [session for session in sessions.all_of(caller.account, now) if session.id != caller.session.id]
    return sorted([caller.session, *found], key=lambda session: session.created_at, reverse=True)


def end_session(caller: Caller, session_id: str, now: int, sessions: Sessions) -> None:
    """End one of the caller's sessions.

    Raises:
        NotFound: the caller has none of this id.
    """
    own = SessionId(session_id[: LONGEST_ID + 1])
    if not retry_conflicts(lambda: sessions.end_of(caller.account.id, own, now)):
        raise NotFound


def end_other_sessions(caller: Caller, sessions: Sessions) -> None:
    """End all of the caller's sessions but the present one.

    Raises:
        NotAuthenticated: account or session changed in the same moment.
    """
    try:
        retry_conflicts(lambda: sessions.end_others(caller.account, caller.session))
    except ConditionFailed:
        raise NotAuthenticated from None
