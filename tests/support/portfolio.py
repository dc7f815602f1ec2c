"""Two clients with cases, and one without, that one person looks after."""

import time
from datetime import date, timedelta
from typing import Any

from portal.domain.case import Case, CaseStatus, Debtor, Event, Payment, Position, Posting
from portal.domain.ids import ClientId
from portal.domain.times import day_in_berlin
from tests.support.mirror import a_case, a_client, mirror_deployed
from tests.support.stack import Portal

EMAIL = "cases.area@example.com"
FIRST, SECOND, EMPTY = ClientId("K-7001"), ClientId("K-7002"), ClientId("K-7003")
"""By name they are in this order."""
NUMBER = 60
STATUSES = list(CaseStatus)
COURT_CASES = NUMBER // len(STATUSES)
CASE = "2026-0060"
"""The newest of the first client."""
PLACE = f"client={FIRST}&case={CASE}"


def last_month(day: date) -> date:
    """Return the first day of the month before."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def portfolio() -> list[Case]:
    """Return the cases: 60 of the first client, opened day after day, ten of each status, and one of the second."""
    paid_on = last_month(day_in_berlin(int(time.time())))
    first = [
        a_case(
            f"2026-{number:04d}",
            client_id=FIRST,
            reference=f"RE-{number:05d}",
            status=STATUSES[number % len(STATUSES)],
            opened_on=date(2026, 1, 1) + timedelta(days=number),
            debtors=(Debtor("person", f"Erika Beispiel {number}", "Beispielweg 3", "50667", "Köln", "DE"),),
            payments=(Payment(paid_on, on_costs=4_050, on_interest=950, on_principal=10_000),),
        )
        for number in range(1, NUMBER)
    ]
    return [*first, newest(paid_on), a_case("2026-0900", client_id=SECOND, reference="ZWEI-1")]


def newest(paid_on: date) -> Case:
    """Return a case that has everything that a case can have."""
    return a_case(
        CASE,
        client_id=FIRST,
        reference="RE-00060",
        status=CaseStatus.CLOSED,
        opened_on=date(2026, 3, 2),
        closed_on=date(2026, 9, 30),
        debtors=(
            Debtor("company", "Çelik & Söhne OHG", "Musterallee 1", "50667", "Köln", "DE"),
            Debtor("person", "Jeanne Exemple", "Rue Exemple 2", "75001", "Paris", "FR"),
        ),
        positions=(*a_case().positions, Position("interest", "Zinsen bis zur Übergabe", 1_234)),
        postings=(Posting(date(2026, 4, 1), "Gutschrift", -500),),
        payments=(Payment(paid_on, on_costs=4_050, on_interest=950, on_principal=10_000),),
        history=(Event(date(2026, 3, 2), "Akte angelegt"), Event(date(2026, 9, 30), "Akte geschlossen")),
    )


def put_portfolio(portal: Portal) -> str:
    """Give the person an account, and put in what they look after, as it was at first; return their address."""
    if not portal.mails(EMAIL):
        portal.a_client(EMAIL)
    clients = [
        a_client(EMAIL, id=FIRST, name="Musterhandel GmbH"),
        a_client(EMAIL, id=SECOND, name="Musterverlag AG"),
        a_client(EMAIL, id=EMPTY, name="Neukunde e. K."),
    ]
    mirror_deployed(portal, clients, portfolio())
    return EMAIL


def close_to(portal: Portal, client_id: ClientId, **changes: Any) -> None:
    """Take a client away from everybody."""
    mirror_deployed(portal, [a_client(id=client_id, **changes)])
