"""What taking in the feed asks of the world outside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from portal.domain.feed import Change, Drop, Known, Place, Progress, Refusal

if TYPE_CHECKING:
    from portal.domain.ids import ClientId

Parse = Callable[[int, bytes | None], Change | Refusal]
"""Reads a line, given its number and content; without content it is too long."""


class Inbox(Protocol):
    """Files that the core system brought, and the reports on them."""

    def waiting(self) -> list[Drop]:
        """Return all files, the one that waits longest first."""
        ...

    def pieces(self, drop: Drop, offset: int) -> Iterator[bytes]:
        """Yield a file from an offset on, piece by piece.

        Raises:
            DropGone: it is no longer there, or another one is under its name.
        """
        ...

    def put_refusals(self, drop: Drop, line: int, refusals: Iterable[Mapping[str, Any]]) -> None:
        """Keep refused lines for the report; the same call again changes nothing.

        Args:
            drop: the file.
            line: number of the first of them.
            refusals: as the report shows them.
        """
        ...

    def refusals(self, drop: Drop) -> Iterator[dict[str, Any]]:
        """Yield the refused lines that were kept, in the order of the file."""
        ...

    def put_report(self, drop: Drop, report: Mapping[str, Any]) -> None:
        """Write the report on a file."""
        ...

    def forget_refusals(self, drop: Drop) -> None:
        """Delete what was kept for the report."""
        ...

    def put_away(self, drop: Drop) -> None:
        """Take a file out of the inbox, but not another one that came under its name meanwhile."""
        ...


class Progresses(Protocol):
    """How far files are taken in."""

    def begin(self, drop: Drop, now: int) -> Progress | None:
        """Take a file for the length of a lease, from where it is; None while another run has it."""
        ...

    def note(self, drop: Drop, progress: Progress, now: int) -> None:
        """Note how far it is, and prolong the lease.

        Raises:
            LeaseLost: another run has it.
        """
        ...

    def let_go(self, drop: Drop, progress: Progress) -> None:
        """End the lease."""
        ...

    def forget(self, drop: Drop) -> None:
        """Delete what was noted of a file that is gone."""
        ...


class Mirror(Protocol):
    """The copies of clients and cases. Each write is all or nothing."""

    def known(self, places: Iterable[Place]) -> dict[Place, Known]:
        """Return what is stored at places; those where nothing is lack."""
        ...

    def put_client(self, change: Change, known: Known | None, mark: str, now: int) -> None:
        """Write a client, and give or take rights of its people.

        Args:
            change: holds the client.
            known: what was found in its place.
            mark: of the line.
            now: epoch seconds.

        Raises:
            ConditionFailed: something else is there now.
            Conflict: somebody else writes at this moment.
        """
        ...

    def remove_client(self, change: Change, known: Known | None, mark: str, now: int) -> None:
        """End all rights and leave a memory of the removal; the cases are left to ``sweep``."""
        ...

    def sweep(self, client_id: ClientId) -> bool:
        """Delete some of what a removed client left, and tell whether that was all.

        Raises:
            ConditionFailed: the client is there again.
        """
        ...

    def owed(self) -> list[tuple[ClientId, int]]:
        """Return removed clients that left something, with the version of their removal; some of them, if many."""
        ...

    def settle(self, client_id: ClientId, version: int) -> None:
        """Note that nothing is left of what the client had before that removal."""
        ...

    def put_case(self, change: Change, known: Known | None, mark: str, now: int) -> None:
        """Write a case, its terms and what it changes in the figures."""
        ...

    def remove_case(self, change: Change, known: Known | None, mark: str, now: int) -> None:
        """Delete a case and its terms, and leave a memory of the removal."""
        ...

    def remove_left_case(self, change: Change, known: Known | None, mark: str, now: int) -> None:
        """Delete a case of a client that is not there (any more), and leave a memory of the removal."""
        ...
