"""Deletion on time (P5): which part of the expiry index a sweep looks at, and what it found there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.domain.spans import DAY_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

EXPIRY_SHARDS = 16
"""Parts of one day in the expiry index, so that no day is hot."""

FIRST_LOOK_BACK_SECONDS = 35 * DAY_SECONDS
"""Where a sweep begins that knows of none before: a whole life of 30 days, and the few days that TTL may take."""


@dataclass(frozen=True, slots=True)
class Partition:
    """One partition of the expiry index.

    Args:
        day: of expiry, counted from 1970-01-01 in UTC.
        shard: from 0.
    """

    day: int
    shard: int


@dataclass(frozen=True, slots=True)
class Expired:
    """An item whose time is over."""

    key: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class Window:
    """The time in which what a sweep deletes has expired, in epoch seconds, both ends included."""

    start: int
    end: int

    def partitions(self) -> Iterator[Partition]:
        """Yield the partitions of all its days, oldest day first."""
        for day in range(self.start // DAY_SECONDS, self.end // DAY_SECONDS + 1):
            for shard in range(EXPIRY_SHARDS):
                yield Partition(day, shard)


@dataclass(frozen=True, slots=True)
class Sweep:
    """What one sweep did: the proof that deletion was on time, whoever deleted.

    Args:
        window: what it looked at; ends when the sweep began.
        found: expired items that lay there.
        deleted: of those, by this sweep.
        already_gone: of those, by somebody else between the look and the deletion (TTL, a sweep beside this one).
        oldest_left: epoch seconds at which the oldest item expired that is still there; None when there is none.
        complete: whether it came to the end of its window.
        finished_at: epoch seconds.
    """

    window: Window
    found: int
    deleted: int
    already_gone: int
    oldest_left: int | None
    complete: bool
    finished_at: int

    @property
    def seconds_late(self) -> int:
        """How long the oldest item that is left should have been gone; 0 when there is none."""
        return 0 if self.oldest_left is None else self.finished_at - self.oldest_left

    @property
    def cleared_until(self) -> int:
        """Epoch seconds before which nothing expired is left: an incomplete sweep moves nothing."""
        return self.window.end if self.complete else self.window.start


def next_window(newest: Sweep | None, now: int) -> Window:
    """Return what a sweep that begins now has to look at.

    Args:
        newest: the sweep before, complete or not; None when none is known.
        now: epoch seconds.
    """
    start = now - FIRST_LOOK_BACK_SECONDS if newest is None else newest.cleared_until
    return Window(min(start, now), now)
