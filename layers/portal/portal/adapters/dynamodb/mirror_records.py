"""How clients and cases lie in the table Mirror; the one place that knows its attribute names.

A partition ``client#<id>`` holds the client, its figures, a right for each of its people and its cases;
``client#<id>#terms`` holds the terms under which its cases are found. Where a client or a case was removed, an item of
the same key remembers that (``removed``) and nothing else. ``feed#<drop>`` holds how far a file of the feed is.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from portal.domain.case import (
    Case,
    CaseRow,
    CaseStatus,
    Debtor,
    Event,
    Payment,
    Position,
    Posting,
    StatutoryInterest,
)
from portal.domain.client import Client, Figures
from portal.domain.feed import OUTCOMES, Drop, Known, Place, Progress, Removal
from portal.domain.ids import CanonicalEmail, CaseId, ClientId
from portal.domain.search import Sort, fold, terms_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.adapters.dynamodb.items import Item, Key

BY_PERSON = "by-person"
"""Index of rights by address."""

# Of amounts in sort keys: as many digits as the largest has; what is overpaid sorts with what is paid.
_DIGITS = 14
_FIGURES = "figures"
_OF_FIGURES = ("pk", "sk", "as_of")


def client_partition(client_id: ClientId) -> str:
    """Return the partition of a client."""
    return f"client#{client_id}"


def terms_partition(client_id: ClientId) -> str:
    """Return the partition of the terms under which the cases of a client are found."""
    return f"client#{client_id}#terms"


def client_of_partition(pk: str) -> ClientId:
    """Return the client whose partition this is."""
    return ClientId(pk.split("#")[1])


def client_key(client_id: ClientId) -> Key:
    """Return the key of a client."""
    return {"pk": client_partition(client_id), "sk": "client"}


def figures_key(client_id: ClientId) -> Key:
    """Return the key of the figures of a client; the item is there while the client is."""
    return {"pk": client_partition(client_id), "sk": _FIGURES}


def right_key(client_id: ClientId, email: CanonicalEmail) -> Key:
    """Return the key of the right of a person to see the cases of a client."""
    return {"pk": client_partition(client_id), "sk": f"person#{email}"}


def case_key(client_id: ClientId, case_id: CaseId) -> Key:
    """Return the key of a case."""
    return {"pk": client_partition(client_id), "sk": f"case#{case_id}"}


def place_key(place: Place) -> Key:
    """Return the key of what a line of the feed is about."""
    client_id, case_id = place
    return client_key(client_id) if case_id is None else case_key(client_id, case_id)


def progress_key(drop: Drop) -> Key:
    """Return the key of how far a file is taken in."""
    return {"pk": f"feed#{drop.id}", "sk": "progress"}


@dataclass(frozen=True, slots=True)
class Listing:
    """Where cases lie in an order: an index, the attributes of its key, and the partition of a client."""

    index: str
    hash_name: str
    range_name: str
    partition: str


def listing_of(client_id: ClientId, sort: Sort, status: CaseStatus | None) -> Listing:
    """Return where the cases of a client lie in an order: all of them, or those of one status."""
    partition = client_partition(client_id)
    if status is None:
        return Listing(f"by-{sort}", "listed", f"{sort}_key", partition)
    return Listing(f"by-status-{sort}", "listed_status", f"{sort}_key", f"{partition}#{status}")


def client_to_values(client: Client, digest: str = "", source: str = "") -> dict[str, Any]:
    """Return the attributes of a client.

    Args:
        client: to be stored.
        digest: of what the feed brought, by which a repeated line is known.
        source: which line of which file brought it.
    """
    return {
        **client_key(client.id),
        "digest": digest,
        "source": source,
        "version": client.version,
        "name": client.name,
        "people": sorted(client.people),
    }


def client_from_item(item: Item) -> Client | None:
    """Return the client that an item holds; None where it only remembers that one was removed."""
    if "people" not in item:
        return None
    people = frozenset(CanonicalEmail(email) for email in item["people"])
    return Client(client_of_partition(item["pk"]), item["version"], item["name"], people)


def right_to_values(client_id: ClientId, email: CanonicalEmail) -> dict[str, Any]:
    """Return the attributes of a right."""
    return {**right_key(client_id, email), "canonical_email": email}


def figures_from_item(item: Item) -> Figures:
    """Return the figures that an item holds."""
    counted = {name: value for name, value in item.items() if name not in _OF_FIGURES}
    return Figures(counted, item.get("as_of"))


def row_values(case: Case) -> dict[str, Any]:
    """Return the attributes that a list shows of a case; the items of its terms hold them too."""
    row = case.row
    return {
        "id": row.id,
        "reference": row.reference,
        "status": row.status.value,
        "opened_on": row.opened_on.isoformat(),
        "closed_on": row.closed_on.isoformat() if row.closed_on else None,
        "debtor": row.debtor,
        "claimed": row.claimed,
        "paid": row.paid,
    }


def row_from_item(item: Item) -> CaseRow:
    """Return what a list shows of a case."""
    return CaseRow(
        id=item["id"],
        reference=item["reference"],
        status=CaseStatus(item["status"]),
        opened_on=date.fromisoformat(item["opened_on"]),
        closed_on=_day(item.get("closed_on")),
        debtor=item["debtor"],
        claimed=item["claimed"],
        paid=item["paid"],
    )


def case_to_values(
    case: Case, digest: str, source: str = "", counted: Mapping[str, int] | None = None
) -> dict[str, Any]:
    """Return the attributes of a case.

    Args:
        case: to be stored.
        digest: of what the feed brought, by which a repeated line is known.
        source: which line of which file brought it.
        counted: what it adds to the figures of its client; the next change of it takes exactly that away again.
    """
    row, partition = case.row, client_partition(case.client_id)
    return {
        **case_key(case.client_id, case.id),
        **row_values(case),
        "version": case.version,
        "digest": digest,
        "source": source,
        "terms": sorted(terms_of(case)),
        "counted": dict(counted or {}),
        "details": _details(case),
        "listed": partition,
        "listed_status": f"{partition}#{case.status}",
        "opened_key": f"{row.opened_on.isoformat()}#{case.id}",
        "debtor_key": f"{fold(row.debtor)}#{case.id}",
        "outstanding_key": f"{max(row.outstanding, 0):0{_DIGITS}d}#{case.id}",
    }


def terms_to_values(case: Case) -> dict[str, dict[str, Any]]:
    """Return the attributes of all terms under which a case is found, by term.

    Each names the one before it among those of its case: where that begins as a search does, the search has met the
    case already.
    """
    terms = sorted(terms_of(case))
    return {
        term: {**term_key(case.client_id, case.id, term), **row_values(case), "previous": previous}
        for previous, term in pairwise((None, *terms))
        if term is not None
    }


def term_key(client_id: ClientId, case_id: CaseId, term: str) -> Key:
    """Return the key of one term under which a case is found."""
    return {"pk": terms_partition(client_id), "sk": f"{term}#{case_id}"}


def case_from_item(item: Item) -> Case | None:
    """Return the case that an item holds; None where it only remembers that one was removed."""
    if "details" not in item:
        return None
    details = json.loads(item["details"])
    row = row_from_item(item)
    return Case(
        client_id=client_of_partition(item["pk"]),
        id=row.id,
        version=item["version"],
        reference=row.reference,
        status=row.status,
        opened_on=row.opened_on,
        closed_on=row.closed_on,
        debtors=tuple(Debtor(**each) for each in details["debtors"]),
        positions=tuple(_position(each) for each in details["positions"]),
        postings=tuple(Posting(**_dated(each, "booked_on")) for each in details["postings"]),
        payments=tuple(Payment(**_dated(each, "received_on")) for each in details["payments"]),
        history=tuple(Event(**_dated(each, "on")) for each in details["history"]),
    )


OF_KNOWN = ("pk", "sk", "version", "digest", "source", "removed", "expires_at")
"""Attributes that ``known_from_item`` reads."""


def known_from_item(item: Item) -> tuple[Place, Known]:
    """Return what a line about the same place has to know of an item, and the place."""
    case_id = None if item["sk"] == "client" else CaseId(item["sk"].removeprefix("case#"))
    forgotten_at = item["expires_at"] if item.get("removed") else None
    known = Known(item["version"], item.get("digest", ""), item.get("source", ""), forgotten_at)
    return (client_of_partition(item["pk"]), case_id), known


def removal_to_values(removal: Removal) -> dict[str, Any]:
    """Return the attributes that remember a removal."""
    return {
        **place_key((removal.client_id, removal.case_id)),
        "version": removal.version,
        "digest": removal.digest,
        "source": removal.source,
        "removed": True,
        "expires_at": removal.expires_at,
    }


OWED = "feed#owed"
"""Partition of the removed clients whose cases are not all deleted yet."""


def owed_key(client_id: ClientId) -> Key:
    """Return the key under which it is noted that a removed client left something."""
    return {"pk": OWED, "sk": f"client#{client_id}"}


def owed_to_values(client_id: ClientId, version: int) -> dict[str, Any]:
    """Return the attributes of that note: whose cases are owed to be deleted, and by which removal."""
    return {**owed_key(client_id), "version": version}


def owed_from_item(item: Item) -> tuple[ClientId, int]:
    """Return the client and the version of its removal."""
    return ClientId(item["sk"].removeprefix("client#")), item["version"]


def progress_to_values(progress: Progress, drop: Drop, lease_until: int, expires_at: int) -> dict[str, Any]:
    """Return the attributes of how far a file is taken in.

    Args:
        progress: how far it is.
        drop: the file.
        lease_until: epoch seconds at which another run may take it.
        expires_at: epoch seconds at which nobody cares any more.
    """
    return {
        **progress_key(drop),
        "started_at": progress.started_at,
        "lease": progress.lease,
        "lease_until": lease_until,
        "done_bytes": progress.offset,
        "done_lines": progress.line,
        **{str(outcome): progress.counts.get(outcome, 0) for outcome in OUTCOMES},
        "reported": progress.reported,
        "expires_at": expires_at,
    }


def progress_from_item(item: Item) -> Progress:
    """Return how far a file is taken in."""
    return Progress(
        started_at=item["started_at"],
        lease=item["lease"],
        offset=item["done_bytes"],
        line=item["done_lines"],
        counts={outcome: item[outcome] for outcome in OUTCOMES},
        reported=item["reported"],
    )


def _details(case: Case) -> str:
    """What only the page of the case shows, as text: nothing of it is ever looked for, and it is read faster."""
    members = ("debtors", "positions", "postings", "payments", "history")
    document = {name: [_without_none(asdict(each)) for each in getattr(case, name)] for name in members}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), default=date.isoformat)


def _without_none(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _position(values: Mapping[str, Any]) -> Position:
    interest = values.get("interest")
    dated = {
        **values,
        "due_on": _day(values.get("due_on")),
        "interest": StatutoryInterest(**_dated(interest, "since")) if interest else None,
    }
    return Position(**dated)


def _dated(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {**values, **{name: _day(values[name]) for name in names}}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
