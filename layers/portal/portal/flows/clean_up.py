"""Deletion on time (P5): a sweep over what expired since the last complete one."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from portal.domain.errors import Unavailable
from portal.domain.spans import DAY_SECONDS
from portal.domain.sweep import Expired, Partition, Sweep, Window, next_window
from portal.flows.retry import retry_conflicts

if TYPE_CHECKING:
    from collections.abc import Callable

    from portal.flows.ports import Clock, Expiry, Sweeps


@dataclass(slots=True)
class _Progress:
    """How far a sweep has come: ``pending`` is the item in hand, ``ahead`` the partitions not begun yet."""

    ahead: list[Partition]
    pending: Expired | None = None
    deleted: int = 0
    already_gone: int = 0

    @property
    def found(self) -> int:
        return self.deleted + self.already_gone + (self.pending is not None)


@dataclass(frozen=True, slots=True)
class CleanUp:
    """Everything a sweep works with.

    Args:
        expiry: index of what expires.
        sweeps: evidence of the sweeps before.
        clock: epoch seconds.
        pause: waits the given seconds, where two writes met.
    """

    expiry: Expiry
    sweeps: Sweeps
    clock: Clock
    pause: Callable[[float], None] = field(default=time.sleep)

    def sweep(self, has_time: Callable[[], bool]) -> Sweep:
        """Delete what expired, and leave evidence of it.

        Safe beside TTL and beside another sweep: each deletion asks whether the item is there and expired.

        Args:
            has_time: whether there is time for one more step; without it the sweep stops, and the next one goes on.

        Raises:
            Unavailable: the tables do not answer; nothing is noted, and the next sweep begins where this one did.
        """
        now = self.clock()
        window = next_window(self.sweeps.newest(now), now)
        progress = _Progress(list(window.partitions()))
        try:
            complete = self._clear(progress, window, has_time)
        except Unavailable:
            complete = False
        done = Sweep(
            window=window,
            found=progress.found,
            deleted=progress.deleted,
            already_gone=progress.already_gone,
            oldest_left=None if complete else self._oldest_left(progress, window),
            complete=complete,
            finished_at=self.clock(),
        )
        self.sweeps.add(done)
        return done

    def _clear(self, progress: _Progress, window: Window, has_time: Callable[[], bool]) -> bool:
        """Tell whether it came to the end of the window."""
        while progress.ahead:
            if not has_time():
                return False
            for item in self.expiry.expired(progress.ahead[0], window.end):
                progress.pending = item
                if not has_time():
                    return False
                self._delete(progress, item, window.end)
            progress.ahead.pop(0)
        return True

    def _delete(self, progress: _Progress, item: Expired, now: int) -> None:
        def remove() -> None:
            if self.expiry.remove(item, now):
                progress.deleted += 1
            else:
                progress.already_gone += 1

        retry_conflicts(remove, self.pause)
        progress.pending = None

    def _oldest_left(self, progress: _Progress, window: Window) -> int | None:
        """Look where the sweep has not been. Partitions lie oldest day first, so a hit ends the search with its day."""
        pending = progress.pending
        oldest = pending.expires_at if pending else None
        for partition in progress.ahead[1:] if pending else progress.ahead:
            if oldest is not None and partition.day > oldest // DAY_SECONDS:
                break
            first = self.expiry.oldest(partition, window.end)
            if first is not None and (oldest is None or first < oldest):
                oldest = first
        return oldest
