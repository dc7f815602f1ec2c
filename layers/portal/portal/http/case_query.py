"""What a body asks of the list of cases, and where a list goes on."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from portal.domain.case import CaseStatus
from portal.domain.errors import FieldCode, FieldError, InvalidInput
from portal.domain.search import CaseQuery, fold

if TYPE_CHECKING:
    from portal.http.bodies.cases import CasesBody

_ASCENDING_BY_NATURE = {"debtor"}
# Of a sort key in DynamoDB, in bytes, less what is put behind it.
_LONGEST_KEY = 1000


def query_of(body: CasesBody) -> CaseQuery:
    """Return what a body asks for.

    Raises:
        InvalidInput: an order besides words, or a cursor that is none, or of another order.
    """
    term = fold(body.text) if body.text is not None else None
    if term is not None:
        given = [name for name in ("sort", "order") if getattr(body, name) is not None]
        if given:
            raise InvalidInput(*(FieldError(f"/{name}", FieldCode.INVALID_VALUE) for name in given))
    sort = body.sort or "opened"
    descending = sort not in _ASCENDING_BY_NATURE if body.order is None else body.order == "descending"
    asked = CaseQuery(
        status=CaseStatus(body.status) if body.status is not None else None,
        term=term,
        sort=sort,
        descending=descending,
    )
    return asked if body.cursor is None else _going_on(asked, body.cursor)


def cursor_of(query: CaseQuery, end: str | None) -> str | None:
    """Return what names the place where a page ended; it says for which order."""
    if end is None:
        return None
    return base64.urlsafe_b64encode(json.dumps([query.order, end]).encode()).decode()


def _going_on(query: CaseQuery, cursor: str) -> CaseQuery:
    try:
        order, end = json.loads(base64.b64decode(cursor.encode(), altchars=b"-_", validate=True))
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise _refused_cursor() from None
    fits = isinstance(end, str) and end.isprintable() and 0 < len(end.encode(errors="replace")) <= _LONGEST_KEY
    if order != query.order or not fits or (query.term is not None and not end.startswith(query.term)):
        raise _refused_cursor()
    return replace(query, after=end)


def _refused_cursor() -> InvalidInput:
    return InvalidInput(FieldError("/cursor", FieldCode.INVALID_VALUE))
