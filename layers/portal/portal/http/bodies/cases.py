"""Bodies of the client area."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from portal.domain.case import CaseStatus
from portal.domain.errors import FieldCode, Refused
from portal.domain.text import clean_line
from portal.http.bodies.flat import Text
from portal.http.bodies.model import Body, optional_rule

_LONGEST_SEARCH = 100
_MOST_ROWS = 100
_YEARS = (1970, 2199)


def _search(text: str) -> str:
    return clean_line(text, _LONGEST_SEARCH)


def _status(value: str) -> str:
    if value not in CaseStatus:
        raise Refused(FieldCode.INVALID_VALUE)
    return value


def parse_day(value: str) -> str:
    """Return a day as it is written in ISO 8601, ``2026-11-27``.

    Raises:
        Refused: ``invalid_value``.
    """
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise Refused(FieldCode.INVALID_VALUE) from None
    if day.isoformat() != value or not _YEARS[0] <= day.year <= _YEARS[1]:
        raise Refused(FieldCode.INVALID_VALUE)
    return value


class CasesBody(Body):
    """Which cases, and in which order; found by words, they come in the order of those."""

    status: Annotated[Text, AfterValidator(_status)] | None = None
    text: Annotated[Text | None, optional_rule(_search)] = None
    sort: Literal["opened", "debtor", "outstanding"] | None = None
    order: Literal["ascending", "descending"] | None = None
    cursor: Text | None = None


class CaseSearchBody(CasesBody):
    """A page of a list."""

    limit: Annotated[int, Field(ge=1, le=_MOST_ROWS)] = 25


class InterestBody(Body):
    """Interest up to and with a day."""

    to: Annotated[Text, AfterValidator(parse_day)]
