"""The one page of errors."""

import json
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import pytest

import portal
from portal.domain.errors import (
    ConditionFailed,
    FieldCode,
    FieldError,
    InvalidInput,
    MailRefused,
    NotAuthenticated,
    PortalError,
    SessionEnded,
    Unavailable,
)
from portal.domain.feed import DropGone, LeaseLost
from portal.domain.mail import Language
from portal.http.messages import FIELD_MESSAGES
from portal.http.problems import INTERNAL_ERROR, PROBLEM_JSON, PROBLEMS, Problem, problem_of, problem_response

# Flows translate these; one that gets this far is a fault of ours.
INTERNAL = {ConditionFailed, MailRefused, DropGone, LeaseLost}


def subclasses(kind: type[PortalError]) -> Iterator[type[PortalError]]:
    for child in kind.__subclasses__():
        yield child
        yield from subclasses(child)


def answer(error: PortalError, language: Language = "de") -> tuple[dict[str, str], Any]:
    response = problem_response(problem_of(error), language, error).to_gateway()
    assert response["headers"]["Content-Type"] == PROBLEM_JSON
    return response["headers"], json.loads(response["body"])


def test_every_error_has_a_row_or_is_deliberately_internal() -> None:
    for module in walk_packages(portal.__path__, "portal."):
        import_module(module.name)
    ours = {kind for kind in subclasses(PortalError) if kind.__module__.startswith("portal.")}
    # Conflicts and changes of the same moment are ways of being unavailable; who lost a session hears no more.
    without = {kind for kind in ours if kind not in PROBLEMS and not issubclass(kind, Unavailable | SessionEnded)}
    assert without == INTERNAL
    assert all(problem_of(kind()) is INTERNAL_ERROR for kind in INTERNAL)


def test_codes_are_unique_and_in_snake_case_with_titles_in_both_languages() -> None:
    problems = [*PROBLEMS.values(), INTERNAL_ERROR]
    codes = [problem.code for problem in problems]
    assert len(set(codes)) == len(codes)
    assert all(code.replace("_", "").isalpha() and code.islower() for code in codes)
    assert all(problem.de and problem.en and problem.de != problem.en for problem in problems)
    assert all(400 <= problem.status <= 503 for problem in problems)


@pytest.mark.parametrize("code", FieldCode)
def test_every_reason_has_words_in_both_languages(code: FieldCode) -> None:
    words = FIELD_MESSAGES[code]
    assert words.keys() == {"de", "en"}
    assert words["de"] != words["en"]
    assert all(text.endswith(".") for text in words.values())


def test_a_subclass_without_a_row_is_answered_like_its_parent() -> None:
    assert problem_of(type("Special", (NotAuthenticated,), {})()) is PROBLEMS[NotAuthenticated]


@pytest.mark.parametrize(("language", "title"), [("de", "Bitte melden Sie sich an."), ("en", "Please log in.")])
def test_a_problem_speaks_the_clients_language(language: Language, title: str) -> None:
    headers, document = answer(NotAuthenticated(), language)
    assert headers["Content-Language"] == language
    assert document == {"type": "about:blank", "title": title, "status": 401, "code": "not_authenticated"}


@pytest.mark.parametrize("problem", [*PROBLEMS.values(), INTERNAL_ERROR], ids=lambda problem: problem.code)
def test_a_401_and_no_other_answer_names_its_challenge(problem: Problem) -> None:
    headers = problem_response(problem, "de").headers
    assert headers.get("WWW-Authenticate") == ("Bearer" if problem.status == 401 else None)


def test_refused_members_are_told_one_by_one() -> None:
    refused = InvalidInput(FieldError("/a", FieldCode.REQUIRED), FieldError("/b/c", FieldCode.TOO_LONG))
    _, document = answer(refused, "en")
    assert (document["status"], document["code"]) == (422, "invalid_input")
    assert document["errors"] == [
        {"pointer": "/a", "code": "required", "message": "Please fill in this field."},
        {"pointer": "/b/c", "code": "too_long", "message": "The value is too long."},
    ]


def test_an_outage_says_when_to_come_back() -> None:
    headers, document = answer(Unavailable(retry_after=7))
    assert headers["Retry-After"] == "7"
    assert document["status"] == 503
