"""Made-up clients and cases, the same for the same seed and day; nobody in them lives, and no company exists."""

import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

Line = dict[str, Any]

YEARS = 3
CLIENTS = (("Sanitär Beispiel GmbH", 220), ("Autohaus Muster KG", 140), ("Praxis Dr. Beispiel & Kollegen", 60))
"""Names of clients, each with the number of its cases."""

_FIRST = "Anna Björn Claudia Detlef Esra Frank Gülay Hans-Jürgen Ines Jörg Käthe Lukas Mia Norbert Özlem Petra".split()  # noqa: SIM905 - read as words
_LAST = "Beispiel Muster Probst Testmann Größer Müßig Schön Überall Fiktiv Nirgends Vorlage Erdacht".split()  # noqa: SIM905 - as above
_TRADES = ("Bau", "Elektro", "Garten", "Logistik", "Gastro", "Möbel", "Druck", "IT-Service")
_FORMS = ("GmbH", "UG (haftungsbeschränkt)", "OHG", "GmbH & Co. KG", "e. K.")
_STREETS = ("Musterstraße", "Beispielweg", "Am Testfeld", "Probeallee", "Fiktivgasse")
_PLACES = (
    ("10115", "Berlin", "DE"),
    ("20095", "Hamburg", "DE"),
    ("50667", "Köln", "DE"),
    ("80331", "München", "DE"),
    ("04109", "Leipzig", "DE"),
    ("99084", "Erfurt", "DE"),
    ("70173", "Stuttgart", "DE"),
)
_ABROAD = (("1010", "Wien", "AT"), ("8001", "Zürich", "CH"), ("67000", "Strasbourg", "FR"), ("1012", "Amsterdam", "NL"))
_LABELS = ("Rechnung", "Warenlieferung", "Werkleistung", "Wartung", "Behandlung")
_OLD_FROM = 90
_YOUNG = {"pre_court": 5, "instalments": 2, "settled": 2}
_OLD = {"instalments": 3, "court": 3, "enforcement": 2, "settled": 7, "closed": 2}
_STEPS = {
    "instalments": "Ratenzahlung vereinbart",
    "court": "Mahnbescheid beantragt",
    "enforcement": "Vollstreckungsbescheid zugestellt",
    "settled": "Forderung vollständig bezahlt",
    "closed": "Akte geschlossen: Forderung uneinbringlich",
}


def demo_lines(email: str, today: date) -> Iterator[Line]:
    """Yield the lines of a file that gives a person three clients with 420 cases over three years.

    Args:
        email: of the person; each has clients of their own.
        today: the newest cases are of this day.
    """
    mark = sha256(email.encode()).hexdigest()[:8]
    for number, (name, cases) in enumerate(CLIENTS, 1):
        client_id = f"D{mark}-{number}"
        yield client_line(client_id, name, today.toordinal(), [email])
        yield from case_lines(client_id, cases, today)


def client_line(client_id: str, name: str, version: int, people: list[str]) -> Line:
    """Return the line of a client."""
    return {"type": "client", "client_id": client_id, "version": version, "name": name, "people": people}


def case_lines(client_id: str, number: int, today: date) -> Iterator[Line]:
    """Yield so many cases of a client, begun within the last three years."""
    for place in range(number):
        yield _case(random.Random(f"{client_id}/{place}"), client_id, place, today)  # noqa: S311 - no secret


def to_bytes(lines: Iterator[Line]) -> Iterator[bytes]:
    """Yield lines as they stand in a file."""
    for line in lines:
        yield json.dumps(line, ensure_ascii=False).encode() + b"\n"


