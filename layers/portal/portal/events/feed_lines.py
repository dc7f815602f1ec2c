"""Lines of the feed: pydantic models, strict and closed, and what each of them says (docs/feed.md)."""

import json
import re
from collections.abc import Iterator
from datetime import date
from functools import partial
from hashlib import sha256
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from portal.domain.case import (
    Case,
    CaseStatus,
    Debtor,
    DebtorKind,
    Event,
    Payment,
    Points,
    Position,
    PositionKind,
    Posting,
    StatutoryInterest,
)
from portal.domain.client import MOST_PEOPLE, Client
from portal.domain.country import country_code
from portal.domain.email import canonical_email, parse_email
from portal.domain.errors import FieldCode, FieldError, InvalidInput, Refused
from portal.domain.feed import Change, FeedCode, LineError, LineType, Refusal
from portal.domain.ids import CORE_ID, CORE_ID_PATTERN, ROUTE_WORDS, CanonicalEmail, CaseId, ClientId
from portal.domain.lines import LONGEST_LINE
from portal.domain.text import clean_line
from portal.http.bodies.flat import Text
from portal.http.bodies.model import Body, optional_rule, parse_body, rule
from portal.http.request import BadRequest, parse_json

MOST_CENTS = 10**11
MOST_CENTS_OF_A_CASE = 10**13
"""All of a case together, claimed or paid; lists are in the order of amounts of fourteen digits."""
MOST_VERSION = 10**15
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)
NAME_LENGTH, LABEL_LENGTH, REFERENCE_LENGTH, HISTORY_LENGTH = 200, 200, 100, 500
POSTAL_CODE_LENGTH = 20

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MEMBER = re.compile(r"[a-z][a-z_]{0,39}")


def _day(value: object) -> object:
    """Return the day that a text names; what is no text is left to the check of the type."""
    if not isinstance(value, str):
        return value
    try:
        day = date.fromisoformat(value) if _DAY.fullmatch(value) else None
    except ValueError:
        day = None
    if day is None or not FIRST_DAY <= day <= LAST_DAY:
        raise Refused(FieldCode.INVALID_VALUE)
    return day


def _no_route_word(value: str) -> str:
    if value in ROUTE_WORDS:
        raise Refused(FieldCode.INVALID_VALUE)
    return value


def _canonical(value: str) -> str:
    canonical = canonical_email(parse_email(value))
    if canonical is None:
        raise Refused(FieldCode.EMAIL_INVALID)
    return canonical


def _line(length: int) -> AfterValidator:
    return rule(partial(clean_line, max_length=length))


def _voluntary(length: int) -> AfterValidator:
    return optional_rule(partial(clean_line, max_length=length))


_CoreId = Annotated[str, StringConstraints(pattern=f"^{CORE_ID}$")]
_NoRouteWord = Field(json_schema_extra={"not": {"enum": [*sorted(ROUTE_WORDS)]}})
CaseNumber = Annotated[_CoreId, AfterValidator(_no_route_word), _NoRouteWord]
Version = Annotated[int, Field(ge=1, le=MOST_VERSION)]
Cents = Annotated[int, Field(ge=-MOST_CENTS, le=MOST_CENTS)]
Day = Annotated[date, BeforeValidator(_day)]
Name = Annotated[Text, _line(NAME_LENGTH)]
VoluntaryName = Annotated[Text | None, _voluntary(NAME_LENGTH)]
Label = Annotated[Text, _line(LABEL_LENGTH)]


class ClientLine(Body):
    """A client, whole: who may see its cases are exactly these people."""

    type: Literal["client"]
    client_id: _CoreId
    version: Version
    name: Name
    people: Annotated[list[Annotated[Text, rule(_canonical)]], Field(max_length=MOST_PEOPLE)]


class ClientRemovalLine(Body):
    """A client is no more: its people see nothing from now on, its cases are deleted."""

    type: Literal["client_removal"]
    client_id: _CoreId
    version: Version


