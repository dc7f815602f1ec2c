"""Which attempts a mail names."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from portal.domain.naming import ATTEMPTS_PER_MAIL, choose_attempts
from portal.domain.registration import Attempt
from tests.support.fakes import NOW, an_attempt


def attempts(*ips: str) -> list[Attempt]:
    """Return one attempt for each address, newest first."""
    return [replace(an_attempt(), ip=ip, requested_at=NOW - age) for age, ip in enumerate(ips)]


@given(st.lists(st.sampled_from(["192.0.2.0", "198.51.100.0", "203.0.113.0", "2001:db8::"]), max_size=12), st.text())
def test_no_range_has_a_second_place_while_another_has_none(ips: list[str], lot: str) -> None:
    waiting = attempts(*ips)
    chosen = choose_attempts(waiting, lot)
    assert len(chosen) == min(len(ips), ATTEMPTS_PER_MAIL)
    counts = Counter(attempt.ip for attempt in chosen)
    if len(set(ips)) >= ATTEMPTS_PER_MAIL:
        assert set(counts.values()) == {1}
    else:
        assert set(counts) == set(ips)
    # The newest of each range, newest first, the same at another try.
    assert all(next(one for one in waiting if one.ip == ip) in chosen for ip in counts)
    assert chosen == sorted(chosen, key=lambda one: one.requested_at, reverse=True)
    assert chosen == choose_attempts(waiting, lot)


def test_who_comes_first_is_drawn_anew_for_each_mail() -> None:
    waiting = attempts(*(f"198.51.{number}.0" for number in range(20)))
    named = {attempt.ip for lot in range(100) for attempt in choose_attempts(waiting, str(lot))}
    assert len(named) == 20


def test_the_attempt_that_the_mail_was_ordered_for_is_named_in_any_case() -> None:
    first = attempts("203.0.113.0")[0]
    others = attempts(*(f"198.51.{number}.0" for number in range(20)))
    for lot in range(50):
        assert first in choose_attempts(others, str(lot), first=first)
