"""The API document: fresh, whole, and true to the template."""

import importlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from portal.http.endpoints import public
from portal.http.routes import Route, Wiring
from tests.support.contract import api_document, check_answer
from tests.support.fakes import FakeAws
from tests.support.template import ROOT, resources
from tests.support.world import HTTP_FUNCTIONS
from tests.unit.http.events import a_request
from tools.openapi.document import FILES, document, text
from tools.openapi.operations import OPERATIONS
from tools.openapi.problems import GATEWAY
from tools.openapi.routes import api_routes, declared_routes
from tools.openapi.schemas import PREFIX, body_model, component_schemas

JSON_HEADERS = {"Content-Type": "application/json; charset=utf-8"}
HEALTH = {"status": "ok", "version": "1"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_document_is_the_one_of_this_code(path: Any) -> None:
    assert path.read_text(encoding="utf-8") == text(), "make openapi"


def test_the_document_is_served_as_it_stands_in_the_repository() -> None:
    served = public.openapi(a_request(), Wiring(None, FakeAws()))
    assert (served.status, served.body) == (200, FILES[0].read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(HTTP_FUNCTIONS))
def test_routes_are_read_as_the_functions_declare_them(name: str) -> None:
    declared = importlib.import_module(f"functions.{name}.app").ROUTES
    assert declared_routes(ROOT / f"functions/{name}/app.py") == list(declared)


def test_every_route_of_the_api_has_an_operation() -> None:
    routes = {(route.method, route.path) for route in api_routes()}
    assert routes <= set(OPERATIONS)
    documented = {(method.upper(), path) for path, item in api_document()["paths"].items() for method in item}
    assert documented - {("PARAMETERS", path) for path in api_document()["paths"]} == routes


def test_a_route_without_an_operation_is_no_document() -> None:
    with pytest.raises(KeyError):
        document([Route("GET", "/api/things", "things:get")])


def test_names_of_operations_are_unique() -> None:
    names = [operation.id for operation in OPERATIONS.values()]
    assert len(set(names)) == len(names)


def references(found: Any) -> Iterator[str]:
    if isinstance(found, dict):
        yield from (value for key, value in found.items() if key == "$ref")
    for member in found.values() if isinstance(found, dict) else found if isinstance(found, list) else ():
        yield from references(member)


def test_every_reference_leads_somewhere() -> None:
    for reference in set(references(api_document())):
        _, _, kind, name = reference.split("/")
        assert name in api_document()["components"][kind], reference


def test_every_schema_is_one() -> None:
    for schema in api_document()["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_objects_are_closed() -> None:
    for name, schema in api_document()["components"]["schemas"].items():
        if schema.get("type") == "object" and name != "ApiDocument":
            assert schema["additionalProperties"] is False, name


@pytest.mark.parametrize("route", [route for route in api_routes() if OPERATIONS[route.method, route.path].body])
def test_examples_are_accepted_by_the_code_and_by_the_document(route: Route) -> None:
    operation = OPERATIONS[route.method, route.path]
    model = body_model(str(operation.body))
    model.model_validate(operation.example)
    schema = {"$ref": f"{PREFIX}{model.__name__}", "components": {"schemas": component_schemas([model])}}
    Draft202012Validator(schema).validate(operation.example)


def test_what_the_gateway_answers_is_told_as_it_is() -> None:
    answers = resources("AWS::Serverless::Api")["Api"]["GatewayResponses"].values()
    told = {
        (body["status"], body["code"])
        for body in (json.loads(answer["ResponseTemplates"]["application/json"]) for answer in answers)
    }
    assert {(kind.status, kind.code) for kind in GATEWAY} <= told
    documented = {
        (schema["properties"]["status"]["const"], code)
        for schema in api_document()["components"]["schemas"].values()
        if "code" in schema.get("properties", {}) and "status" in schema["properties"]
        for code in schema["properties"]["code"]["enum"]
    }
    assert told - documented == {(403, "forbidden")}  # of a firewall, told in the document's description


def test_a_documented_answer_passes() -> None:
    check_answer("GET", "/api/health", 200, JSON_HEADERS, json.dumps(HEALTH))


@pytest.mark.parametrize(
    "change",
    [
        {"status": 201},
        {"route": "/api/things"},
        {"method": "PUT"},
        {"text": json.dumps({**HEALTH, "more": 1})},
        {"text": json.dumps({"status": "ok"})},
        {"headers": {"Content-Type": "text/html; charset=utf-8"}},
        {"headers": {"Content-Type": "application/json"}},
        {"headers": {**JSON_HEADERS, "Set-Cookie": "a=b"}},
    ],
)
def test_an_answer_that_is_not_documented_is_noticed(change: dict[str, Any]) -> None:
    answer: dict[str, Any] = {"method": "GET", "route": "/api/health", "status": 200, "headers": JSON_HEADERS}
    with pytest.raises((AssertionError, ValidationError)):
        check_answer(**{**answer, "text": json.dumps(HEALTH), **change})


def test_an_answer_without_a_header_that_it_must_have_is_noticed() -> None:
    problem = {"type": "about:blank", "title": "-", "status": 503, "code": "unavailable"}
    headers = {"Content-Type": "application/problem+json; charset=utf-8"}
    with pytest.raises(AssertionError, match="Retry-After"):
        check_answer("GET", "/api/health", 503, headers, json.dumps(problem))
    check_answer("GET", "/api/health", 503, {**headers, "Retry-After": "5"}, json.dumps(problem))
