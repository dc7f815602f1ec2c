"""Trying again where two writes met."""

from __future__ import annotations

import secrets
import time
from functools import partial
from typing import TYPE_CHECKING

from portal.domain.errors import ConditionFailed, Conflict, Contended, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

_TRIES = 3
_JITTER_MILLISECONDS = 120


def retry_conflicts[R](write: Callable[[], R], pause: Callable[[float], None] = time.sleep) -> R:
    """Do a write, up to three times where it conflicts with another transaction, and return what it returns.

    Args:
        write: all or nothing, safe to repeat.
        pause: waits the given seconds.

    Raises:
        Contended: it conflicted each time.
    """
    for attempt in range(1, _TRIES + 1):
        try:
            return write()
        except Conflict:
            if attempt < _TRIES:
                pause(secrets.randbelow(_JITTER_MILLISECONDS * attempt) / 1000)
    raise Contended(retry_after=1)


def retry_outages[R](write: Callable[[], R], pause: Callable[[float], None] = time.sleep) -> R:
    """Do a write that something irrevocable went before, up to four times within about a second.

    Args:
        write: safe to repeat.
        pause: waits the given seconds.

    Raises:
        Unavailable: each time.
    """
    for attempt in range(_TRIES):
        try:
            return write()
        except Unavailable:
            pause((_JITTER_MILLISECONDS + secrets.randbelow(_JITTER_MILLISECONDS)) * 2**attempt / 1000)
    return write()


def settle[T](read: Callable[[], T], is_done: Callable[[T], bool], write: Callable[[T], None]) -> tuple[T, bool]:
    """Bring something into a state, whatever else happens to it in the same moment.

    Args:
        read: returns it as it is now, or raises what there is to say instead.
        is_done: whether it is in that state already.
        write: all or nothing, requires what was read to be unchanged.

    Returns:
        What was read last, and whether there was nothing to do.

    Raises:
        Unavailable: it changed each time between reading and writing.
    """
    for _ in range(_TRIES):
        found = read()
        if is_done(found):
            return found, True
        try:
            retry_conflicts(partial(write, found))
        except ConditionFailed:
            continue  # it changed just now: look again
        return found, False
    raise Unavailable(retry_after=1)
