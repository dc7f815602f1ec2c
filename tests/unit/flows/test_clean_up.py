"""A sweep deletes what expired, beside TTL and beside others, and leaves evidence of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

import pytest

from portal.domain.errors import Conflict, Unavailable
from portal.domain.sweep import EXPIRY_SHARDS, FIRST_LOOK_BACK_SECONDS, Partition, Sweep, Window
from portal.flows.clean_up import CleanUp
from tests.support.fakes import DAY, NOW, FakeClock, FakeExpiry, FakeSweeps

TODAY = NOW // DAY


def ends_after(steps: int) -> Callable[[], bool]:
    step = count(1)
    return lambda: next(step) <= steps


@dataclass
class Broom:
    """A cleanup with all that it works with."""

    clock: FakeClock = field(default_factory=FakeClock)
    expiry: FakeExpiry = field(default_factory=FakeExpiry)
    sweeps: FakeSweeps = field(default_factory=FakeSweeps)

    def sweep(self, steps: int = 1_000_000) -> Sweep:
        return CleanUp(self.expiry, self.sweeps, self.clock, pause=lambda _: None).sweep(ends_after(steps))

    def swept_until(self, end: int) -> None:
        self.sweeps.noted.append(Sweep(Window(end, end), 0, 0, 0, None, complete=True, finished_at=end))


@pytest.fixture
def broom() -> Broom:
    broom = Broom()
    broom.swept_until(NOW)
    return broom


def test_what_expired_goes_and_the_rest_stays(broom: Broom) -> None:
    broom.expiry.items = {"before": NOW - 1, "now": NOW, "after": NOW + 1}
    done = broom.sweep()
    assert broom.expiry.items == {"after": NOW + 1}
    assert (done.found, done.deleted, done.already_gone, done.complete) == (2, 2, 0, True)
    assert (done.oldest_left, done.seconds_late) == (None, 0)
    assert broom.sweeps.noted[-1] == done


def test_the_first_sweep_of_all_looks_back_a_whole_life_and_a_few_days() -> None:
    broom = Broom(expiry=FakeExpiry({"old": NOW - FIRST_LOOK_BACK_SECONDS}))
    done = broom.sweep()
    assert done.window == Window(NOW - FIRST_LOOK_BACK_SECONDS, NOW)
    assert done.deleted == 1
    assert len(broom.expiry.looks) == 36 * EXPIRY_SHARDS


def test_a_sweep_looks_at_each_shard_of_each_day_since_the_last_one(broom: Broom) -> None:
    broom.clock.now += 2 * DAY
    broom.sweep()
    days = [TODAY, TODAY + 1, TODAY + 2]
    assert broom.expiry.looks == [Partition(day, shard) for day in days for shard in range(EXPIRY_SHARDS)]


def test_after_an_outage_of_ten_days_all_of_it_is_swept(broom: Broom) -> None:
    broom.expiry.items = {str(day): NOW + day * DAY for day in range(12)}
    broom.clock.now += 10 * DAY
    assert broom.sweep().deleted == 11
    assert broom.expiry.items == {"11": NOW + 11 * DAY}


def test_what_somebody_else_deleted_meanwhile_is_counted_apart(broom: Broom) -> None:
    broom.expiry.items, broom.expiry.stale = {"here": NOW}, {"gone": NOW}
    done = broom.sweep()
    assert (done.found, done.deleted, done.already_gone, done.complete) == (2, 1, 1, True)


def test_without_time_a_sweep_stops_and_says_what_is_left(broom: Broom) -> None:
    broom.expiry.items = {"a": NOW - 3, "b": NOW - 2, "c": NOW - 1}
    done = broom.sweep(steps=2)
    assert (done.found, done.deleted, done.complete) == (2, 1, False)
    assert (done.oldest_left, done.seconds_late) == (NOW - 2, 2)


def test_what_is_left_is_looked_for_where_the_sweep_has_not_been(broom: Broom) -> None:
    broom.swept_until(NOW - 3 * DAY)
    broom.expiry.items = {"later": NOW, "earlier": NOW - 2 * DAY}
    done = broom.sweep(steps=EXPIRY_SHARDS)
    assert (done.found, done.oldest_left) == (0, NOW - 2 * DAY)


def test_an_incomplete_sweep_does_not_move_the_window(broom: Broom) -> None:
    broom.clock.now += DAY
    first = broom.sweep(steps=1)
    broom.clock.now += 900
    second = broom.sweep()
    assert (first.complete, second.complete) == (False, True)
    assert second.window == Window(NOW, NOW + DAY + 900)
    assert broom.sweep().window.start == NOW + DAY + 900


def test_a_fault_in_the_middle_ends_the_sweep_and_the_next_one_catches_up(broom: Broom) -> None:
    broom.expiry.items = dict.fromkeys("abc", NOW)
    look, deleted = None, None
    broom.expiry.faults.queue = [look, deleted, Unavailable()]
    stopped = broom.sweep()
    assert (stopped.found, stopped.deleted, stopped.complete, stopped.oldest_left) == (2, 1, False, NOW)
    assert (broom.sweep().deleted, broom.expiry.items) == (2, {})


def test_a_transaction_in_the_way_is_waited_for(broom: Broom) -> None:
    broom.expiry.items = {"a": NOW}
    broom.expiry.faults.queue = [None, Conflict(), Conflict()]
    assert broom.sweep().deleted == 1


def test_a_sweep_whose_evidence_is_lost_counts_as_none(broom: Broom) -> None:
    broom.clock.now += DAY
    broom.sweeps.faults.queue = [Unavailable()]
    with pytest.raises(Unavailable):
        broom.sweep()
    assert broom.sweep().window.start == NOW


def test_a_clock_that_went_back_makes_no_window_without_days(broom: Broom) -> None:
    broom.swept_until(NOW + 9)
    assert broom.sweep().window == Window(NOW, NOW)
