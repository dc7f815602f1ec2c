"""The feed: what the core system tells of clients and cases, line by line (docs/feed.md)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal

from portal.domain.errors import FieldCode, PortalError
from portal.domain.ids import CaseId, ClientId
from portal.domain.times import rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from portal.domain.case import Case
    from portal.domain.client import Client

LineType = Literal["client", "client_removal", "case", "case_removal"]
Outcome = Literal["taken_in", "unchanged", "older", "removed", "refused"]
Place = tuple[ClientId, CaseId | None]
"""What a line is about: a case, or a client as a whole."""

OUTCOMES: tuple[Outcome, ...] = ("taken_in", "unchanged", "older", "removed", "refused")

MOST_REFUSALS = 10_000
"""Refused lines that a report lists; further ones are only counted."""

MOST_ERRORS = 20
"""Errors of one line that a report lists."""

REMEMBERED_SECONDS = 400 * 86_400
"""How long a removal is remembered: no file is brought again after that."""

_LINES_OF_A_CHUNK = 100
LARGEST_BYTES = 5 * 1024**3
"""Of a file: S3 copies no larger one by one call, so it could not be put away."""

_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")


class DropGone(PortalError):
    """The file is no longer in the inbox, or another one is under its name."""


class LeaseLost(PortalError):
    """Another run works on the file."""


class FeedCode(StrEnum):
    """Why a line is refused, beyond what ``FieldCode`` says of its members."""

    LINE_TOO_LONG = "line_too_long"
    NOT_JSON = "not_json"
    UNKNOWN_TYPE = "unknown_type"
    UNKNOWN_CLIENT = "unknown_client"
    VERSION_REUSED = "version_reused"


@dataclass(frozen=True, slots=True)
class LineError:
    """One reason: where in the line (RFC 6901 JSON pointer, empty for all of it), and why."""

    pointer: str
    code: FieldCode | FeedCode


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that is not taken in; holds nothing of it but ids that are well-formed.

    Args:
        line: number, the first is 1.
        type: of the line, None where it is none that there is.
        client_id: None where it is not well-formed.
        case_id: likewise.
        errors: at least one.
    """

    line: int
    type: LineType | None
    client_id: str | None
    case_id: str | None
    errors: tuple[LineError, ...]

    @property
    def document(self) -> dict[str, Any]:
        """As it stands in the report."""
        return {
            "line": self.line,
            "type": self.type,
            "client_id": self.client_id,
            "case_id": self.case_id,
            "errors": [{"pointer": each.pointer, "code": each.code.value} for each in self.errors[:MOST_ERRORS]],
        }


