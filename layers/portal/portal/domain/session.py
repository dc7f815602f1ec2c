"""Login sessions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from portal.domain.ids import AccountId, SessionId

Scope = Literal["portal", "password:change"]

RECENT_SECONDS = 600
"""How long a password counts as just given (step-up, ASVS 7.5.1)."""


@dataclass(frozen=True, slots=True)
class Session:
    """One login on one device.

    Args:
        id: named by the access tokens of this session.
        account_id: whose session.
        generation: the account's at login; a session of another generation is over.
        scope: what its tokens open.
        created_at: epoch seconds; lifetimes count from here.
        last_used_at: epoch seconds of login or the newest refresh.
        auth_time: epoch seconds at which the password was last given.
        expires_at: epoch seconds: idle or absolute limit, whichever comes first.
        user_agent: what the device calls itself, for the list of sessions.
        ip: cut address of the login.
        refresh_hash: SHA-256 of the current refresh secret; None where there is none.
        previous_refresh_hash: SHA-256 of the one before.
        nonce: from which, with a presented token, its successor is derived.
        rotated_at: epoch seconds of the newest refresh.
    """

    id: SessionId
    account_id: AccountId
    generation: int
    scope: Scope
    created_at: int
    last_used_at: int
    auth_time: int
    expires_at: int
    user_agent: str
    ip: str
    refresh_hash: str | None = None
    previous_refresh_hash: str | None = None
    nonce: str | None = None
    rotated_at: int | None = None

    def is_over(self, now: int) -> bool:
        """Tell whether idle or absolute lifetime has passed."""
        return self.expires_at <= now

    def is_recent(self, now: int) -> bool:
        """Tell whether the password was given just now."""
        return now - self.auth_time <= RECENT_SECONDS
