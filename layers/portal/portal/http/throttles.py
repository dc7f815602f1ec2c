"""Throttles, for endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from portal.adapters.dynamodb.counters import LoginCountersTable, RequestsTable
from portal.domain.throttle import LoginRules, RangeKind
from portal.flows.throttle import LoginThrottle, admit_request

if TYPE_CHECKING:
    from portal.http.request import Request
    from portal.http.routes import Wiring
    from portal.settings.login import LoginSettings


class _CountsRequests(Protocol):
    """Settings of a function that counts requests."""

    @property
    def sessions_table(self) -> str: ...


def login_throttle(wiring: Wiring[LoginSettings]) -> LoginThrottle:
    """Return what counts checks of passwords."""
    settings = wiring.settings
    rules = LoginRules(settings.login_free_attempts, settings.login_longest_delay_seconds, settings.login_most_failures)
    return LoginThrottle(LoginCountersTable(wiring.aws, settings.sessions_table), rules, settings.logins_per_range)


def admit[S: _CountsRequests](request: Request, wiring: Wiring[S], kind: RangeKind, most: int) -> None:
    """Count a request of a range of client addresses.

    Raises:
        TooManyRequests: the range has asked too often.
    """
    requests = RequestsTable(wiring.aws, wiring.settings.sessions_table)
    admit_request(kind, most, request.ip, wiring.clock(), requests)
