"""Conditional requests (RFC 9110 section 13): nobody overwrites what they have not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.domain.errors import PreconditionFailed, PreconditionRequired

if TYPE_CHECKING:
    from portal.http.request import Request


def require_match(request: Request, etag: str) -> None:
    """Compare ``If-Match`` with the entity tag of the present state; strongly, so weak tags never match.

    Raises:
        PreconditionRequired: the header is missing.
        PreconditionFailed: it names other states only.
    """
    header = request.headers.get("if-match", "").strip()
    if not header:
        raise PreconditionRequired
    if header != "*" and etag not in (tag.strip() for tag in header.split(",")):
        raise PreconditionFailed
