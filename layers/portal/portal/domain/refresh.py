"""How sessions begin and go on: refresh tokens, each of which is replaced when it is used."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from portal.domain.ids import AccountId, SessionId, random_id
from portal.domain.session import Session

if TYPE_CHECKING:
    from portal.domain.device import Device

REFRESH_GRACE_SECONDS = 10
"""How long the refresh token just replaced gets the same successor: a page left during a refresh, parallel tabs."""

_REFRESH_BYTES = 32
_LONGEST_REFRESH_TOKEN = 256
_USER_AGENT_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long things last, in seconds."""

    access_token: int
    session_idle: int
    session_absolute: int


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """What a client presents: ``<session id>.<256 bits>``."""

    session_id: SessionId
    secret: str

    def __str__(self) -> str:
        return f"{self.session_id}.{self.secret}"

    @property
    def hash(self) -> str:
        """SHA-256 of the secret; plain, as the secret has 256 bits (ASVS 6.5.2)."""
        return hashlib.sha256(self.secret.encode()).hexdigest()

    def successor(self, nonce: str) -> RefreshToken:
        """Return the token that follows: the same whenever this one is presented, unguessable without the nonce."""
        mac = hmac.digest(nonce.encode(), str(self).encode(), "sha256")
        return RefreshToken(self.session_id, urlsafe_b64encode(mac).rstrip(b"=").decode())


def parse_refresh_token(text: str) -> RefreshToken | None:
    """Return a refresh token as received, None for a text that can't be one."""
    session_id, dot, secret = text.partition(".")
    if not (session_id and dot and secret) or len(text) > _LONGEST_REFRESH_TOKEN or not text.isascii():
        return None
    return RefreshToken(SessionId(session_id), secret)


def present(session: Session, token: RefreshToken, now: int) -> Literal["current", "replaced", "foreign"]:
    """Tell what a presented token is to its session; ``replaced`` only while it still gets the same successor."""
    if session.refresh_hash is not None and hmac.compare_digest(token.hash, session.refresh_hash):
        return "current"
    previous = session.previous_refresh_hash
    if previous is not None and session.rotated_at is not None and hmac.compare_digest(token.hash, previous):
        return "replaced" if now - session.rotated_at <= REFRESH_GRACE_SECONDS else "foreign"
    return "foreign"


def rotate(session: Session, token: RefreshToken, now: int, lifetimes: Lifetimes) -> tuple[Session, RefreshToken]:
    """Return the session after its current token was used, and the token's successor."""
    successor = token.successor(session.nonce or "")
    absolute_end = session.created_at + lifetimes.session_absolute
    rotated = replace(
        session,
        refresh_hash=successor.hash,
        previous_refresh_hash=token.hash,
        rotated_at=now,
        last_used_at=now,
        expires_at=min(now + lifetimes.session_idle, absolute_end),
    )
    return rotated, successor


def new_session(
    account_id: AccountId, generation: int, device: Device, now: int, lifetimes: Lifetimes
) -> tuple[Session, RefreshToken]:
    """Return a session of full scope and its first refresh token."""
    token = RefreshToken(SessionId(random_id()), secrets.token_urlsafe(_REFRESH_BYTES))
    session = Session(
        id=token.session_id,
        account_id=account_id,
        generation=generation,
        scope="portal",
        created_at=now,
        last_used_at=now,
        auth_time=now,
        expires_at=now + min(lifetimes.session_idle, lifetimes.session_absolute),
        user_agent=device.user_agent[:_USER_AGENT_LENGTH],
        ip=device.ip,
        refresh_hash=token.hash,
        nonce=secrets.token_urlsafe(_REFRESH_BYTES),
    )
    return session, token


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
