"""The mailer's queue, second by second, without a clock: who is woken when, takes which row, and how it ends.

It follows ``flows/deliver_mail.py`` and ``events/mailer.py``: the stream wakes a run with some new rows of one shard,
the schedule gives another run what is due; a run claims a row, sends its mail, pauses, and takes no row any more
shortly before its time is over. What SES refuses is due again later, and only the schedule finds it then. Budgets of
mailboxes and the ceiling of a day are left out: what they hold back is not late.
"""

import heapq
import math
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from portal.domain.outbox import LEASE_SECONDS, delay_after

Source = Literal["stream", "schedule"]


@dataclass(frozen=True, slots=True)
class Settings:
    """How the mailer is deployed, and how fast its dependencies answer. All times in seconds.

    Args:
        mails_per_second: ``MailsPerSecond``: a run pauses one by it after each mail.
        work: from the claim of a row to its end, without the pause.
        look: for a row that is not due any more: two conditional updates.
        wake: from the write of a row to the run that the stream wakes, and between two runs of a lane.
        lanes: runs that the stream wakes at a time: shards of the stream × ``ParallelizationFactor``.
        batch: records of a run.
        record_age: after which a record no longer wakes anybody.
        schedule: between two runs of the schedule.
        due_shards: of the index of due rows.
        rows_per_shard: that a run of the schedule sees.
        takes_for: how long a run goes on taking rows.
        ses_rate: mails a second that SES takes of the whole account; what is over it is refused.
        schedules: runs that the schedule starts at a time, each for its part of the shards of the index.
        longest_delay: after which a mail that SES did not take is tried once more, at the latest.
    """

    mails_per_second: float
    work: float
    look: float
    wake: float
    lanes: int
    batch: int
    record_age: float
    schedule: float
    due_shards: int
    rows_per_shard: int
    takes_for: float
    ses_rate: float
    schedules: int = 1
    longest_delay: float = delay_after(100)


@dataclass(frozen=True, slots=True)
class Outage:
    """When SES takes nothing.

    Args:
        begins: seconds.
        ends: seconds.
        answers_after: how long each try takes then: an error comes at once, a silence after 12 seconds (timeouts).
    """

    begins: float
    ends: float
    answers_after: float = 0.1


@dataclass(slots=True)
class Mail:
    """One row of the outbox.

    Args:
        number: in the order of arrival.
        lane: of the stream that wakes a run for it.
        shard: of the index of due rows.
        ordered: seconds.
        due: when a run may claim it, in seconds.
        failures: tries that came to nothing.
        sent: seconds; None while it waits.
    """

    number: int
    lane: int
    shard: int
    ordered: float
    due: float
    failures: int = 0
    sent: float | None = None


@dataclass(frozen=True, slots=True)
class Try:
    """A claim of a row.

    Args:
        at: seconds.
        run: of which the claim is one, numbered.
        source: of that run.
        mail: number of the mail.
        due: since when it was due.
    """

    at: float
    run: int
    source: Source
    mail: int
    due: float


