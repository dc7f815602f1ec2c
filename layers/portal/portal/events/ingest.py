"""The feed, taken in: woken when a file arrives, and every minute, as a lost wake-up must not matter."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from portal.adapters.aws import Aws
from portal.adapters.dynamodb.feed_progress import FeedProgress
from portal.adapters.dynamodb.mirror import MirrorTable
from portal.adapters.feed_bucket import FeedBucket
from portal.domain.errors import Unavailable
from portal.domain.feed import OUTCOMES, Drop, Outcome
from portal.events.feed_lines import parse_line
from portal.flows.take_in_feed import TakeIn
from portal.observe import count, flush_metrics, log_failure, logger, note_run, seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from portal.events import Handler
    from portal.flows.ports import Clock
    from portal.settings.ingest import IngestSettings

# A run begins no step when the time left may be too short for it; the next run takes it.
_RESERVE_MILLISECONDS = 60_000


class IngestFailed(Exception):
    """A run failed, wholly or for some files. Says nothing more, as Lambda logs it; why is in the log lines."""


@dataclass(slots=True)
class _Run:
    """What a run did, over all files."""

    finished: int = 0
    failed: int = 0
    lines: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    left: list[Drop] = field(default_factory=list)


def serve_ingest(
    settings: IngestSettings,
    aws: Aws | None = None,
    clock: Clock = lambda: int(time.time()),
    pause: Callable[[float], None] = time.sleep,
) -> Handler:
    """Return the Lambda handler that takes the feed in; what woke it does not matter.

    Args:
        settings: of the function.
        aws: way out.
        clock: epoch seconds.
        pause: waits the given seconds, where two writes met.
    """
    aws = aws or Aws()
    inbox = FeedBucket(aws, settings.feed_bucket)
    take_in = TakeIn(
        inbox=inbox,
        progresses=FeedProgress(aws, settings.mirror_table),
        mirror=MirrorTable(aws, settings.mirror_table),
        parse=parse_line,
        clock=clock,
        pause=pause,
    )

    def handler(_: Mapping[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's object
        note_run(context)
        run = _Run()
        try:
            _sweep_owed(take_in, context)
            _take_all(take_in, inbox.waiting(), context, run)
        except Exception as failure:  # noqa: BLE001 - whatever it is, Lambda must not log its text
            log_failure(failure)
            run.failed += 1
        try:
            summary = _tell(run, clock())
        finally:
            flush_metrics()
        if run.failed:
            raise IngestFailed
        return summary

    return handler


def _sweep_owed(take_in: TakeIn, context: Any) -> None:  # noqa: ANN401 - Lambda's object
    with suppress(Unavailable):  # another run sweeps beside this one, or nothing answers: the next minute
        take_in.sweep_owed(lambda: bool(context.get_remaining_time_in_millis() >= _RESERVE_MILLISECONDS))


def _take_all(take_in: TakeIn, waiting: list[Drop], context: Any, run: _Run) -> None:  # noqa: ANN401 - Lambda's object
    def has_time() -> bool:
        return bool(context.get_remaining_time_in_millis() >= _RESERVE_MILLISECONDS)

    run.left = list(waiting)
    for drop in waiting:
        if not has_time():
            return
        try:
            taken = take_in.take(drop, has_time)
        except Exception as failure:  # noqa: BLE001 - one bad file must not hold up the others
            log_failure(failure, drop=drop.id[:16])
            run.failed += 1
            continue
        for outcome, number in taken.lines.items():
            run.lines[outcome] += number
        if taken.finished:
            run.finished += 1
            run.left.remove(drop)


def _tell(run: _Run, now: int) -> dict[str, Any]:
    """Write log line and metrics; nothing in them comes from a line or the name of a file."""
    oldest = max((now - drop.modified_at for drop in run.left), default=0)
    summary: dict[str, Any] = {
        "finished": run.finished,
        "failed": run.failed,
        "waiting": len(run.left),
        "oldest_seconds": max(0, oldest),
        **{str(outcome): number for outcome, number in run.lines.items()},
    }
    for outcome in OUTCOMES:
        if run.lines[outcome]:
            count(f"FeedLines{outcome.title().replace('_', '')}", run.lines[outcome])
    seconds("OldestFeedSeconds", summary["oldest_seconds"])
    logger.info("feed", extra=summary)
    return summary