class DebtorBody(Body):
    """Who owes."""

    kind: DebtorKind
    name: Name
    street: VoluntaryName = None
    postal_code: Annotated[Text | None, _voluntary(POSTAL_CODE_LENGTH)] = None
    city: VoluntaryName = None
    country: Annotated[Text | None, optional_rule(country_code)] = None


class InterestBody(Body):
    """Default interest by law: percentage points above the base rate, and the first day that bears it."""

    points: Points
    since: Day


class PositionBody(Body):
    """A part of the claim as it was handed over; interest runs on principal alone."""

    kind: PositionKind
    label: Label
    amount: Cents
    due_on: Day | None = None
    interest: InterestBody | None = None


class PostingBody(Body):
    """A later change of the claim; credit is negative."""

    booked_on: Day
    label: Label
    amount: Cents


class PaymentBody(Body):
    """Money that came in, by what it paid; what was paid back is negative."""

    received_on: Day
    on_costs: Cents = 0
    on_interest: Cents = 0
    on_principal: Cents = 0


class EventBody(Body):
    """Something that happened, in words."""

    on: Day
    text: Annotated[Text, _line(HISTORY_LENGTH)]


class CaseLine(Body):
    """A case, whole, in one version."""

    type: Literal["case"]
    client_id: _CoreId
    case_id: CaseNumber
    version: Version
    reference: Annotated[Text, _line(REFERENCE_LENGTH)]
    status: Annotated[CaseStatus, Field(strict=False)]
    opened_on: Day
    closed_on: Day | None = None
    debtors: Annotated[list[DebtorBody], Field(min_length=1, max_length=10)]
    positions: Annotated[list[PositionBody], Field(min_length=1, max_length=200)]
    postings: Annotated[list[PostingBody], Field(default_factory=list, max_length=500)]
    payments: Annotated[list[PaymentBody], Field(default_factory=list, max_length=500)]
    history: Annotated[list[EventBody], Field(default_factory=list, max_length=500)]


class CaseRemovalLine(Body):
    """A case is no more."""

    type: Literal["case_removal"]
    client_id: _CoreId
    case_id: CaseNumber
    version: Version


AnyLine = ClientLine | ClientRemovalLine | CaseLine | CaseRemovalLine
MODELS: dict[LineType, type[AnyLine]] = {
    "client": ClientLine,
    "client_removal": ClientRemovalLine,
    "case": CaseLine,
    "case_removal": CaseRemovalLine,
}


class _Refused(Exception):
    """The line is refused for these reasons."""

    def __init__(self, *errors: LineError) -> None:
        super().__init__()
        self.errors = errors


def parse_line(number: int, content: bytes | None) -> Change | Refusal:
    """Return what a line says, or why it is refused.

    Args:
        number: of the line.
        content: of the line; None where it is too long.
    """
    document: Any = None
    try:
        document = _document(content)
        return _change(number, _checked(document))
    except _Refused as refused:
        kind = document.get("type") if isinstance(document, dict) else None
        known: LineType | None = kind if isinstance(kind, str) and kind in MODELS else None
        case_id = _well_formed(document, "case_id") if known in {"case", "case_removal"} else None
        return Refusal(number, known, _well_formed(document, "client_id"), case_id, refused.errors)


def _document(content: bytes | None) -> Any:  # noqa: ANN401 - any JSON document
    if content is None:
        raise _Refused(LineError("", FeedCode.LINE_TOO_LONG))
    try:
        return parse_json(content)
    except BadRequest:
        raise _Refused(LineError("", FeedCode.NOT_JSON)) from None


