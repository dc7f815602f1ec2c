"""Trying again where two transactions met."""

import secrets
import time
from collections.abc import Callable

from portal.domain.errors import Conflict, Unavailable

_TRIES = 3
_JITTER_MILLISECONDS = 120


def retry_conflicts[R](write: Callable[[], R], pause: Callable[[float], None] = time.sleep) -> R:
    """Do a write, up to three times where it conflicts with another transaction, and return what it returns.

    Args:
        write: all or nothing, safe to repeat.
        pause: waits the given seconds.

    Raises:
        Unavailable: it conflicted each time.
    """
    for attempt in range(1, _TRIES + 1):
        try:
            return write()
        except Conflict:
            if attempt < _TRIES:
                pause(secrets.randbelow(_JITTER_MILLISECONDS * attempt) / 1000)
    raise Unavailable(retry_after=1)
