"""The one way in."""

import json
import logging
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from portal.adapters.aws import Misconfigured
from portal.domain.errors import Conflict, InvalidLink, MailRefused, NotFound, PortalError, Unavailable
from portal.http import routes
from portal.http.request import Request
from portal.http.response import Response, json_response
from portal.http.routes import Route, Wiring, serve
from portal.observe import logger
from tests.support.fakes import FakeAws, FakeClock
from tests.unit.http.events import an_event

SECRET = "erika@example.com wrote DE89370400440532013000"


class Lines(logging.Handler):
    """Log lines as the log group gets them."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.setFormatter(logger.registered_formatter)

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))

    @property
    def documents(self) -> list[dict[str, Any]]:
        return [json.loads(text) for text in self.texts]


@pytest.fixture
def lines() -> Any:
    handler = Lines()
    logger._logger.addHandler(handler)  # noqa: SLF001 - Powertools has no other way to a handler of one's own
    yield handler
    logger._logger.removeHandler(handler)  # noqa: SLF001 - as above


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """Serve one route whose endpoint returns or raises what the test gives."""

    def ask(outcome: Response | Exception, **event: Any) -> dict[str, Any]:
        def endpoint(_request: Request, _wiring: Wiring[Any]) -> Response:
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        monkeypatch.setattr(routes, "import_module", lambda _: SimpleNamespace(endpoint=endpoint))
        handler = serve([Route("POST", "/api/things", "things:endpoint")], Wiring(None, FakeAws(), FakeClock()))
        return handler(an_event(**event), None)

    return ask


def code_of(gateway: dict[str, Any]) -> tuple[int, str]:
    document = json.loads(gateway["body"])
    assert gateway["headers"]["Content-Type"] == "application/problem+json; charset=utf-8"
    assert document["status"] == gateway["statusCode"]
    return gateway["statusCode"], document["code"]


def test_a_route_is_answered_by_its_endpoint(answer: Any) -> None:
    gateway = answer(json_response(200, {"a": 1}))
    assert (gateway["statusCode"], gateway["body"]) == (200, '{"a": 1}')


@pytest.mark.parametrize(
    "event", [{"resource": "/api/other"}, {"httpMethod": "GET"}, {"httpMethod": "TRACE"}, {"resource": "/api/things/"}]
)
def test_what_is_not_declared_is_not_found(answer: Any, event: dict[str, Any]) -> None:
    assert code_of(answer(json_response(200, {}), **event)) == (404, "not_found")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NotFound(), 404, "not_found"),
        (InvalidLink(SECRET), 400, "invalid_link"),
        (Unavailable(), 503, "unavailable"),
        (Conflict(), 503, "unavailable"),
    ],
)
def test_an_error_of_the_domain_is_answered_by_its_row(answer: Any, error: PortalError, status: int, code: str) -> None:
    gateway = answer(error)
    assert code_of(gateway) == (status, code)
    assert SECRET not in gateway["body"]


@pytest.mark.parametrize(
    "failure",
    [
        RuntimeError(SECRET),
        KeyError(SECRET),
        Misconfigured("PutItem", "AccessDeniedException"),
        MailRefused(SECRET),
        RecursionError(SECRET),
    ],
)
def test_a_failure_of_ours_tells_the_client_nothing(answer: Any, lines: Lines, failure: Exception) -> None:
    gateway = answer(failure)
    assert code_of(gateway) == (500, "internal_error")
    assert SECRET not in json.dumps(gateway)
    assert SECRET not in "".join(lines.texts)
    error, request = lines.documents
    assert (error["level"], error["message"], error["error"]) == ("ERROR", "unexpected_failure", type(failure).__name__)
    assert error["request_id"] == request["request_id"] == "request-1"
    assert any("routes.py" in frame for frame in error["frames"])


def test_the_code_of_aws_is_logged_as_it_says_what_to_mend(answer: Any, lines: Lines) -> None:
    answer(Misconfigured("PutItem", "AccessDeniedException"))
    assert lines.documents[0]["aws_code"] == "AccessDeniedException"


@pytest.mark.parametrize(
    ("outcome", "status", "code"),
    [(json_response(201, {}), 201, None), (InvalidLink(), 400, "invalid_link"), (NotFound(), 404, "not_found")],
)
def test_each_request_leaves_one_line(answer: Any, lines: Lines, outcome: Any, status: int, code: str | None) -> None:
    answer(outcome)
    (line,) = [document for document in lines.documents if document.get("category") != "security"]
    assert (line["message"], line["status"], line.get("code")) == ("request", status, code)
    assert (line["method"], line["route"], line["request_id"]) == ("POST", "/api/things", "request-1")
    assert line["duration_ms"] >= 0


def test_no_line_holds_anything_that_a_client_sent(answer: Any, lines: Lines) -> None:
    canaries = {
        "Authorization": "Bearer canary-1",
        "User-Agent": "canary-2\r\nX",
        "Cookie": "canary-3",
        "X-A": "canary-4",
    }
    answer(
        NotFound(), headers=canaries, body='{"a": "canary-5"}', path="/api/canary-6", queryStringParameters="canary-7"
    )
    assert "canary" not in "".join(lines.texts)
    assert "203.0.113" not in "".join(lines.texts)


def test_a_problem_speaks_the_language_of_the_request(answer: Any) -> None:
    english = answer(NotFound(), headers={"Accept-Language": "en"})
    assert json.loads(english["body"])["title"] == "There is no such address."
    assert "Diese Adresse" in answer(NotFound())["body"]


@pytest.mark.parametrize("requestContext", [{"identity": {}}, {"identity": {"sourceIp": None}}])
def test_an_event_without_an_address_is_answered(answer: Any, requestContext: dict[str, Any]) -> None:  # noqa: N803 - as Lambda names it
    assert answer(json_response(200, {}), requestContext=requestContext)["statusCode"] == 200


def test_a_process_keeps_one_user_of_keys() -> None:
    wiring = Wiring(None, FakeAws(), FakeClock())
    assert wiring.kms is wiring.kms
    assert Wiring(None, FakeAws(), FakeClock()).kms is not wiring.kms
