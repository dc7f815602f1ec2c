"""Clients and cases as the API shows them: amounts in whole cents, days as ISO 8601."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal.domain.times import rfc3339

if TYPE_CHECKING:
    from datetime import date

    from portal.domain.case import Case, CaseRow, Debtor, Payment, Position
    from portal.domain.client import Client, Month
    from portal.domain.interest import Interest
    from portal.flows.client_area import Overview


def client_document(client: Client) -> dict[str, Any]:
    """Return a client in a list."""
    return {"id": client.id, "name": client.name}


def overview_document(found: Overview, today: date, months: int) -> dict[str, Any]:
    """Return a client with its figures.

    Args:
        found: client and figures.
        today: in Berlin.
        months: for how many months recoveries are shown.
    """
    figures = found.figures
    return {
        **client_document(found.client),
        "as_of": rfc3339(figures.as_of) if figures.as_of else None,
        "figures": {
            "cases": {status.value: number for status, number in figures.cases.items()},
            "claimed": figures.claimed,
            "recovered": figures.recovered,
            "outstanding": figures.claimed - figures.recovered,
        },
        "recoveries": [_month(month) for month in figures.recoveries(today, months)],
    }


def row_document(row: CaseRow) -> dict[str, Any]:
    """Return a case in a list."""
    return {
        "id": row.id,
        "reference": row.reference,
        "status": row.status.value,
        "opened_on": row.opened_on.isoformat(),
        "closed_on": _day(row.closed_on),
        "debtor": row.debtor,
        "claimed": row.claimed,
        "paid": row.paid,
        "outstanding": row.outstanding,
    }


def case_document(case: Case) -> dict[str, Any]:
    """Return a case with all that is known of it."""
    row = case.row
    return {
        "client_id": case.client_id,
        "id": case.id,
        "reference": case.reference,
        "status": case.status.value,
        "opened_on": case.opened_on.isoformat(),
        "closed_on": _day(case.closed_on),
        "debtors": [_debtor(each) for each in case.debtors],
        "positions": [_position(each) for each in case.positions],
        "postings": [
            {"booked_on": each.booked_on.isoformat(), "label": each.label, "amount": each.amount}
            for each in case.postings
        ],
        "payments": [_payment(each) for each in case.payments],
        "history": [{"on": each.on.isoformat(), "text": each.text} for each in case.history],
        "totals": {
            "principal": case.total_of("principal"),
            "interest": case.total_of("interest"),
            "costs": case.total_of("costs"),
            "postings": sum(each.amount for each in case.postings),
            "claimed": row.claimed,
            "paid": row.paid,
            "outstanding": row.outstanding,
        },
    }


def interest_document(found: Interest) -> dict[str, Any]:
    """Return interest by law up to a day."""
    return {
        "to": found.to.isoformat(),
        "amount": found.amount,
        "paid": found.paid,
        "provisional": found.provisional,
        "periods": [
            {
                "since": each.since.isoformat(),
                "to": each.to.isoformat(),
                "days": each.days,
                "principal": each.principal,
                "rate": str(each.rate),
                "amount": each.amount,
            }
            for each in found.periods
        ],
    }


def _debtor(debtor: Debtor) -> dict[str, Any]:
    return {
        "kind": debtor.kind,
        "name": debtor.name,
        "street": debtor.street,
        "postal_code": debtor.postal_code,
        "city": debtor.city,
        "country": debtor.country,
    }


def _position(position: Position) -> dict[str, Any]:
    interest = position.interest
    return {
        "kind": position.kind,
        "label": position.label,
        "amount": position.amount,
        "due_on": _day(position.due_on),
        "interest": {"points": interest.points, "since": interest.since.isoformat()} if interest else None,
    }


def _payment(payment: Payment) -> dict[str, Any]:
    return {
        "received_on": payment.received_on.isoformat(),
        "amount": payment.amount,
        "on_costs": payment.on_costs,
        "on_interest": payment.on_interest,
        "on_principal": payment.on_principal,
    }


def _month(month: Month) -> dict[str, Any]:
    return {"month": f"{month.year}-{month.month:02d}", "amount": month.amount}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