@dataclass(frozen=True, slots=True)
class Removal:
    """What is remembered of a client or a case that is no more: nothing of what it was.

    Args:
        client_id: of the client.
        case_id: of the case; None where the client itself was removed.
        version: of the removal.
        digest: of the line that brought it.
        source: drop and line that brought it.
        expires_at: epoch seconds at which it is forgotten.
    """

    client_id: ClientId
    case_id: CaseId | None
    version: int
    digest: str
    source: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class Change:
    """A well-formed line.

    Args:
        line: number, the first is 1.
        type: what it tells.
        client_id: whom it is about.
        case_id: which case of the client; None where it is about the client.
        version: of what it tells.
        digest: of what it says, whatever the order of members; hexadecimal.
        content: the client or the case; None for removals.
    """

    line: int
    type: LineType
    client_id: ClientId
    case_id: CaseId | None
    version: int
    digest: str
    content: Client | Case | None

    @property
    def place(self) -> Place:
        """What it is about."""
        return self.client_id, self.case_id

    @property
    def removes(self) -> bool:
        """Whether it takes something away."""
        return self.content is None

    def removal(self, source: str, now: int) -> Removal:
        """Return what is remembered of it from now on, where it takes something away."""
        ends = now + REMEMBERED_SECONDS
        return Removal(self.client_id, self.case_id, self.version, self.digest, source, ends)

    def refused(self, pointer: str, code: FeedCode) -> Refusal:
        """Return why it is not taken in."""
        return Refusal(self.line, self.type, self.client_id, self.case_id, (LineError(pointer, code),))


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored at a place.

    Args:
        version: of what is there, or of its removal.
        digest: of the line that brought it.
        source: drop and line that brought it, as ``Drop.mark`` gives them.
        forgotten_at: epoch seconds at which the memory of a removal ends; None where something is there.
    """

    version: int
    digest: str
    source: str
    forgotten_at: int | None = None

    @property
    def removed(self) -> bool:
        """Whether only the removal is remembered."""
        return self.forgotten_at is not None

    def is_over(self, now: int) -> bool:
        """Tell whether it is as good as not there, though nobody deleted it yet."""
        return self.forgotten_at is not None and self.forgotten_at <= now


@dataclass(frozen=True, slots=True)
class Drop:
    """A file in the inbox, as it was brought once.

    Args:
        file: its name in the inbox.
        etag: of its content.
        modified_at: epoch seconds at which it came.
        size: in bytes.
    """

    file: str
    etag: str
    modified_at: int
    size: int

    @property
    def id(self) -> str:
        """Tells it from every other one, also from the same file brought again; names nothing."""
        return sha256(f"{self.file}\n{self.etag}\n{self.modified_at}".encode()).hexdigest()

    @property
    def name(self) -> str:
        """Under which its report and, in the end, the file itself lie: its own where that is safe to use."""
        return self.file if _SAFE_NAME.fullmatch(self.file) else sha256(self.file.encode()).hexdigest()

    def mark(self, line: int) -> str:
        """Name a line of it, so that a line taken in twice is known."""
        return f"{self.id[:16]}:{line}"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a file is taken in.

    Args:
        started_at: epoch seconds.
        lease: of the run that works on it.
        offset: bytes that are done.
        line: number of the last line that is done.
        counts: lines by outcome.
        reported: whether its report is written.
    """

    started_at: int
    lease: str
    offset: int = 0
    line: int = 0
    counts: Mapping[Outcome, int] = field(default_factory=dict)
    reported: bool = False

    def after(self, offset: int, line: int, outcomes: Iterable[Outcome]) -> Progress:
        """Return the progress after some more lines.

        Args:
            offset: behind the last of them.
            line: number of the last of them.
            outcomes: of those that are not empty.
        """
        counts = {outcome: self.counts.get(outcome, 0) for outcome in OUTCOMES}
        for outcome in outcomes:
            counts[outcome] += 1
        return replace(self, offset=offset, line=line, counts=counts)

    def report(self, drop: Drop, finished_at: int, refusals: list[dict[str, Any]]) -> dict[str, Any]:
        """Return what became of the file.

        Args:
            drop: the file.
            finished_at: epoch seconds.
            refusals: refused lines, as ``Refusal.document`` has them.
        """
        counts = {outcome: self.counts.get(outcome, 0) for outcome in OUTCOMES}
        return {
            "file": drop.file,
            "etag": drop.etag.strip('"'),
            "started_at": rfc3339(self.started_at),
            "finished_at": rfc3339(finished_at),
            "lines": sum(counts.values()),
            **{str(outcome): number for outcome, number in counts.items()},
            "refusals": refusals,
        }


def outcome_of(change: Change, known: Known | None, mark: str, now: int) -> Outcome | FeedCode | None:
    """Return what becomes of a line beside what is stored; None where it is to be written.

    Args:
        change: the line.
        known: what is stored at its place.
        mark: of the line, to know it again: a run that ended before it noted its work does not change the count.
        now: epoch seconds.
    """
    if known is None or known.is_over(now) or change.version > known.version:
        return None
    if change.version < known.version:
        return "older"
    if (change.digest, change.removes) != (known.digest, known.removed):
        return FeedCode.VERSION_REUSED
    if known.source != mark:
        return "unchanged"
    return "removed" if change.removes else "taken_in"


class Chunk:
    """Lines that are looked at together; each can be repeated without changing what becomes of the others.

    No two of them are about the same thing, and a line about a client comes before those about its cases.
    """

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.refusals: list[Refusal] = []
        self._lines = 0
        self._places: set[Place] = set()
        self._clients: set[ClientId] = set()

    def takes(self, found: Change | Refusal | None) -> bool:
        """Tell whether a further line may be among them; an empty one is None."""
        if self._lines >= _LINES_OF_A_CHUNK:
            return False
        if not isinstance(found, Change):
            return True
        return found.place not in self._places if found.case_id else found.client_id not in self._clients

    def add(self, found: Change | Refusal | None) -> None:
        """Put a line to them."""
        self._lines += 1
        if isinstance(found, Refusal):
            self.refusals.append(found)
        elif found is not None:
            self.changes.append(found)
            self._places.add(found.place)
            self._clients.add(found.client_id)