@dataclass(slots=True)
class Queue:
    """A simulation; ``run`` it once.

    Args:
        settings: of the mailer.
        arrivals: seconds at which mails are ordered, in any order.
        outages: of SES.
        watched: whether each claim is noted in ``tries``.
    """

    settings: Settings
    arrivals: Iterable[float]
    outages: Sequence[Outage] = ()
    watched: bool = False
    mails: list[Mail] = field(default_factory=list)
    tries: list[Try] = field(default_factory=list)
    refused: int = 0
    _now: float = 0.0
    _runs: int = 0
    _unsent: int = 0
    _looked: int = 0
    _tokens: float = 0.0
    _filled: float = 0.0
    _pending: list[dict[int, Mail]] = field(default_factory=list)

    def run(self, until: float) -> None:
        """Let the time go on until all mails are sent, or to a number of seconds."""
        lanes, shards = self.settings.lanes, self.settings.due_shards
        self.mails = [
            Mail(number, _hash(number, "stream") % lanes, _hash(number, "index") % shards, at, at)
            for number, at in enumerate(sorted(self.arrivals))
        ]
        self._tokens = self.settings.ses_rate
        self._unsent = len(self.mails)
        self._pending = [{} for _ in range(shards)]
        workers: list[Generator[float]] = [self._lane(lane) for lane in range(self.settings.lanes)]
        workers += [self._schedule(part) for part in range(self.settings.schedules)]
        waiting = [(0.0, place) for place in range(len(workers))]
        while waiting and self._unsent:
            self._now, place = heapq.heappop(waiting)
            if self._now > until:
                return
            again = next(workers[place], None)
            if again is not None:
                heapq.heappush(waiting, (again, place))

    def _lane(self, lane: int) -> Generator[float]:
        """Go through the records of a shard in their order, some at a time."""
        records = deque(mail for mail in self.mails if mail.lane == lane)
        while records:
            yield max(self._now, records[0].ordered) + self.settings.wake
            batch: list[Mail] = []
            while records and len(batch) < self.settings.batch and records[0].ordered <= self._now:
                mail = records.popleft()
                if self._now - mail.ordered <= self.settings.record_age:
                    batch.append(mail)
            yield from self._take(batch, "stream")

    def _schedule(self, part: int) -> Generator[float]:
        """Look for what is due, again and again."""
        begins = self.settings.schedule
        while True:
            yield max(begins, self._now)
            begins += self.settings.schedule
            self._let_in()
            shards = [shard for number, shard in enumerate(self._pending) if number % self.settings.schedules == part]
            yield from self._take([mail for _, mail in sorted(self._due(shards), key=_first)], "schedule")

    def _let_in(self) -> None:
        """Put into the index what was ordered since the last look and still waits."""
        while self._looked < len(self.mails) and self.mails[self._looked].ordered <= self._now:
            mail = self.mails[self._looked]
            self._looked += 1
            if mail.sent is None:
                self._pending[mail.shard][mail.number] = mail

    def _due(self, shards: Sequence[dict[int, Mail]]) -> Iterable[tuple[float, Mail]]:
        for shard in shards:
            due = [(mail.due, mail.number) for mail in shard.values() if mail.due <= self._now]
            for at, number in heapq.nsmallest(self.settings.rows_per_shard, due):
                yield at, shard[number]

    def _take(self, mails: Iterable[Mail], source: Source) -> Generator[float]:
        """Deliver mails one after another, as long as the time of the run allows it."""
        begun, run = self._now, self._runs
        self._runs += 1
        for mail in mails:
            if self._now - begun > self.settings.takes_for:
                return
            if mail.sent is not None or mail.due > self._now:
                yield self._now + self.settings.look
                continue
            if self.watched:
                self.tries.append(Try(self._now, run, source, mail.number, mail.due))
            mail.due = self._now + LEASE_SECONDS
            yield from self._send(mail)

    def _send(self, mail: Mail) -> Generator[float]:
        outage = next((one for one in self.outages if one.begins <= self._now < one.ends), None)
        yield self._now + (outage.answers_after if outage else self.settings.work)
        if outage or not self._may_send():
            self.refused += 1
            mail.failures += 1
            mail.due = self._now + min(delay_after(mail.failures), self.settings.longest_delay)
            return
        mail.sent = self._now
        self._unsent -= 1
        self._pending[mail.shard].pop(mail.number, None)
        yield self._now + 1 / self.settings.mails_per_second

    def _may_send(self) -> bool:
        """Tell whether SES takes one mail more: as many as its rate in any second, about."""
        rate = self.settings.ses_rate
        self._tokens = min(rate, self._tokens + (self._now - self._filled) * rate)
        self._filled = self._now
        # Sums of fractions miss a whole by less than this.
        if self._tokens < 1 - 1e-9:
            return False
        self._tokens -= 1
        return True


def _first(found: tuple[float, Mail]) -> tuple[float, int]:
    return found[0], found[1].number


_SALTS = {"stream": 0x9E3779B1, "index": 0x85EBCA6B}


def _hash(number: int, of: str) -> int:
    """Spread mails evenly and the same way in each run; the two uses have nothing to do with each other."""
    mixed = (number + 1) * _SALTS[of] & 0xFFFFFFFF
    mixed ^= mixed >> 15
    return (mixed * 0xC2B2AE35 & 0xFFFFFFFF) >> 13


Curve = Callable[[float], float]
"""Mails a second, at a number of seconds."""


def arrivals(curve: Curve, until: float, draw: Callable[[], float], most: float) -> list[float]:
    """Return when mails are ordered: a Poisson process whose rate follows a curve (thinning).

    Args:
        curve: at most ``most``.
        until: seconds.
        draw: next number of a seeded generator, from 0 to below 1.
        most: mails a second.
    """
    at = 0.0
    found: list[float] = []
    while True:
        at -= math.log(1 - draw()) / most
        if at >= until:
            return found
        if draw() * most < curve(at):
            found.append(at)


def quantile(waits: Sequence[float], share: float) -> float:
    """Return the wait that a share of mails does not exceed (nearest rank)."""
    ordered = sorted(waits)
    return ordered[max(0, -(-len(ordered) * round(share * 1000) // 1000) - 1)]
