"""Login sessions."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Literal

from portal.domain.ids import AccountId, SessionId, random_id

Scope = Literal["portal", "password:change"]

_REFRESH_BYTES = 32
_USER_AGENT_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long things last, in seconds."""

    access_token: int
    session_idle: int
    session_absolute: int


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


@dataclass(frozen=True, slots=True)
class Device:
    """Where a login comes from: the cut address and what the device calls itself."""

    ip: str
    user_agent: str


def new_session(
    account_id: AccountId, generation: int, device: Device, now: int, lifetimes: Lifetimes
) -> tuple[Session, str]:
    """Return a session of full scope and its first refresh token."""
    session_id = SessionId(random_id())
    secret = secrets.token_urlsafe(_REFRESH_BYTES)
    session = Session(
        id=session_id,
        account_id=account_id,
        generation=generation,
        scope="portal",
        created_at=now,
        last_used_at=now,
        auth_time=now,
        expires_at=now + min(lifetimes.session_idle, lifetimes.session_absolute),
        user_agent=device.user_agent[:_USER_AGENT_LENGTH],
        ip=device.ip,
        refresh_hash=hash_refresh_secret(secret),
        nonce=secrets.token_urlsafe(_REFRESH_BYTES),
    )
    return session, f"{session_id}.{secret}"


def new_limited_session(
    account_id: AccountId, generation: int, device: Device, now: int, lifetimes: Lifetimes
) -> Session:
    """Return a session that only opens the password change: it lasts as long as one access token, without refresh."""
    return Session(
        id=SessionId(random_id()),
        account_id=account_id,
        generation=generation,
        scope="password:change",
        created_at=now,
        last_used_at=now,
        auth_time=now,
        expires_at=now + lifetimes.access_token,
        user_agent=device.user_agent[:_USER_AGENT_LENGTH],
        ip=device.ip,
    )


def hash_refresh_secret(secret: str) -> str:
    """Return the SHA-256 of a refresh secret; plain, as the secret has 256 bits (ASVS 6.5.2)."""
    return hashlib.sha256(secret.encode()).hexdigest()
