"""Problems (RFC 9457): which codes an operation may answer, and how they look."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from portal.domain.errors import FieldCode
from portal.http.problems import INTERNAL_ERROR, PROBLEMS
from portal.http.routes import Route
from tools.openapi.operations import Operation
from tools.openapi.schemas import PREFIX, Schema


@dataclass(frozen=True, slots=True)
class Kind:
    """Status, code and English title of a problem."""

    status: int
    code: str
    title: str


# What API Gateway answers before any function is asked (``GatewayResponses`` of template.yaml).
GATEWAY = (
    Kind(400, "bad_request", "The request was not accepted."),
    Kind(429, "too_many_requests", "Too many requests. Please try again in a moment."),
)
KINDS = {
    kind.code: kind
    for kind in (*GATEWAY, *(Kind(row.status, row.code, row.en) for row in (*PROBLEMS.values(), INTERNAL_ERROR)))
}

_ALWAYS = ("not_found", "internal_error", "unavailable", "too_many_requests")
_WITH_BODY = ("bad_request", "malformed_json", "body_too_large", "unsupported_media_type", "invalid_input")


def refusals(route: Route, operation: Operation) -> dict[int, list[Kind]]:
    """Return what an operation may refuse with, by status.

    Raises:
        KeyError: for a code that ``portal.http.problems`` does not have.
    """
    codes = {*_ALWAYS, *operation.refusals, *(_WITH_BODY if operation.body else ()), *_authentication(route)}
    by_status: dict[int, list[Kind]] = {}
    for kind in sorted((KINDS[code] for code in codes), key=lambda kind: (kind.status, kind.code)):
        by_status.setdefault(kind.status, []).append(kind)
    return by_status


def _authentication(route: Route) -> tuple[str, ...]:
    if route.needs == "nothing":
        return ()
    scope = () if route.needs == "any_access_token" else ("password_change_required",)
    consent = () if route.outdated else ("consent_required",)
    restriction = ("processing_restricted",) if route.processing else ()
    return ("not_authenticated", *scope, *consent, *restriction)


def name_of(kinds: Iterable[Kind]) -> str:
    """Return the name under which a set of problems is a component."""
    return "Or".join("".join(word.capitalize() for word in kind.code.split("_")) for kind in kinds)


def problem_schema(kinds: list[Kind]) -> Schema:
    """Return the schema of a problem with one of some codes of one status."""
    members: dict[str, Schema] = {
        "type": {"const": "about:blank"},
        "title": {"type": "string", "description": "For people: German, or English by `Accept-Language`"},
        "status": {"const": kinds[0].status},
        "code": {"enum": [kind.code for kind in kinds]},
        "detail": {"type": "string"},
    }
    required = ["type", "title", "status", "code"]
    if any(kind.code == "invalid_input" for kind in kinds):
        members["errors"] = {"type": "array", "minItems": 1, "items": {"$ref": f"{PREFIX}FieldError"}}
        required.append("errors")
    return {"type": "object", "properties": members, "required": required, "additionalProperties": False}


FIELD_ERROR: Schema = {
    "type": "object",
    "description": "One refused member",
    "properties": {
        "pointer": {"type": "string", "pattern": "^(/([^~/]|~[01])*)*$", "description": "RFC 6901"},
        "code": {"enum": [code.value for code in FieldCode]},
        "message": {"type": "string", "description": "For people: German, or English by `Accept-Language`"},
    },
    "required": ["pointer", "code", "message"],
    "additionalProperties": False,
}


def problem_response(kinds: list[Kind]) -> dict[str, Any]:
    """Return the response of such a problem."""
    response: dict[str, Any] = {
        "description": " / ".join(kind.title for kind in kinds),
        "content": {"application/problem+json": {"schema": {"$ref": f"{PREFIX}{name_of(kinds)}"}}},
        "headers": {"Content-Language": {"$ref": "#/components/headers/Content-Language"}},
    }
    if kinds[0].status in {429, 503}:
        response["headers"]["Retry-After"] = {"$ref": "#/components/headers/Retry-After"}
    if kinds[0].status == 401:  # noqa: PLR2004 - a status
        response["headers"]["WWW-Authenticate"] = {"$ref": "#/components/headers/WWW-Authenticate"}
    return response