def _case(chance: random.Random, client_id: str, place: int, today: date) -> Line:
    age = int(YEARS * 365 * chance.random() ** 1.3)
    opened = today - timedelta(days=age)
    status = _status(chance, age)
    company = chance.random() < 0.4  # noqa: PLR2004 - a share
    due = opened - timedelta(days=chance.randint(20, 60))
    positions = _positions(chance, due, company=company)
    postings = []
    if status in {"court", "enforcement"} or (status in {"settled", "closed"} and chance.random() < 0.3):  # noqa: PLR2004 - as above
        booked = opened + timedelta(days=min(age, 45))
        postings.append(
            {"booked_on": booked.isoformat(), "label": "Gerichtskosten", "amount": chance.randint(36, 180) * 100}
        )
    payments = _payments(chance, status, positions, postings, opened, age)
    ended = status in {"settled", "closed"}
    closed = (
        payments[-1]["received_on"]
        if payments and status == "settled"
        else (opened + timedelta(days=age * 4 // 5)).isoformat()
    )
    history = [{"on": opened.isoformat(), "text": "Akte angelegt"}]
    history.append(
        {"on": (opened + timedelta(days=min(age, 2))).isoformat(), "text": "Erstes Aufforderungsschreiben versandt"}
    )
    if status in _STEPS:
        on = closed if ended else (opened + timedelta(days=age // 2)).isoformat()
        history.append({"on": on, "text": _STEPS[status]})
    return {
        "type": "case",
        "client_id": client_id,
        "case_id": f"{opened:%y}-{place + 1:05d}",
        "version": today.toordinal(),
        "reference": f"RE-{due:%Y}-{chance.randint(1000, 99999)}",
        "status": status,
        "opened_on": opened.isoformat(),
        **({"closed_on": closed} if ended else {}),
        "debtors": [_debtor(chance, company=company) for _ in range(2 if chance.random() < 0.06 else 1)],  # noqa: PLR2004 - as above
        "positions": positions,
        "postings": postings,
        "payments": payments,
        "history": history,
    }


def _status(chance: random.Random, age: int) -> str:
    weights = _YOUNG if age < _OLD_FROM else _OLD
    return chance.choices(list(weights), list(weights.values()))[0]


def _debtor(chance: random.Random, *, company: bool) -> Line:
    postal_code, city, country = chance.choice(_ABROAD if chance.random() < 0.07 else _PLACES)  # noqa: PLR2004 - a share
    last = chance.choice(_LAST)
    name = f"{last} {chance.choice(_TRADES)} {chance.choice(_FORMS)}" if company else f"{chance.choice(_FIRST)} {last}"
    return {
        "kind": "company" if company else "person",
        "name": name,
        "street": f"{chance.choice(_STREETS)} {chance.randint(1, 120)}",
        "postal_code": postal_code,
        "city": city,
        "country": country,
    }


def _positions(chance: random.Random, due: date, *, company: bool) -> list[Line]:
    since = (due + timedelta(days=1)).isoformat()
    amount = int(chance.lognormvariate(11, 0.9))
    principal = {
        "kind": "principal",
        "label": chance.choice(_LABELS),
        "amount": min(max(amount, 4_900), 2_500_000),
        "due_on": due.isoformat(),
        "interest": {"points": 9 if company else 5, "since": since},
    }
    costs = {"kind": "costs", "label": "Mahnkosten", "amount": chance.randint(3, 15) * 100}
    flat = {"kind": "costs", "label": "Verzugspauschale (§ 288 Abs. 5 BGB)", "amount": 4_000}
    return [principal, costs, *([flat] if company else [])]


def _payments(
    chance: random.Random, status: str, positions: list[Line], postings: list[Line], opened: date, age: int
) -> list[Line]:
    owed = sum(each["amount"] for each in (*positions, *postings))
    costs = owed - positions[0]["amount"]
    share = {"settled": 1.0, "instalments": 0.4, "enforcement": 0.2, "closed": 0.1}.get(status, 0.0)
    number = {"settled": chance.randint(1, 3), "instalments": max(1, min(12, age // 30))}.get(status, 1)
    left = int(owed * share * (1 if status == "settled" else chance.random()))
    payments = []
    for place in range(number if left else 0):
        amount = left if place == number - 1 else left // (number - place)
        on_costs = min(amount, costs)
        costs, left = costs - on_costs, left - amount
        on = opened + timedelta(days=(place + 1) * age // (number + 1))
        payments.append({"received_on": on.isoformat(), "on_costs": on_costs, "on_principal": amount - on_costs})
    return payments
