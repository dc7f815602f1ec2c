"""Cases: what the company collects for a client, from whom, and how far it came (P9).

The core collection system keeps the books; the portal holds a copy of each case in the version that the feed brought
last. Amounts are whole cents of the euro, days are those of Berlin.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from portal.domain.ids import CaseId, ClientId

PositionKind = Literal["principal", "interest", "costs"]
DebtorKind = Literal["person", "company"]
Points = Literal[5, 8, 9]

_COUNTED_BACK, _COUNTED_AHEAD = timedelta(days=3653), timedelta(days=31)


class CaseStatus(StrEnum):
    """How far a case came; the order is that of the way which most of them go."""

    PRE_COURT = "pre_court"
    INSTALMENTS = "instalments"
    COURT = "court"
    ENFORCEMENT = "enforcement"
    SETTLED = "settled"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Debtor:
    """Who owes. A case may have several, who owe together."""

    kind: DebtorKind
    name: str
    street: str | None = None
    postal_code: str | None = None
    city: str | None = None
    country: str | None = None
    """ISO 3166-1 alpha-2."""


@dataclass(frozen=True, slots=True)
class StatutoryInterest:
    """Default interest by law (BGB § 288).

    Args:
        points: percentage points above the base rate: 5, among businesses 9, of claims from before 29 July 2014 8
            (EGBGB Art. 229 § 34).
        since: the first day that bears interest.
    """

    points: Points
    since: date


@dataclass(frozen=True, slots=True)
class Position:
    """A part of the claim, as the client handed it over."""

    kind: PositionKind
    label: str
    amount: int
    due_on: date | None = None
    interest: StatutoryInterest | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """A later change of the claim: costs that were added, credit that was given (negative)."""

    booked_on: date
    label: str
    amount: int


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came in, and what it paid (BGB § 367: costs, then interest, then principal)."""

    received_on: date
    on_costs: int = 0
    on_interest: int = 0
    on_principal: int = 0

    @property
    def amount(self) -> int:
        """In cents."""
        return self.on_costs + self.on_interest + self.on_principal


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a case, in words."""

    on: date
    text: str


@dataclass(frozen=True, slots=True)
class CaseRow:
    """What a list shows of a case.

    Args:
        id: of the case.
        reference: how the client names it, such as the number of an invoice.
        status: how far it came.
        opened_on: day on which it began.
        closed_on: day on which it ended; None while it goes on.
        debtor: name of the first debtor.
        claimed: cents in all.
        paid: cents of that.
    """

    id: CaseId
    reference: str
    status: CaseStatus
    opened_on: date
    closed_on: date | None
    debtor: str
    claimed: int
    paid: int

    @property
    def outstanding(self) -> int:
        """Cents that are still owed; negative when too much was paid."""
        return self.claimed - self.paid


@dataclass(frozen=True, slots=True)
class Case:
    """One case, in one version."""

    client_id: ClientId
    id: CaseId
    version: int
    reference: str
    status: CaseStatus
    opened_on: date
    closed_on: date | None
    debtors: tuple[Debtor, ...]
    positions: tuple[Position, ...]
    postings: tuple[Posting, ...] = ()
    payments: tuple[Payment, ...] = ()
    history: tuple[Event, ...] = ()

    @property
    def claimed(self) -> int:
        """Cents in all: what was handed over, and what changed since."""
        return sum(each.amount for each in self.positions) + sum(each.amount for each in self.postings)

    @property
    def paid(self) -> int:
        """Cents that came in."""
        return sum(each.amount for each in self.payments)

    @property
    def row(self) -> CaseRow:
        """What a list shows of it."""
        return CaseRow(
            id=self.id,
            reference=self.reference,
            status=self.status,
            opened_on=self.opened_on,
            closed_on=self.closed_on,
            debtor=self.debtors[0].name,
            claimed=self.claimed,
            paid=self.paid,
        )

    def total_of(self, kind: PositionKind) -> int:
        """Return what was handed over of a kind, in cents."""
        return sum(each.amount for each in self.positions if each.kind == kind)


def contribution(case: Case, today: date) -> Counter[str]:
    """Return what a case adds to the figures of its client, by the names under which they are counted.

    What came in is counted by month for ten years back and one month ahead, which is more than any page shows; the rest
    counts in all. So one change never names more figures than an expression of DynamoDB may hold (4 KB).

    Args:
        case: as it is from now on.
        today: in Berlin.
    """
    figures = Counter({f"cases_{case.status}": 1, "claimed": case.claimed, "recovered": case.paid})
    for payment in case.payments:
        if today - _COUNTED_BACK <= payment.received_on <= today + _COUNTED_AHEAD:
            figures[f"recovered_{payment.received_on:%Y_%m}"] += payment.amount
    return figures
