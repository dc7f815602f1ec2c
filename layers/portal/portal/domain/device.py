"""Devices from which an account was used before; the account knows them by hashes, the device by a cookie."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from portal.domain.ids import AccountId

DEVICE_SECONDS = 180 * 86_400
"""How long a device is known after a login; the privacy notice names it."""

MOST_DEVICES = 10
"""Devices of one account; the one that was used longest ago makes room."""

# So often the time of a device's last use is written anew: at most once a month, not at each login.
_RENEWED_AFTER = 30 * 86_400
_TOKEN_BYTES = 32
_TOKEN_LENGTH = 43


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A device that an account knows.

    Args:
        hash: SHA-256 over account and the device's token.
        expires_at: epoch seconds from which on it is unknown again.
    """

    hash: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class Device:
    """Where a request comes from.

    Args:
        ip: cut client address.
        user_agent: what it calls itself.
        token: of its cookie; None where there is none, or something else (see ``device_token``).
        keeps_cookies: whether it can be given one; a client of the API is told apart by range and name instead.
    """

    ip: str
    user_agent: str
    token: str | None = None
    keeps_cookies: bool = True

    @property
    def mark(self) -> str | None:
        """What tells this device from others; None for a browser that comes for the first time."""
        return self.token if self.keeps_cookies else f"{self.ip}\0{self.user_agent}"


def device_token(received: str | None) -> str | None:
    """Return what a cookie brought, if it has the form of a token of ours."""
    is_one = received is not None and len(received) == _TOKEN_LENGTH and received.isascii()
    return received if is_one else None


def new_device_token() -> str:
    """Return 256 random bits for the cookie of a device."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def device_hash(mark: str, account_id: AccountId) -> str:
    """Return what an account keeps of a device: nobody sees from it that two accounts share one."""
    return hashlib.sha256(f"{account_id}\0{mark}".encode()).hexdigest()


def recognise(devices: Iterable[KnownDevice], hashed: str | None, now: int) -> KnownDevice | None:
    """Return the device that is known under a hash, None where there is none or its time is over."""
    return next((device for device in devices if device.expires_at > now and _is_same(device, hashed)), None)


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is known of the devices of an account after a login.

    Args:
        devices: the same ones where there is nothing worth writing.
        token: that the device is to keep; None where it has it already, or keeps none.
        is_new: whether the account did not know the device.
    """

    devices: tuple[KnownDevice, ...]
    token: str | None
    is_new: bool


def remember(devices: tuple[KnownDevice, ...], device: Device, account_id: AccountId, now: int) -> Remembered:
    """Return the devices of an account after a login.

    Args:
        devices: known so far.
        device: where the login comes from.
        account_id: whose login.
        now: epoch seconds.
    """
    mark = device.mark or new_device_token()
    hashed = device_hash(mark, account_id)
    known = recognise(devices, hashed, now)
    if known and known.expires_at > now + DEVICE_SECONDS - _RENEWED_AFTER:
        return Remembered(devices, None, is_new=False)
    others = [other for other in devices if other.expires_at > now and not _is_same(other, hashed)]
    newest = sorted(others, key=lambda other: other.expires_at)[-(MOST_DEVICES - 1) :]
    after = (*newest, KnownDevice(hashed, now + DEVICE_SECONDS))
    return Remembered(after, mark if device.keeps_cookies else None, is_new=known is None)


def _is_same(device: KnownDevice, hashed: str | None) -> bool:
    return hashed is not None and hmac.compare_digest(device.hash, hashed)
