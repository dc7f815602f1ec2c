"""Clients of the company: whose cases they are, and who may look at them (P9)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from portal.domain.case import CaseStatus

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from portal.domain.ids import CanonicalEmail, ClientId

MOST_PEOPLE = 40
"""People of one client; all their rights change in one transaction."""


@dataclass(frozen=True, slots=True)
class Client:
    """A client, in one version.

    Args:
        id: of the core system.
        version: grows with each change.
        name: of the business.
        people: addresses whose owners may see its cases, once they are confirmed.
    """

    id: ClientId
    version: int
    name: str
    people: frozenset[CanonicalEmail]

    def is_open_to(self, email: CanonicalEmail) -> bool:
        """Tell whether a person may see its cases: whom the feed leaves out may not any more, from then on."""
        return email in self.people


@dataclass(frozen=True, slots=True)
class Month:
    """What came in during a month, in cents."""

    year: int
    month: int
    amount: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a client, counted while its cases come in.

    Args:
        counted: by name, as ``case.contribution`` gives them.
        as_of: epoch seconds of the newest change; None where none came yet.
    """

    counted: Mapping[str, int] = field(default_factory=dict)
    as_of: int | None = None

    @property
    def cases(self) -> dict[CaseStatus, int]:
        """Number of cases by status, all of them named."""
        return {status: self.counted.get(f"cases_{status}", 0) for status in CaseStatus}

    @property
    def claimed(self) -> int:
        """Cents."""
        return self.counted.get("claimed", 0)

    @property
    def recovered(self) -> int:
        """Cents."""
        return self.counted.get("recovered", 0)

    def recoveries(self, today: date, months: int) -> tuple[Month, ...]:
        """Return what came in during the last months, the present one included, oldest first.

        Args:
            today: in Berlin.
            months: how many.
        """
        return tuple(
            Month(year, month, self.counted.get(f"recovered_{year}_{month:02d}", 0))
            for year, month in reversed(list(_months_back(today, months)))
        )


def _months_back(today: date, months: int) -> Iterator[tuple[int, int]]:
    newest = today.year * 12 + today.month - 1
    for number in range(newest, newest - months, -1):
        yield number // 12, number % 12 + 1
