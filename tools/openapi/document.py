"""The document as a whole."""

import json
import re
from collections.abc import Sequence
from typing import Any

from portal import __version__
from portal.http.routes import Route
from tools.openapi.operations import OPERATIONS, Operation
from tools.openapi.problems import FIELD_ERROR, Kind, name_of, problem_response, problem_schema, refusals
from tools.openapi.routes import ROOT, api_routes
from tools.openapi.schemas import PREFIX, body_model, component_schemas

FILES = (ROOT / "openapi.json", ROOT / "layers/portal/portal/http/openapi.json")
"""Where the document stands: for readers, and in the layer, where it is served from."""

_DESCRIPTION = """\
Client portal: registration with double opt-in, login, own data, cases.

JSON in UTF-8 with snake_case members. Bodies are at most 32 KiB, without duplicate members, NaN or lone surrogates; \
unknown members are refused. Query parameters are not read. Errors are `application/problem+json` (RFC 9457) with a \
stable `code`. Every answer carries HSTS, `nosniff`, a Content-Security-Policy, `Referrer-Policy: no-referrer` and \
`Cache-Control: no-store`. A firewall in front may answer 403 `forbidden` on any route. Lengths count code points \
after NFC."""

# Not "..", which would fit both: many tools do not resolve it against the place of the document.
_SERVERS = [
    {"url": "/", "description": "A domain of its own, or the local stack"},
    {"url": "/live", "description": "The stage address of API Gateway"},
]
_SCHEMES: dict[str, Any] = {
    "access_token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "Of a token answer; ten minutes",
    },
    "refresh_cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-refresh",
        "description": "Set by token answers with cookie delivery",
    },
}
_HEADERS: dict[str, Any] = {
    "Content-Language": {"description": "Language of the texts", "schema": {"enum": ["de", "en"]}},
    "Content-Disposition": {
        "description": "A file, not a page",
        "required": True,
        "schema": {"type": "string", "pattern": "^attachment;"},
    },
    "ETag": {
        "description": "Version of the profile, for `If-Match` (RFC 9110)",
        "required": True,
        "schema": {"type": "string", "pattern": '^"[^"]+"$'},
    },
    "Next-Cursor": {
        "description": "`cursor` of the next piece; absent on the last one",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9_=-]+$"},
    },
    "Retry-After": {
        "description": "Seconds after which another try makes sense",
        "required": True,
        "schema": {"type": "integer", "minimum": 0},
    },
    "Set-Cookie": {
        "description": "`__Host-refresh`, and `__Host-device` after a login: HttpOnly, Secure, SameSite=Strict, Path=/",
        "schema": {"type": "string"},
    },
    "WWW-Authenticate": {"required": True, "schema": {"const": "Bearer"}},
}
_PARAMETERS: dict[str, Any] = {
    "Accept-Language": {
        "name": "Accept-Language",
        "in": "header",
        "description": "German, unless it prefers English",
        "schema": {"type": "string"},
    },
    "If-Match": {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "description": "The `ETag` of the version that is changed",
        "schema": {"type": "string"},
    },
}


def document(routes: Sequence[Route] | None = None) -> dict[str, Any]:
    """Return the OpenAPI document.

    Args:
        routes: those of the functions where not given.

    Raises:
        KeyError: for a route without an operation, or an operation with an unknown problem code.
    """
    declared = [(route, OPERATIONS[route.method, route.path]) for route in (api_routes() if routes is None else routes)]
    paths: dict[str, Any] = {}
    for route, operation in declared:
        path = paths.setdefault(route.path, {"parameters": _path_parameters(route.path)})
        path[route.method.lower()] = _operation(route, operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Mandantenportal", "version": __version__, "description": _DESCRIPTION},
        "servers": _SERVERS,
        "paths": paths,
        "components": _components(declared),
    }


def text() -> str:
    """Return the document as it is served."""
    return json.dumps(document(), ensure_ascii=False, indent=1) + "\n"


def _operation(route: Route, operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "security": _security(route, operation),
    }
    if operation.if_match:
        found["parameters"] = [{"$ref": "#/components/parameters/If-Match"}]
    if operation.body:
        media: dict[str, Any] = {"schema": {"$ref": f"{PREFIX}{body_model(operation.body).__name__}"}}
        if operation.example is not None:
            media["example"] = operation.example
        found["requestBody"] = {"required": True, "content": dict.fromkeys(operation.media_types, media)}
    problems = {
        str(status): {"$ref": f"#/components/responses/{name_of(kinds)}"}
        for status, kinds in refusals(route, operation).items()
    }
    found["responses"] = {str(operation.status): _success(operation), **problems}
    return found


def _security(route: Route, operation: Operation) -> list[dict[str, list[str]]]:
    schemes = operation.schemes or (("access_token",) if route.needs != "nothing" else ())
    return [{} if scheme == "nothing" else {scheme: []} for scheme in schemes]


def _success(operation: Operation) -> dict[str, Any]:
    response: dict[str, Any] = {"description": _described(operation)}
    references = [{"$ref": f"{PREFIX}{model.__name__}"} for model in operation.answer]
    if references:
        schema = references[0] if len(references) == 1 else {"oneOf": references}
        response["content"] = {"application/json": {"schema": schema}}
    if operation.text:
        response["content"] = {operation.text: {"schema": {"type": "string"}}}
    if operation.headers:
        names = [name.removesuffix("?") for name in operation.headers]
        response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
    return response


def _described(operation: Operation) -> str:
    return " / ".join((model.__doc__ or "").rstrip(".") for model in operation.answer) or "Done"


def _path_parameters(path: str) -> list[dict[str, Any]]:
    named = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", path)
    ]
    return [{"$ref": "#/components/parameters/Accept-Language"}, *named]


def _components(declared: Sequence[tuple[Route, Operation]]) -> dict[str, Any]:
    models = [model for _, operation in declared for model in operation.answer]
    models += [body_model(operation.body) for _, operation in declared if operation.body]
    problems: dict[str, list[Kind]] = {
        name_of(kinds): kinds for route, operation in declared for kinds in refusals(route, operation).values()
    }
    return {
        "schemas": {
            **component_schemas(models),
            "FieldError": FIELD_ERROR,
            **{name: problem_schema(kinds) for name, kinds in sorted(problems.items())},
        },
        "responses": {name: problem_response(kinds) for name, kinds in sorted(problems.items())},
        "parameters": _PARAMETERS,
        "headers": _HEADERS,
        "securitySchemes": _SCHEMES,
    }
