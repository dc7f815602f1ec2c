"""How often something may be tried: logins of an address, and requests of a range of client addresses (ASVS 6.3.1).

Counters live in the table Sessions and name nobody: an address is in their keys as a hash.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from portal.domain.ids import CounterKey

if TYPE_CHECKING:
    from collections.abc import Mapping

RangeKind = Literal["registrations", "mail_requests", "logins", "look_ups"]
"""What is counted per range of client addresses; ``mail_requests`` are resends, resets and changes of address."""

WINDOWS: dict[RangeKind, int] = {"registrations": 3600, "mail_requests": 3600, "logins": 900, "look_ups": 60}
"""Seconds for which requests of a range are counted together."""

FIRST_DELAY_SECONDS = 15
"""Wait after the last free attempt; each further failure doubles it."""

FAILURES_KEPT_SECONDS = 3 * 86_400
"""How long consecutive failures are remembered after the last of them; the privacy notice says a few days."""


@dataclass(frozen=True, slots=True)
class LoginRules:
    """How often passwords may be tried.

    Args:
        free: attempts without a delay, per address and range, or per known device.
        longest_delay: seconds between attempts at the most.
        most: consecutive failures of an address over all ranges (at most 100: NIST SP 800-63B-4, 3.2.2).
    """

    free: int
    longest_delay: int
    most: int

    def delay_after(self, failures: int) -> int:
        """Return the seconds until the next attempt, after so many failures."""
        if failures < self.free:
            return 0
        doublings = min(failures - self.free, 30)
        return int(min(FIRST_DELAY_SECONDS * 2**doublings, self.longest_delay))


@dataclass(frozen=True, slots=True)
class Failures:
    """Consecutive failures as they are stored; an attempt counts as one until it succeeds.

    Args:
        count: since the last success.
        free_at: epoch seconds from which on the next attempt is heard.
        expires_at: epoch seconds from which on they are forgotten.
    """

    count: int
    free_at: int
    expires_at: int

    def next(self, rules: LoginRules, now: int) -> Failures:
        """Return them with one more."""
        known = self.count if self.expires_at > now else 0
        return first_failures(rules, now, known + 1)


def first_failures(rules: LoginRules, now: int, count: int = 1) -> Failures:
    """Return the failures of a counter that was not there, or that reached ``count`` now."""
    return Failures(count, now + rules.delay_after(count), now + FAILURES_KEPT_SECONDS)


@dataclass(frozen=True, slots=True)
class RequestWindow:
    """Requests of one range in one stretch of time.

    Args:
        key: of the counter.
        most: requests that are heard.
        ends: epoch seconds.
    """

    key: CounterKey
    most: int
    ends: int


@dataclass(frozen=True, slots=True)
class CountRefused:
    """Why counters did not take an attempt.

    Args:
        failures: of the counters that have no free attempt left, or changed since they were read.
        range_is_full: whether the range has no request left in its window.
    """

    failures: Mapping[CounterKey, Failures]
    range_is_full: bool


def window(kind: RangeKind, ip: str, most: int, now: int) -> RequestWindow:
    """Return the window in which a request of a cut client address counts."""
    length = WINDOWS[kind]
    begins = now // length * length
    return RequestWindow(CounterKey(f"range#{kind}#{ip}#{begins}"), most, begins + length)


def address_in_range(address: str, ip: str) -> CounterKey:
    """Return the counter of an address within the range of a cut client address."""
    return CounterKey(f"login#{_hidden(address)}#{ip}")


def address_everywhere(address: str) -> CounterKey:
    """Return the counter of an address over all ranges."""
    return CounterKey(f"login#{_hidden(address)}")


def known_device(device_hash: str) -> CounterKey:
    """Return the counter of a device that an account knows."""
    return CounterKey(f"device#{device_hash}")


def _hidden(address: str) -> str:
    """Return an address as keys of counters hold it: not readable, and gone within days."""
    return hashlib.sha256(f"throttle\0{address}".encode()).hexdigest()
