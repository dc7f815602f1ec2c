"""What happens to the mailer's queue on some days, as the table of docs/capacity.md."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from random import Random

from tools.capacity.calls import journey
from tools.capacity.facts import deployed, facts, quotas, seconds_of
from tools.capacity.queue import Curve, Outage, Queue, Settings, arrivals, quantile

HOUR = 3600.0
_PATIENCE = 24 * HOUR
_SEED = 20261127
LATE = 60.0
"""Seconds after which a mail counts as late: one run of the schedule."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A day.

    Args:
        name: as the table calls it.
        curve: mails a second, at a number of seconds.
        most: of the curve.
        until: when mails stop coming; seconds.
        over: when the disturbance is over, from which the time to the empty queue counts; seconds.
        outages: of SES.
        raised: changes the settings that are deployed; None where nothing is changed.
        shown: how the table says so.
    """

    name: str
    curve: Curve
    most: float
    until: float
    over: float = 0.0
    outages: tuple[Outage, ...] = ()
    raised: Callable[[Settings], Settings] | None = None
    shown: str = "as deployed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended; all times in seconds.

    Args:
        mails: ordered.
        sent: of them.
        refused: tries that SES did not take.
        half: wait of the median mail.
        most: wait of 99 of 100 mails.
        longest: wait.
        late: mails that waited longer than ``LATE``.
        caught_up: from the end of the disturbance to the last mail that was late; 0 where that was before.
    """

    mails: int
    sent: int
    refused: int
    half: float
    most: float
    longest: float
    late: int
    caught_up: float


def work() -> float:
    """Return the seconds that a mail of a journey takes, without the pause: the mean of its three kinds."""
    mails = [seconds_of(step) for step in journey() if step.sends]
    return sum(mails) / len(mails)


def as_deployed() -> Settings:
    """Return the mailer of prod."""
    found, assumed = deployed(), facts()["assumed"]
    return Settings(
        mails_per_second=found["mails_per_second"],
        work=work(),
        look=2 * assumed["dynamodb"],
        wake=assumed["invocation"],
        lanes=assumed["outbox_stream_shards"] * found["parallelization"],
        batch=found["batch_size"],
        record_age=found["record_age"],
        schedule=found["schedule_seconds"],
        due_shards=found["due_shards"],
        rows_per_shard=found["rows_per_shard"],
        takes_for=found["mailer_timeout"] - found["mailer_reserve"],
        ses_rate=quotas()["ses_rate"].value,
    )


def steady(mails_per_second: float) -> Curve:
    """Return a curve that stays the same."""
    return lambda _: mails_per_second


def in_sandbox(settings: Settings) -> Settings:
    """Return the mailer of an account that AWS has not let out yet."""
    return replace(settings, ses_rate=quotas()["ses_sandbox_rate"].value, mails_per_second=1)


def faster(settings: Settings) -> Settings:
    """Return a mailer that has been prepared for a letter to many."""
    return replace(settings, ses_rate=50, mails_per_second=50, lanes=2 * settings.lanes)


def sooner(settings: Settings) -> Settings:
    """Return the same, with a shorter delay of what failed again and again."""
    return replace(faster(settings), longest_delay=900)


def wave(peak: float, length: float) -> Curve:
    """Return a curve that rises to its peak and falls again, as after a letter to many."""
    return lambda at: peak * max(0.0, 1 - abs(2 * at / length - 1))


_MINUTES_20 = HOUR / 3
_HOUR_OUT = (Outage(HOUR, 2 * HOUR),)
_SILENT = (Outage(HOUR, 2 * HOUR, answers_after=12),)

_FASTER = "SES 50/s, `MailsPerSecond` 50, two lanes a shard"

SCENARIOS = (
    Scenario("0.3 mails/s", steady(0.3), 0.3, HOUR),
    Scenario("6 mails/s", steady(6), 6, _MINUTES_20, over=_MINUTES_20),
    Scenario("12 mails/s", steady(12), 12, _MINUTES_20, over=_MINUTES_20),
    Scenario("16 mails/s, for 20 minutes", steady(16), 16, _MINUTES_20, over=_MINUTES_20),
    Scenario("the same", steady(16), 16, _MINUTES_20, _MINUTES_20, raised=faster, shown=_FASTER),
    Scenario(
        "0.3 mails/s in the sandbox",
        steady(0.3),
        0.3,
        HOUR,
        HOUR,
        raised=in_sandbox,
        shown="SES 1/s, `MailsPerSecond` 1",
    ),
    Scenario("a letter: 5,000 journeys in an hour", wave(8.3, HOUR), 8.3, HOUR, over=HOUR),
    Scenario("a letter: 10,000 journeys in an hour", wave(16.7, HOUR), 16.7, HOUR, over=HOUR),
    Scenario("the same", wave(16.7, HOUR), 16.7, HOUR, over=HOUR, raised=faster, shown=_FASTER),
    Scenario("SES answers errors for an hour, 0.3 mails/s", steady(0.3), 0.3, 3 * HOUR, 2 * HOUR, _HOUR_OUT),
    Scenario("SES is silent for an hour (12 s a try), 0.3 mails/s", steady(0.3), 0.3, 3 * HOUR, 2 * HOUR, _SILENT),
    Scenario("SES answers errors for an hour, 1 mail/s", steady(1), 1, 3 * HOUR, 2 * HOUR, _HOUR_OUT),
    Scenario("the same", steady(1), 1, 3 * HOUR, 2 * HOUR, _HOUR_OUT, faster, _FASTER),
    Scenario(
        "the same", steady(1), 1, 3 * HOUR, 2 * HOUR, _HOUR_OUT, sooner, f"{_FASTER}, tried every 15 minutes at least"
    ),
)


def play(scenario: Scenario) -> Outcome:
    """Return how a scenario ends."""
    settings = scenario.raised(as_deployed()) if scenario.raised else as_deployed()
    draw = Random(_SEED).random  # noqa: S311 - not for secrets
    queue = Queue(settings, arrivals(scenario.curve, scenario.until, draw, scenario.most), scenario.outages)
    queue.run(_PATIENCE)
    waits = [mail.sent - mail.ordered for mail in queue.mails if mail.sent is not None]
    late = [mail.sent for mail in queue.mails if mail.sent is not None and mail.sent - mail.ordered > LATE]
    return Outcome(
        mails=len(queue.mails),
        sent=len(waits),
        refused=queue.refused,
        half=quantile(waits, 0.5),
        most=quantile(waits, 0.99),
        longest=max(waits),
        late=len(late),
        caught_up=max(0.0, max(late, default=0.0) - scenario.over),
    )


@cache
def outcomes() -> tuple[tuple[Scenario, Outcome], ...]:
    """Play all scenarios."""
    return tuple((scenario, play(scenario)) for scenario in SCENARIOS)