def _checked(document: Any) -> AnyLine:  # noqa: ANN401 - any JSON document
    if not isinstance(document, dict):
        raise _Refused(LineError("", FieldCode.WRONG_TYPE))
    if "type" not in document:
        raise _Refused(LineError("/type", FieldCode.REQUIRED))
    kind = document["type"]
    if not isinstance(kind, str) or kind not in MODELS:
        raise _Refused(LineError("/type", FeedCode.UNKNOWN_TYPE))
    try:
        line: AnyLine = parse_body(MODELS[kind], document)
    except InvalidInput as refused:
        raise _Refused(*dict.fromkeys(map(_without_foreign_names, refused.errors))) from None
    if isinstance(line, CaseLine) and (errors := list(_disagreements(line))):
        raise _Refused(*errors)
    return line


def _without_foreign_names(error: FieldError) -> LineError:
    """Return an error that names no member which the sender made up: its name may hold anything."""
    parent, _, member = error.pointer.rpartition("/")
    foreign = error.code is FieldCode.UNKNOWN_MEMBER and not _MEMBER.fullmatch(member)
    return LineError(parent if foreign else error.pointer, error.code)


def _disagreements(line: CaseLine) -> Iterator[LineError]:
    """Yield what is wrong between members that are right in themselves."""
    ended = line.status in {CaseStatus.SETTLED, CaseStatus.CLOSED}
    if ended and line.closed_on is None:
        yield LineError("/closed_on", FieldCode.REQUIRED)
    if line.closed_on is not None and (not ended or line.closed_on < line.opened_on):
        yield LineError("/closed_on", FieldCode.INVALID_VALUE)
    for place, position in enumerate(line.positions):
        if position.interest is not None and position.kind != "principal":
            yield LineError(f"/positions/{place}/interest", FieldCode.INVALID_VALUE)
    case = _case(line)
    if abs(case.claimed) > MOST_CENTS_OF_A_CASE:
        yield LineError("/positions", FieldCode.INVALID_VALUE)
    if abs(case.paid) > MOST_CENTS_OF_A_CASE:
        yield LineError("/payments", FieldCode.INVALID_VALUE)


def _change(number: int, line: AnyLine) -> Change:
    told = line.model_dump(mode="json", exclude_none=True)
    if isinstance(line, ClientLine):
        told["people"] = sorted(set(line.people))
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    if len(text) > LONGEST_LINE:  # signs may grow when they are brought into their normal form
        raise _Refused(LineError("", FeedCode.LINE_TOO_LONG))
    content: Client | Case | None = None
    if isinstance(line, ClientLine):
        people = frozenset(CanonicalEmail(email) for email in line.people)
        content = Client(ClientId(line.client_id), line.version, line.name, people)
    elif isinstance(line, CaseLine):
        content = _case(line)
    case_id = CaseId(line.case_id) if isinstance(line, CaseLine | CaseRemovalLine) else None
    return Change(number, line.type, ClientId(line.client_id), case_id, line.version, sha256(text).hexdigest(), content)


def _case(line: CaseLine) -> Case:
    return Case(
        client_id=ClientId(line.client_id),
        id=CaseId(line.case_id),
        version=line.version,
        reference=line.reference,
        status=line.status,
        opened_on=line.opened_on,
        closed_on=line.closed_on,
        debtors=tuple(Debtor(**each.model_dump()) for each in line.debtors),
        positions=tuple(_position(each) for each in line.positions),
        postings=tuple(Posting(**each.model_dump()) for each in line.postings),
        payments=tuple(Payment(**each.model_dump()) for each in line.payments),
        history=tuple(Event(**each.model_dump()) for each in line.history),
    )


def _position(body: PositionBody) -> Position:
    interest = StatutoryInterest(body.interest.points, body.interest.since) if body.interest else None
    return Position(body.kind, body.label, body.amount, body.due_on, interest)


def _well_formed(document: Any, member: str) -> str | None:  # noqa: ANN401 - any JSON document
    value = document.get(member) if isinstance(document, dict) else None
    return value if isinstance(value, str) and CORE_ID_PATTERN.fullmatch(value) else None
