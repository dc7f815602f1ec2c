"""Clients and cases as the feed leaves them in the table Mirror, for tests of what is shown of them."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from itertools import batched
from typing import Any, get_args

from portal.adapters.dynamodb.items import to_item
from portal.adapters.dynamodb.mirror_records import (
    case_to_values,
    client_to_values,
    figures_key,
    right_to_values,
    terms_to_values,
)
from portal.domain.case import (
    Case,
    CaseStatus,
    Debtor,
    Event,
    Payment,
    Position,
    Posting,
    StatutoryInterest,
    contribution,
)
from portal.domain.client import Client
from portal.domain.ids import CanonicalEmail, CaseId, ClientId
from portal.domain.search import Sort
from tests.support.stack import Portal

CLIENT = ClientId("K-1001")
DEBTOR = Debtor("person", "Max Schuldner", "Beispielweg 3", "50667", "Köln", "DE")
TODAY = date(2026, 11, 27)
"""When their contributions were counted; any day near those of their payments would do."""
AS_OF = 1_780_000_000
"""When the feed came last, epoch seconds."""

LISTS_OF_CASES = [f"by-{of}{sort}" for of in ("", "status-") for sort in get_args(Sort)]
"""Indexes of Mirror, one for each way to sort and to narrow down."""

_BATCH = 25


def a_client(*emails: str, **changes: Any) -> Client:
    """Return a client whose people are the owners of these addresses (canonical)."""
    values: dict[str, Any] = {
        "id": CLIENT,
        "version": 1,
        "name": "Musterhandel GmbH",
        "people": frozenset(CanonicalEmail(email) for email in emails),
        **changes,
    }
    return Client(**values)


def a_case(number: str = "2026-0001", **changes: Any) -> Case:
    """Return a case of ``CLIENT`` of 1,290.50 € with 150 € paid, on its way at court."""
    values: dict[str, Any] = {
        "client_id": CLIENT,
        "id": CaseId(number),
        "version": 1,
        "reference": f"RE-{number}",
        "status": CaseStatus.COURT,
        "opened_on": date(2026, 2, 3),
        "closed_on": None,
        "debtors": (DEBTOR,),
        "positions": (
            Position(
                "principal", "Warenlieferung", 120_000, date(2026, 1, 15), StatutoryInterest(9, date(2026, 1, 16))
            ),
            Position("costs", "Mahnkosten", 4_050),
        ),
        "postings": (Posting(date(2026, 4, 1), "Gerichtskosten", 5_000),),
        "payments": (Payment(date(2026, 3, 10), on_costs=4_050, on_interest=950, on_principal=10_000),),
        "history": (
            Event(date(2026, 2, 3), "Akte angelegt"),
            Event(date(2026, 4, 1), "Mahnbescheid beantragt"),
        ),
        **changes,
    }
    return Case(**values)


def mirrored(clients: Iterable[Client], cases: Iterable[Case]) -> list[dict[str, Any]]:
    """Return the values of all items of clients, their people's rights, their figures and their cases."""
    found: list[dict[str, Any]] = []
    all_cases = list(cases)
    for client in clients:
        found += [client_to_values(client), *(right_to_values(client.id, email) for email in sorted(client.people))]
        own = [case for case in all_cases if case.client_id == client.id]
        counted = Counter[str]()
        for case in own:
            counted.update(contribution(case, TODAY))
        found.append({**figures_key(client.id), **counted, "as_of": AS_OF})
    for case in all_cases:
        found.append(case_to_values(case, "digest", counted=contribution(case, TODAY)))
        found += terms_to_values(case).values()
    return found


def mirror_deployed(portal: Portal, clients: Iterable[Client], cases: Iterable[Case] = ()) -> None:
    """Put clients and cases into the deployed table; what lies there under the same keys is replaced."""
    put_mirrored(portal.dynamodb, portal.outputs["MirrorTable"], clients, cases)


def put_mirrored(dynamodb: Any, table: str, clients: Iterable[Client], cases: Iterable[Case] = ()) -> None:
    """Put clients and cases into a table; what lies there under the same keys is replaced."""
    for some in batched(mirrored(clients, cases), _BATCH, strict=False):
        puts: Any = [{"PutRequest": {"Item": to_item(values)}} for values in some]
        answer = dynamodb.batch_write_item(RequestItems={table: puts})
        assert not answer.get("UnprocessedItems")
