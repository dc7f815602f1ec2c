"""Answers held against ``openapi.json``: what the portal says is what the document says that it says."""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.support.template import ROOT

_METHODS = {"get", "post", "put", "patch", "delete"}
# Headers that an answer may carry only where the document names them.
_TELLING = ("Set-Cookie", "ETag", "Retry-After", "WWW-Authenticate", "Content-Disposition", "Location", "Next-Cursor")


@cache
def api_document() -> dict[str, Any]:
    """Return the document of the repository."""
    document: dict[str, Any] = json.loads((ROOT / "openapi.json").read_text(encoding="utf-8"))
    return document


def documented_route(method: str, path: str) -> str | None:
    """Return the path as declared of a request that the document describes, None for any other."""
    for route, operations in api_document()["paths"].items():
        if method.lower() in operations and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", route), path):
            return str(route)
    return None


def documented_answers() -> set[tuple[str, str, int]]:
    """Return method, route and status of every answer that the document describes."""
    return {
        (method.upper(), route, int(status))
        for route, operations in api_document()["paths"].items()
        for method, operation in operations.items()
        if method in _METHODS
        for status in operation["responses"]
    }


def check_answer(method: str, route: str, status: int, headers: Mapping[str, str], text: str) -> None:
    """Refuse an answer that the document does not describe.

    Args:
        method: upper case.
        route: the path as declared, such as ``/api/sessions/{id}``.
        status: of the answer.
        headers: of the answer, ``Set-Cookie`` included.
        text: its body, empty for none.
    """
    where = f"{method} {route} -> {status}"
    operation = api_document()["paths"].get(route, {}).get(method.lower())
    assert operation, f"{where}: not in openapi.json (make openapi)"
    assert str(status) in operation["responses"], f"{where}: status not in openapi.json"
    response = _resolved(operation["responses"][str(status)])
    _check_headers(where, {name: _resolved(found) for name, found in response.get("headers", {}).items()}, headers)
    _check_body(where, response.get("content", {}), headers, text)


def _check_headers(where: str, declared: dict[str, Any], headers: Mapping[str, str]) -> None:
    for name, header in declared.items():
        assert name in headers or not header.get("required"), f"{where}: no {name}"
        if name in headers:
            value: Any = headers[name]
            value = int(value) if header["schema"].get("type") == "integer" else value
            _validator_of(json.dumps(header["schema"])).validate(value)
    undeclared = [name for name in _TELLING if name in headers and name not in declared]
    assert not undeclared, f"{where}: {undeclared} not in openapi.json"


def _check_body(where: str, content: dict[str, Any], headers: Mapping[str, str], text: str) -> None:
    if not content:
        assert not text, f"{where}: a body where there is none"
        return
    media_type, _, parameters = headers["Content-Type"].partition(";")
    assert media_type in content, f"{where}: {media_type} not in openapi.json"
    assert parameters.strip() == "charset=utf-8", where
    document = json.loads(text) if media_type.endswith("json") else text
    _validator_of(json.dumps(content[media_type]["schema"])).validate(document)


def _resolved(found: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference into the components."""
    if "$ref" not in found:
        return found
    _, _, kind, name = found["$ref"].split("/")
    component: dict[str, Any] = api_document()["components"][kind][name]
    return component


@cache
def _validator_of(schema: str) -> Validator:
    """Return the validator of a schema that may point into the document."""
    text = schema.replace('"#/components/', '"urn:api#/components/')
    resource = Resource.from_contents(api_document(), default_specification=DRAFT202012)
    registry: Registry[Any] = Registry().with_resource("urn:api", resource)
    return Draft202012Validator(json.loads(text), registry=registry)
