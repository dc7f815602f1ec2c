"""Which event an outcome is; refusals that the table does not know count by their status."""

from typing import get_args

import pytest

from portal.domain import errors
from portal.domain.errors import InvalidCredentials, InvalidLink, LinkExpired, NotFound, PortalError, SessionEnded
from portal.domain.ids import AccountId, SessionId
from portal.http.problems import PROBLEMS, problem_of
from portal.http.routes import Needs, Route
from portal.http.security_log import event_of
from portal.observe import SecurityEvent
from tests.support.security_log import SCHEMA
from tests.support.template import ROOT
from tools.openapi.routes import declared_routes

VOCABULARY = set(get_args(SecurityEvent))
CODE = "".join(path.read_text() for path in sorted((ROOT / "layers/portal/portal").rglob("*.py")))
NEVER = {"malformed_json", "body_too_large", "unsupported_media_type", "invalid_input", "unavailable"}
NEVER |= {"malformed_form", "not_a_form", "precondition_failed", "precondition_required"}


class Unheard(PortalError):
    """A refusal that nobody has thought of yet."""


def route(event: SecurityEvent | None = None, needs: Needs = "nothing") -> Route:
    return Route("POST", "/api/thing", "thing:post", needs, event=event)


def test_the_vocabulary_is_closed_and_the_schema_and_the_runbook_know_every_word() -> None:
    assert set(SCHEMA["properties"]["message"]["enum"]) == VOCABULARY
    inventory = (ROOT / "docs/operations.md").read_text().partition("## Logs")[2].partition("\n## ")[0]
    assert {event for event in VOCABULARY if f"`{event}`" not in inventory} == set()


def test_every_word_is_written_by_some_code() -> None:
    routes = [each for path in (ROOT / "functions").glob("*/app.py") for each in declared_routes(path)]
    declared = {each.event for each in routes}
    assert declared - {None} < VOCABULARY
    unused = {event for event in VOCABULARY - declared if CODE.count(f'"{event}"') < 2}
    assert unused == set()


def test_a_success_is_called_as_its_route_says() -> None:
    assert event_of(route("user_created"), 200, None) == "user_created"
    assert event_of(route(), 200, None) is None
    assert event_of(route("user_created"), 500, None) is None


@pytest.mark.parametrize(
    ("error", "event"),
    [
        (InvalidCredentials(), "authn_login_fail"),
        (InvalidLink(), "link_fail"),
        (LinkExpired(), "link_fail"),
        (SessionEnded(), "session_use_after_expire"),
        (errors.RefreshTokenReused(AccountId("a"), SessionId("s")), "authn_token_reuse"),
        (errors.NotAuthenticated(), "authz_fail"),
        (errors.ReauthenticationRequired(), "authz_fail"),
        (errors.PasswordChangeRequired(), "authz_fail"),
        (errors.ConsentRequired(), "authz_fail"),
    ],
)
def test_a_refusal_is_called_by_what_was_wrong(error: PortalError, event: SecurityEvent) -> None:
    assert event_of(route("authn_login_success"), problem_of(error).status, error) == event


def test_a_wrong_password_is_called_by_what_it_was_given_for() -> None:
    wrong = InvalidCredentials()
    assert event_of(route("authn_password_change"), 401, wrong) == "authn_password_change_fail"
    assert event_of(route("authn_reauthentication_success"), 401, wrong) == "authn_reauthentication_fail"


@pytest.mark.parametrize(
    ("status", "event"), [(401, "authz_fail"), (403, "authz_fail"), (429, "excess_rate_limit_exceeded"), (422, None)]
)
def test_a_refusal_that_nobody_thought_of_counts_by_its_status(status: int, event: SecurityEvent | None) -> None:
    assert event_of(route(), status, Unheard()) == event


def test_what_is_not_the_callers_is_a_refusal_and_a_page_that_is_not_there_is_none() -> None:
    assert event_of(route(needs="access_token"), 404, NotFound()) == "authz_fail"
    assert event_of(route(), 404, NotFound()) is None


def test_every_problem_of_security_is_an_event() -> None:
    silent = {
        problem.code
        for kind, problem in PROBLEMS.items()
        if event_of(route(needs="access_token"), problem.status, kind.__new__(kind)) is None
    }
    assert silent == NEVER
