"""Trying again where two transactions met."""

import pytest

from portal.domain.errors import ConditionFailed, Conflict, Unavailable
from portal.flows.retry import retry_conflicts, settle
from tests.support.fakes import Faults


@pytest.mark.parametrize("conflicts", [0, 1, 2])
def test_a_write_that_conflicts_is_tried_again_after_a_pause(conflicts: int) -> None:
    waited: list[float] = []
    faults = Faults([Conflict()] * conflicts)
    retry_conflicts(faults.strike, waited.append)
    assert not faults.queue
    assert len(waited) == conflicts
    assert all(0 <= seconds < 0.12 * place for place, seconds in enumerate(waited, 1))


def test_after_three_conflicts_the_caller_may_try_again_soon() -> None:
    waited: list[float] = []
    faults = Faults([Conflict()] * 4)
    with pytest.raises(Unavailable) as unavailable:
        retry_conflicts(faults.strike, waited.append)
    assert unavailable.value.retry_after == 1
    assert len(faults.queue) == 1
    assert len(waited) == 2


@pytest.mark.parametrize("failure", [ConditionFailed(), Unavailable(), ValueError()])
def test_any_other_failure_is_not_tried_again(failure: Exception) -> None:
    faults = Faults([failure, None])
    with pytest.raises(type(failure)):
        retry_conflicts(faults.strike, lambda _: pytest.fail("waited"))
    assert faults.queue == [None]


def test_what_changed_between_look_and_write_is_looked_at_again() -> None:
    states, written = iter(["old", "new"]), Faults([ConditionFailed()])

    def write(_: str) -> None:
        written.strike()

    assert settle(lambda: next(states), lambda _: False, write) == ("new", False)


def test_what_is_done_is_not_written() -> None:
    assert settle(lambda: "state", lambda _: True, lambda _: pytest.fail("written")) == ("state", True)


def test_what_changes_each_time_is_given_up() -> None:
    faults = Faults([ConditionFailed()] * 3)
    with pytest.raises(Unavailable):
        settle(lambda: "state", lambda _: False, lambda _: faults.strike())
    assert faults.queue == []
