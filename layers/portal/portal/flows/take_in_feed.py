"""The feed: files of the core system become copies of clients and cases (docs/feed.md)."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from portal.domain.errors import ConditionFailed, Contended, PortalError, Unavailable
from portal.domain.feed import (
    LARGEST_BYTES,
    MOST_REFUSALS,
    REMEMBERED_SECONDS,
    Change,
    Chunk,
    Drop,
    DropGone,
    FeedCode,
    Known,
    LeaseLost,
    Outcome,
    Place,
    Progress,
    Refusal,
    outcome_of,
)
from portal.domain.lines import cut_lines
from portal.flows.retry import retry_conflicts

if TYPE_CHECKING:
    from collections.abc import Callable

    from portal.domain.ids import ClientId
    from portal.flows.feed_ports import Inbox, Mirror, Parse, Progresses
    from portal.flows.ports import Clock

# Looks at what is stored for one line: another file may change it between looking and writing.
_LOOKS = 5


class _OutOfTime(Exception):
    """The run has to end; the next one goes on."""


@dataclass(slots=True)
class Taken:
    """What a run did with a file.

    Args:
        finished: whether nothing of it is left.
        lines: how many had which outcome.
    """

    finished: bool = False
    lines: dict[Outcome, int] = field(default_factory=dict)

    def add(self, outcomes: list[Outcome]) -> None:
        """Count some more lines."""
        for outcome in outcomes:
            self.lines[outcome] = self.lines.get(outcome, 0) + 1


@dataclass(slots=True)
class _Work:
    """A file in hand."""

    drop: Drop
    progress: Progress
    has_time: Callable[[], bool]
    taken: Taken
    began: bool = False


@dataclass(frozen=True, slots=True)
class TakeIn:
    """Everything that taking in works with.

    Args:
        inbox: files and reports.
        progresses: how far files are.
        mirror: where the copies are.
        parse: reads a line.
        clock: epoch seconds.
        pause: waits the given seconds, where two writes met.
    """

    inbox: Inbox
    progresses: Progresses
    mirror: Mirror
    parse: Parse
    clock: Clock
    pause: Callable[[float], None] = field(default=time.sleep)

    def take(self, drop: Drop, has_time: Callable[[], bool]) -> Taken:
        """Take a file in, or as much of it as there is time for.

        Whatever ends a run, the next one goes on at the last checkpoint: lines that it meets again change nothing.

        Args:
            drop: the file.
            has_time: whether there is time for one more step.

        Raises:
            Unavailable: a service does not answer.
        """
        taken = Taken()
        # What is too large to be put away stays where it is, untaken, and its age is an alarm.
        progress = self.progresses.begin(drop, self.clock()) if drop.size <= LARGEST_BYTES else None
        if progress is None:
            return taken
        work = _Work(drop, progress, has_time, taken)
        try:
            self._read(work)
            self._finish(work)
        except DropGone:
            self.progresses.forget(drop)
        except LeaseLost:
            pass  # the run that has it goes on
        except _OutOfTime:
            self.progresses.let_go(drop, work.progress)
        except Unavailable:
            with suppress(PortalError):  # otherwise the lease ends by itself
                self.progresses.let_go(drop, work.progress)
            raise
        return taken

    def sweep_owed(self, has_time: Callable[[], bool]) -> None:
        """Delete what removed clients left where the file that removed them is gone, or its run was ended.

        Args:
            has_time: whether there is time for one more step; what is left is owed still.

        Raises:
            Unavailable: a service does not answer.
        """

        def go_on() -> None:
            if not has_time():
                raise _OutOfTime

        with suppress(_OutOfTime):
            for client_id, version in self.mirror.owed():
                go_on()
                self._sweep(client_id, version, go_on)

    def _read(self, work: _Work) -> None:
        """Take the rest of the lines in, checkpoint after checkpoint."""
        offset, line = work.progress.offset, work.progress.line
        chunk = Chunk()
        for raw in cut_lines(self.inbox.pieces(work.drop, offset), offset, line):
            found = None if raw.content == b"" else self.parse(raw.number, raw.content)
            if not chunk.takes(found):
                self._take_chunk(work, chunk, offset, line)
                chunk = Chunk()
            chunk.add(found)
            offset, line = raw.end, raw.number
        if offset > work.progress.offset:
            self._take_chunk(work, chunk, offset, line)

    def _take_chunk(self, work: _Work, chunk: Chunk, offset: int, line: int) -> None:
        self._require_time(work)
        wanted: list[Place] = [change.place for change in chunk.changes]
        wanted += [(change.client_id, None) for change in chunk.changes]
        known = self.mirror.known(dict.fromkeys(wanted)) if wanted else {}
        settled = [self._settle(work, change, known) for change in chunk.changes]
        refusals = [*chunk.refusals, *(each for each in settled if isinstance(each, Refusal))]
        outcomes: list[Outcome] = [each for each in settled if not isinstance(each, Refusal)]
        outcomes += ["refused"] * len(refusals)
        listed = sorted(refusals, key=lambda refusal: refusal.line)
        listed = listed[: max(0, MOST_REFUSALS - work.progress.counts.get("refused", 0))]
        if listed or not work.began:
            # Its name comes from the checkpoint before: a chunk that is taken twice writes the same piece twice. The
            # first of a run may be such a one, so it writes also where nothing is refused any more.
            work.began = True
            first = work.progress.line + 1
            self.inbox.put_refusals(work.drop, first, [refusal.document for refusal in listed])
        self._note(work, work.progress.after(offset, line, outcomes))
        work.taken.add(outcomes)

    def _settle(self, work: _Work, change: Change, known: dict[Place, Known]) -> Outcome | Refusal:
        """Do what a line asks for, and return what became of it; ``known`` follows."""
        mark = work.drop.mark(change.line)
        for _ in range(_LOOKS):
            try:
                verdict = self._verdict(change, known, mark) or self._write(work, change, known, mark)
            except ConditionFailed:
                # Somebody else wrote there just now: look again.
                places: list[Place] = [change.place, (change.client_id, None)]
                for place in places:
                    known.pop(place, None)
                known.update(self.mirror.known(dict.fromkeys(places)))
                continue
            if isinstance(verdict, FeedCode):
                pointer = "/version" if verdict is FeedCode.VERSION_REUSED else "/client_id"
                return change.refused(pointer, verdict)
            if change.type == "client_removal" and verdict in {"removed", "unchanged"}:
                self._sweep_between(work, change.client_id, change.version)
            return verdict
        raise Contended(retry_after=1)

    def _verdict(self, change: Change, known: dict[Place, Known], mark: str) -> Outcome | FeedCode | None:
        client = known.get((change.client_id, None))
        if change.type == "case" and (client is None or client.removed):
            return FeedCode.UNKNOWN_CLIENT
        return outcome_of(change, known.get(change.place), mark, self.clock())

    def _write(self, work: _Work, change: Change, known: dict[Place, Known], mark: str) -> Outcome:
        found, now = known.get(change.place), self.clock()
        if change.type == "client" and found is not None and found.removed:
            self._sweep_between(work, change.client_id, found.version)
        client = known.get((change.client_id, None))
        counted = client is not None and not client.removed
        write = {
            "client": self.mirror.put_client,
            "client_removal": self.mirror.remove_client,
            "case": self.mirror.put_case,
            "case_removal": self.mirror.remove_case if counted else self.mirror.remove_left_case,
        }[change.type]
        retry_conflicts(partial(write, change, found, mark, now), self.pause)
        ends = now + REMEMBERED_SECONDS if change.removes else None
        known[change.place] = Known(change.version, change.digest, mark, ends)
        return "removed" if change.removes else "taken_in"

    def _sweep_between(self, work: _Work, client_id: ClientId, version: int) -> None:
        def prolong() -> None:
            self._note(work, work.progress)
            self._require_time(work)

        self._sweep(client_id, version, prolong)

    def _sweep(self, client_id: ClientId, version: int, between: Callable[[], None]) -> None:
        """Delete what a removed client left, in as many steps and runs as it takes."""
        with suppress(ConditionFailed):  # the client is there again, and whoever brought it swept before
            while not retry_conflicts(partial(self.mirror.sweep, client_id), self.pause):
                between()
        self.mirror.settle(client_id, version)

    def _finish(self, work: _Work) -> None:
        """Write the report and put the file away; each step can be repeated."""
        drop, now = work.drop, self.clock()
        if not work.progress.reported:
            report = work.progress.report(drop, now, list(self.inbox.refusals(drop)))
            self.inbox.put_report(drop, report)
            self._note(work, replace(work.progress, reported=True))
        self.inbox.forget_refusals(drop)
        self.inbox.put_away(drop)
        self.progresses.forget(drop)
        work.taken.finished = True

    def _note(self, work: _Work, progress: Progress) -> None:
        self.progresses.note(work.drop, progress, self.clock())
        work.progress = progress

    def _require_time(self, work: _Work) -> None:
        if not work.has_time():
            raise _OutOfTime
