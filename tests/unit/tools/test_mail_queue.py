"""The simulation of the mailer's queue: whatever comes, it behaves as a queue does."""

from collections import Counter
from itertools import groupby, pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain.outbox import LEASE_SECONDS, delay_after
from tools.capacity.queue import Outage, Queue, Settings, arrivals, quantile
from tools.capacity.scenarios import as_deployed, steady

ORDERED = st.lists(st.floats(0, 600), min_size=1, max_size=120)
OUTAGES = st.lists(
    st.builds(
        lambda begins, length, answers: Outage(begins, begins + length, answers),
        st.floats(0, 900),
        st.floats(1, 900),
        st.sampled_from([0.1, 12.0]),
    ),
    max_size=2,
)
LONG = 30 * 86_400.0


def mailer(lanes: int = 4, ses_rate: float = 14, record_age: float = 3600) -> Settings:
    return Settings(
        mails_per_second=10,
        work=0.2,
        look=0.01,
        wake=0.25,
        lanes=lanes,
        batch=10,
        record_age=record_age,
        schedule=60,
        due_shards=4,
        rows_per_shard=100,
        takes_for=30,
        ses_rate=ses_rate,
    )


MAILERS = st.builds(mailer, lanes=st.integers(1, 6), ses_rate=st.sampled_from([1, 5, 50]))


def coming(rate: float, until: float, seed: int) -> list[float]:
    return arrivals(steady(rate), until, Random(seed).random, rate)  # noqa: S311 - not for secrets


def played(mailer: Settings, ordered: list[float], outages: list[Outage] | None = None) -> Queue:
    queue = Queue(mailer, ordered, outages or [], watched=True)
    queue.run(LONG)
    return queue


@settings(max_examples=40)
@given(MAILERS, ORDERED, OUTAGES)
def test_every_mail_is_sent_once_and_none_before_it_was_ordered(
    mailer: Settings, ordered: list[float], outages: list[Outage]
) -> None:
    queue = played(mailer, ordered, outages)
    assert len(queue.mails) == len(ordered)
    assert all(mail.sent is not None and mail.sent >= mail.ordered + mailer.work for mail in queue.mails)
    assert len(queue.tries) == len(queue.mails) + queue.refused


@settings(max_examples=40)
@given(MAILERS, ORDERED, OUTAGES)
def test_a_run_of_the_schedule_takes_what_was_due_first_first(
    mailer: Settings, ordered: list[float], outages: list[Outage]
) -> None:
    tries = sorted(played(mailer, ordered, outages).tries, key=lambda one: (one.run, one.at))
    for _, of_run in groupby(tries, key=lambda one: one.run):
        dues = [one.due for one in of_run if one.source == "schedule"]
        assert dues == sorted(dues)


@settings(max_examples=40)
@given(MAILERS, ORDERED)
def test_a_lane_takes_mails_in_the_order_in_which_they_came(mailer: Settings, ordered: list[float]) -> None:
    queue = played(mailer, ordered)
    for lane in range(mailer.lanes):
        numbers = [one.mail for one in queue.tries if one.source == "stream" and queue.mails[one.mail].lane == lane]
        assert numbers == sorted(numbers)


@settings(max_examples=40)
@given(MAILERS, ORDERED, OUTAGES)
def test_nobody_claims_a_mail_that_another_run_has(
    mailer: Settings, ordered: list[float], outages: list[Outage]
) -> None:
    claims: dict[int, float] = {}
    for one in played(mailer, ordered, outages).tries:
        assert one.at >= one.due
        # A lease ends when the mail is sent or given back: the shortest delay after that is half a minute.
        assert one.at - claims.get(one.mail, -LEASE_SECONDS) >= delay_after(1)
        claims[one.mail] = one.at


@settings(max_examples=20)
@given(st.floats(0.1, 0.8), st.integers(1, 6), st.integers(0, 1000))
def test_below_its_capacity_nobody_waits_long(utilisation: float, lanes: int, seed: int) -> None:
    ready = mailer(lanes=lanes, ses_rate=100)
    rate = utilisation * lanes / (ready.work + 1 / ready.mails_per_second)
    ordered = coming(rate, 600, seed)
    queue = Queue(ready, ordered)
    queue.run(LONG)
    assert all(mail.sent is not None and mail.sent - mail.ordered < 60 for mail in queue.mails)


def test_above_its_capacity_waiting_grows_as_long_as_it_lasts() -> None:
    def longest(minutes: int) -> float:
        queue = played(mailer(lanes=1), coming(8, minutes * 60, 1))
        return max(mail.sent - mail.ordered for mail in queue.mails if mail.sent is not None)

    assert longest(5) < longest(10) < longest(20)


def test_ses_takes_no_more_than_its_rate_in_any_second() -> None:
    queue = played(mailer(lanes=6, ses_rate=5), [0.0] * 200)
    sent = Counter(int(mail.sent or 0) for mail in queue.mails)
    # A bucket that was full lets out what it holds, and what comes in meanwhile.
    assert max(sent.values()) <= 10
    assert queue.refused


def test_in_an_outage_a_mail_is_tried_again_after_doubling_delays() -> None:
    queue = played(mailer(), [0.0], [Outage(0, 600)])
    tried = [one.at for one in queue.tries]
    gaps = [later - at for at, later in pairwise(tried)]
    assert len(gaps) == queue.mails[0].failures == 4
    for failures, gap in enumerate(gaps, start=1):
        # From the refusal to the run of the schedule that comes after the delay.
        assert delay_after(failures) <= gap <= delay_after(failures) + 61
    assert queue.mails[0].sent == pytest.approx(tried[-1] + 0.2)


def test_a_record_that_is_too_old_wakes_nobody_and_the_schedule_finds_the_mail() -> None:
    queue = played(mailer(lanes=1, ses_rate=50, record_age=5), [0.0] * 400)
    assert {one.source for one in queue.tries} == {"stream", "schedule"}


def test_the_same_seed_gives_the_same_course() -> None:
    ordered = coming(1, 600, 7)
    assert ordered == coming(1, 600, 7)
    assert played(as_deployed(), ordered).tries == played(as_deployed(), ordered).tries


@pytest.mark.parametrize(("share", "wait"), [(0.5, 5), (0.99, 10), (0.1, 1), (1.0, 10)])
def test_a_quantile_is_a_wait_that_was_seen(share: float, wait: float) -> None:
    assert quantile(list(range(10, 0, -1)), share) == wait
