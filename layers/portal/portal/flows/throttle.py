"""Attempts are counted before anything is checked, so that parallel ones can't outrun the count (ASVS 6.3.1, 2.4.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.domain.device import Device, KnownDevice, device_hash, recognise
from portal.domain.errors import Contended, LoginDelayed, LoginLocked, TooManyRequests, Unavailable
from portal.domain.throttle import (
    CountRefused,
    Failures,
    LoginRules,
    RangeKind,
    RequestWindow,
    address_everywhere,
    address_in_range,
    known_device,
    window,
)
from portal.flows.retry import retry_conflicts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from portal.domain.credential import Credential
    from portal.domain.ids import AccountId, CounterKey
    from portal.flows.ports import LoginCounters, Requests

_TRIES = 3


@dataclass(frozen=True, slots=True)
class Admitted:
    """An attempt that may go on.

    Args:
        device: the device as the account knows it, None for one that it does not know.
        counted: what is forgotten when the attempt succeeds; its own counter first.
    """

    device: KnownDevice | None
    counted: tuple[CounterKey, ...]

    def settle(self, write: Callable[[Sequence[CounterKey]], None]) -> None:
        """Do what follows a success, together with the counters that it sets back.

        The counter over all ranges is everybody's: where guesses from elsewhere change it all the time, a device that
        the account knows gets in without setting it back.

        Args:
            write: all or nothing, safe to repeat; takes the counters.

        Raises:
            Unavailable: it met other writes each time.
        """
        try:
            retry_conflicts(lambda: write(self.counted))
        except Contended:
            if self.device is None:
                raise
            retry_conflicts(lambda: write(self.counted[:1]))


@dataclass(frozen=True, slots=True)
class LoginThrottle:
    """Counts every check of a password: login, reauthentication, change of password.

    Args:
        counters: where they lie.
        rules: how often passwords may be tried.
        logins_per_range: attempts of a range that are heard in its window.
    """

    counters: LoginCounters
    rules: LoginRules
    logins_per_range: int

    def admit(self, address: str, credential: Credential | None, device: Device, now: int) -> Admitted:
        """Count an attempt as a failure until it succeeds; one that is refused here does not count.

        Known and unknown addresses are counted alike. A device that the account knows has a counter of its own, so
        that nobody locks its owner out by wrong passwords from elsewhere.

        Args:
            address: canonical, or whatever was sent in its stead.
            credential: of the address, None where there is none.
            device: where the attempt comes from.
            now: epoch seconds.

        Raises:
            LoginDelayed, LoginLocked: too many failures.
            TooManyRequests: too many attempts of the range.
            Unavailable: the counters do not answer, or were always changed by others: nothing is checked uncounted.
        """
        known = _known(credential, device, now)
        everywhere = address_everywhere(address)
        own = known_device(known.hash) if known else address_in_range(address, device.ip)
        counted = (own,) if known else (own, everywhere)
        # An owner who gets in has shown that the failures elsewhere were not theirs.
        admitted = Admitted(known, (own, everywhere))
        # Nor does a range that strangers use up, as they may in a large office or behind one mobile network.
        in_range = None if known else window("logins", device.ip, self.logins_per_range, now)
        found: Mapping[CounterKey, Failures] = {}
        for _ in range(_TRIES):
            refused = retry_conflicts(lambda: self.counters.count(counted, found, in_range, self.rules, now))  # noqa: B023 - called at once
            if refused is None:
                return admitted
            found = self._judge(refused, own, in_range, now, credential.account_id if credential else None)
        raise Unavailable(retry_after=1)

    def _judge(
        self,
        refused: CountRefused,
        own: CounterKey,
        in_range: RequestWindow | None,
        now: int,
        account_id: AccountId | None,
    ) -> Mapping[CounterKey, Failures]:
        """Return the counters to count on from, unless they say that the attempt is not heard."""
        for key, failures in refused.failures.items():
            if failures.expires_at <= now:
                continue
            if failures.count >= self.rules.most:
                raise LoginLocked(failures.expires_at - now, account_id)
            if key == own and failures.free_at > now:
                raise LoginDelayed(failures.free_at - now, account_id)
        if in_range and refused.range_is_full:
            raise TooManyRequests(in_range.ends - now)
        return refused.failures


def admit_request(kind: RangeKind, most: int, ip: str, now: int, requests: Requests) -> None:
    """Count what a visitor asks for, by range.

    Args:
        kind: what is asked for.
        most: requests of a range that are heard in a window.
        ip: cut client address.
        now: epoch seconds.
        requests: where the counters lie.

    Raises:
        TooManyRequests: the range has asked too often.
        Unavailable: the counters do not answer.
    """
    in_range = window(kind, ip, most, now)
    if not requests.count(in_range):
        raise TooManyRequests(in_range.ends - now)


def _known(credential: Credential | None, device: Device, now: int) -> KnownDevice | None:
    # Range and name of a client without cookies are no secret: they tell devices apart, and open nothing.
    if credential is None or device.token is None:
        return None
    return recognise(credential.devices, device_hash(device.token, credential.account_id), now)
