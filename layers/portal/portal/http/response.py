"""Answers, with the headers that every one of them carries."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from portal.domain.errors import PortalError

_ALWAYS = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
# An answer of the API can never act as a page (ASVS 3.2.1).
_API = {
    "Content-Security-Policy": (
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"
    ),
    "Cache-Control": "no-store",
}
# Pages are asked for again each time, and mostly answered by 304.
_PAGE = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "Cache-Control": "no-cache",
}

JSON = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True, eq=False, repr=False, match_args=False)
class Response:
    """An answer before API Gateway's notation.

    Args:
        status: HTTP status.
        body: text; None for none.
        content_type: of the body.
        headers: besides those that every answer carries.
        cookies: whole ``Set-Cookie`` values.
        is_page: whether a browser shows it.
        refusal: the error that a page tells of, for the logs.
        acted: whether what the route is for was done; a form that is only shown once more leaves no line that says so.
    """

    status: int
    body: str | None = None
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()
    is_page: bool = False
    refusal: PortalError | None = None
    acted: bool = True

    def to_gateway(self) -> dict[str, Any]:
        """Return the answer as API Gateway takes it from a proxy integration."""
        headers = {**_ALWAYS, **(_PAGE if self.is_page else _API), **self.headers}
        if self.body is not None:
            headers["Content-Type"] = self.content_type
        answer: dict[str, Any] = {"statusCode": self.status, "headers": headers, "isBase64Encoded": False}
        answer["body"] = self.body or ""
        if self.cookies:
            answer["multiValueHeaders"] = {"Set-Cookie": list(self.cookies)}
        return answer


def json_response(
    status: int, document: dict[str, Any], *, headers: dict[str, str] | None = None, cookies: tuple[str, ...] = ()
) -> Response:
    """Return a JSON answer."""
    return Response(status, json.dumps(document, ensure_ascii=False), JSON, headers or {}, cookies)


def no_content(*, cookies: tuple[str, ...] = ()) -> Response:
    """Return an answer without a body."""
    return Response(204, cookies=cookies)
