"""Taking in a file, with everything outside of the flow made up."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from portal.domain.errors import ConditionFailed, Contended, Unavailable
from portal.domain.feed import (
    MOST_REFUSALS,
    REMEMBERED_SECONDS,
    Change,
    Drop,
    DropGone,
    FeedCode,
    Known,
    LeaseLost,
    LineError,
    Place,
    Progress,
    Refusal,
    outcome_of,
)
from portal.domain.ids import CaseId, ClientId
from portal.flows import feed_ports
from portal.flows.take_in_feed import TakeIn, Taken
from tests.support.fakes import NOW

CLIENT = ClientId("10")


def a_change(
    line: int, case: str | None = "A", version: int = 1, digest: str = "d", *, removes: bool = False
) -> Change:
    kind = ("case_removal" if removes else "case") if case else ("client_removal" if removes else "client")
    content: Any = None if removes else object()
    return Change(line, kind, CLIENT, CaseId(case) if case else None, version, digest, content)  # type: ignore[arg-type]  # one of the four


@dataclass
class FakeInbox:
    content: bytes
    gone: bool = False
    kept: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    reports: list[Mapping[str, Any]] = field(default_factory=list)
    put_away_files: list[str] = field(default_factory=list)

    def waiting(self) -> list[Drop]:
        return [Drop("f", "e", NOW, len(self.content))]

    def pieces(self, drop: Drop, offset: int) -> Iterator[bytes]:
        if self.gone:
            raise DropGone
        yield self.content[offset : drop.size]

    def put_refusals(self, drop: Drop, line: int, refusals: Iterable[Mapping[str, Any]]) -> None:
        assert drop.file
        self.kept[line] = [dict(refusal) for refusal in refusals]

    def refusals(self, drop: Drop) -> Iterator[dict[str, Any]]:
        assert drop.file
        for line in sorted(self.kept):
            yield from self.kept[line]

    def put_report(self, drop: Drop, report: Mapping[str, Any]) -> None:
        assert drop.file
        self.reports.append(report)

    def forget_refusals(self, drop: Drop) -> None:
        assert drop.file
        self.kept.clear()

    def put_away(self, drop: Drop) -> None:
        self.put_away_files.append(drop.file)


@dataclass
class FakeProgresses:
    progress: Progress | None = None
    taken: bool = False
    lost: bool = False
    notes: int = 0
    let_go_of: int = 0
    forgotten: int = 0

    def begin(self, drop: Drop, now: int) -> Progress | None:
        assert drop.file
        self.progress = self.progress or Progress(now, "lease")
        return None if self.taken else self.progress

    def note(self, drop: Drop, progress: Progress, now: int) -> None:
        assert drop.file
        assert now
        if self.lost:
            raise LeaseLost
        self.progress = progress
        self.notes += 1

    def let_go(self, drop: Drop, progress: Progress) -> None:
        assert drop.file
        assert progress.lease
        self.let_go_of += 1

    def forget(self, drop: Drop) -> None:
        assert drop.file
        self.progress = None
        self.forgotten += 1


@dataclass
class FakeMirror:
    items: dict[Place, Known] = field(default_factory=dict)
    meanwhile: Callable[[], None] | None = None
    swept: int = 0
    owing: set[tuple[ClientId, int]] = field(default_factory=set)
    parts: int = 0

    def known(self, places: Iterable[Place]) -> dict[Place, Known]:
        return {place: self.items[place] for place in places if place in self.items}

    def _put(self, change: Change, known: Known | None, mark: str, now: int) -> None:
        if self.meanwhile:
            self.meanwhile()
        if self.items.get(change.place) != known:
            raise ConditionFailed
        ends = now + REMEMBERED_SECONDS if change.removes else None
        self.items[change.place] = Known(change.version, change.digest, mark, ends)

    put_client = remove_client = put_case = remove_case = remove_left_case = _put

    def sweep(self, client_id: ClientId) -> bool:
        assert client_id
        self.swept += 1
        return self.swept > self.parts

    def owed(self) -> list[tuple[ClientId, int]]:
        return list(self.owing)

    def settle(self, client_id: ClientId, version: int) -> None:
        self.owing.discard((client_id, version))


def fakes_satisfy_their_protocols() -> tuple[feed_ports.Inbox, feed_ports.Progresses, feed_ports.Mirror]:
    """Let the type checker compare; nothing calls this."""
    return FakeInbox(b""), FakeProgresses(), FakeMirror()


THERE: dict[Place, Known] = {(CLIENT, None): Known(1, "c", "before")}


@dataclass
class Stage:
    """A file of made-up lines, by their content."""

    lines: dict[bytes, Change | Refusal]
    mirror: FakeMirror = field(default_factory=lambda: FakeMirror(dict(THERE)))
    progresses: FakeProgresses = field(default_factory=FakeProgresses)

    def __post_init__(self) -> None:
        self.inbox = FakeInbox(b"".join(name + b"\n" for name in self.lines))

    def take(self, steps: int = 1_000) -> Taken:
        left = iter([True] * steps)
        flow = TakeIn(
            inbox=self.inbox,
            progresses=self.progresses,
            mirror=self.mirror,
            parse=lambda number, content: replace(self.lines[content or b""], line=number),
            clock=lambda: NOW,
            pause=lambda _: None,
        )
        return flow.take(self.inbox.waiting()[0], lambda: next(left, False))


def cases(number: int) -> dict[bytes, Change | Refusal]:
    return {f"line {place}".encode(): a_change(place, f"A{place}") for place in range(number)}


def test_a_file_that_another_run_has_is_left_to_it() -> None:
    stage = Stage(cases(3))
    stage.progresses.taken = True
    assert stage.take() == Taken()
    assert stage.mirror.items == THERE


def test_every_hundred_lines_there_is_a_checkpoint() -> None:
    stage = Stage(cases(250))
    assert stage.take() == Taken(finished=True, lines={"taken_in": 250})
    assert stage.progresses.notes == 3 + 1  # and one for the report
    assert stage.inbox.put_away_files == ["f"]
    assert stage.progresses.forgotten == 1


def test_without_time_the_file_is_let_go_at_the_last_checkpoint() -> None:
    stage = Stage(cases(250))
    assert stage.take(steps=2) == Taken(finished=False, lines={"taken_in": 200})
    assert (stage.progresses.let_go_of, stage.inbox.reports) == (1, [])
    assert stage.progresses.progress is not None
    assert stage.progresses.progress.line == 200
    assert stage.take() == Taken(finished=True, lines={"taken_in": 50})
    assert stage.inbox.reports[0]["taken_in"] == 250


def test_empty_lines_lead_to_checkpoints_too() -> None:
    stage = Stage(cases(1))
    stage.inbox.content = b"\n" * 1_000 + b"line 0\n"
    assert stage.take(steps=5).finished is False
    assert stage.progresses.progress is not None
    assert stage.progresses.progress.line == 500
    assert stage.take() == Taken(finished=True, lines={"taken_in": 1})


def test_a_file_that_is_gone_leaves_no_trace() -> None:
    stage = Stage(cases(1))
    stage.inbox.gone = True
    assert stage.take() == Taken()
    assert stage.progresses.forgotten == 1


def test_whoever_lost_the_lease_writes_no_report() -> None:
    stage = Stage(cases(1))
    stage.progresses.lost = True
    assert stage.take() == Taken()
    assert (stage.inbox.reports, stage.inbox.put_away_files) == ([], [])


def test_an_outage_lets_the_file_go_and_is_told() -> None:
    stage = Stage(cases(1))

    def fail() -> None:
        raise Unavailable

    stage.mirror.meanwhile = fail
    with pytest.raises(Unavailable):
        stage.take()
    assert stage.progresses.let_go_of == 1


def test_what_somebody_else_wrote_meanwhile_is_looked_at_again() -> None:
    stage = Stage({b"x": a_change(1, version=2)})

    def overtake() -> None:
        stage.mirror.items[CLIENT, CaseId("A")] = Known(3, "other", "theirs")

    stage.mirror.meanwhile = overtake
    assert stage.take().lines == {"older": 1}


def test_a_client_that_is_removed_meanwhile_has_no_cases() -> None:
    stage = Stage({b"x": a_change(1)})

    def remove() -> None:
        stage.mirror.items[CLIENT, None] = Known(2, "c", "theirs", NOW + 1)
        raise ConditionFailed

    stage.mirror.meanwhile = remove
    assert stage.take().lines == {"refused": 1}
    assert stage.inbox.reports[0]["refusals"][0]["errors"] == [{"pointer": "/client_id", "code": "unknown_client"}]


def test_a_place_that_changes_all_the_time_is_given_up_for_now() -> None:
    stage = Stage({b"x": a_change(1)})

    def contend() -> None:
        raise ConditionFailed

    stage.mirror.meanwhile = contend
    with pytest.raises(Contended):
        stage.take()


def test_a_removed_client_is_swept_until_nothing_is_left_and_goes_on_in_the_next_run() -> None:
    stage = Stage({b"x": a_change(1, None, version=2, removes=True)})
    stage.mirror.parts = 5
    assert stage.take(steps=3).finished is False
    assert stage.take() == Taken(finished=True, lines={"removed": 1})
    assert stage.mirror.swept == 6


def test_a_client_that_comes_back_finds_nothing_of_before() -> None:
    stage = Stage({b"x": a_change(1, None, version=3)})
    stage.mirror.items[CLIENT, None] = Known(2, "gone", "before", NOW + 1)
    stage.mirror.parts = 2
    assert stage.take().lines == {"taken_in": 1}
    assert stage.mirror.swept == 3


def test_a_report_lists_so_many_refusals_and_counts_the_rest() -> None:
    refusal = Refusal(0, None, None, None, (LineError("", FeedCode.NOT_JSON),))
    stage = Stage({b"x": refusal})
    stage.inbox.content = b"x\n" * (MOST_REFUSALS + 150)
    stage.take()
    (report,) = stage.inbox.reports
    assert (report["refused"], len(report["refusals"])) == (MOST_REFUSALS + 150, MOST_REFUSALS)
    assert [entry["line"] for entry in report["refusals"]] == list(range(1, MOST_REFUSALS + 1))


@pytest.mark.parametrize(
    ("known", "wanted"),
    [
        (None, None),
        (Known(1, "d", "other"), None),
        (Known(2, "d", "other"), "unchanged"),
        (Known(2, "d", "mine"), "taken_in"),
        (Known(2, "x", "mine"), FeedCode.VERSION_REUSED),
        (Known(2, "d", "other", NOW + 1), FeedCode.VERSION_REUSED),
        (Known(3, "d", "mine"), "older"),
        (Known(3, "d", "other", NOW + 1), "older"),
        (Known(3, "d", "other", NOW), None),
    ],
)
def test_versions_decide(known: Known | None, wanted: Any) -> None:
    assert outcome_of(a_change(1, version=2), known, "mine", NOW) == wanted


@pytest.mark.parametrize(
    ("file", "own"),
    [("a.jsonl", True), ("2026-11-27_06.jsonl", True), ("x/y.jsonl", False), ("ä.jsonl", False), ("x" * 121, False)],
)
def test_a_name_that_is_not_safe_is_replaced_by_its_hash(file: str, *, own: bool) -> None:
    assert (Drop(file, "e", 1, 1).name == file) is own
    assert len(Drop(file, "e", 1, 1).name) <= 120
