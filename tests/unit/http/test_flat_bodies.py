"""Bodies of a few texts: refused where pydantic refuses them, by the same codes."""

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.errors import FieldCode, FieldError, InvalidInput
from portal.http.bodies.flat import EmptyBody, parse_flat
from portal.http.bodies.link import LinkBody
from portal.http.bodies.login import LoginBody, PasswordBody, PasswordResetBody, ReauthenticationBody, RefreshBody
from portal.http.bodies.model import parse_body
from tools.openapi.schemas import flat_model

BODIES = (EmptyBody, LinkBody, LoginBody, PasswordBody, PasswordResetBody, ReauthenticationBody, RefreshBody)
MEMBERS = {
    "token": "aaa.bbb.ccc",
    "email": "erika@example.com",
    "password": " bleibt, wie es ist ",
    "current_password": "altes",
    "new_password": "neues",
    "delivery": "body",
    "refresh_token": "abc",
}

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=4)
texts = st.sampled_from(["", "cookie", "body", "BODY", "\ud800", "a" * 1024, "ü" * 1025, "😀" * 4096, "a" * 4097])
values = scalars | texts | st.lists(scalars, max_size=2) | st.dictionaries(st.text(max_size=2), scalars, max_size=2)
names = st.sampled_from([*MEMBERS, "", "a/b", "~1", "__proto__", "Email"]) | st.text(max_size=3)


def errors_of(parse: Any, body: type, document: Any) -> tuple[FieldError, ...]:
    with pytest.raises(InvalidInput) as refused:
        parse(body, document)
    return refused.value.errors


def codes(body: type, document: Any) -> dict[str, FieldCode]:
    return {error.pointer: error.code for error in errors_of(parse_flat, body, document)}


def members_of(body: type) -> dict[str, str]:
    return {each.name: MEMBERS[each.name] for each in fields(body)}


def judged(parse: Any, body: type, document: Any) -> object:
    """Return what is read, or what is refused."""
    try:
        found = parse(body, document)
    except InvalidInput as refused:
        return refused.errors
    return found.model_dump() if hasattr(found, "model_dump") else vars(found)


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.__name__)
@given(sent=st.dictionaries(names, values, max_size=5), without=st.sets(st.sampled_from(sorted(MEMBERS)), max_size=2))
def test_what_is_refused_is_what_pydantic_refuses(body: type, sent: dict[str, Any], without: set[str]) -> None:
    whole = {name: value for name, value in members_of(body).items() if name not in without}
    for document in (sent, {**whole, **sent}, whole):
        assert judged(parse_flat, body, document) == judged(parse_body, flat_model(body), document)


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.__name__)
@pytest.mark.parametrize("document", [None, [], "text", 1, True, [{"token": "a"}]])
def test_a_body_that_is_no_object_is_refused_as_a_whole(body: type, document: Any) -> None:
    assert codes(body, document) == {"": FieldCode.WRONG_TYPE}


def test_errors_are_told_all_at_once() -> None:
    assert codes(LoginBody, {"password": 1, "delivery": "header", "a/b": "a"}) == {
        "/email": FieldCode.REQUIRED,
        "/password": FieldCode.WRONG_TYPE,
        "/delivery": FieldCode.INVALID_VALUE,
        "/a~1b": FieldCode.UNKNOWN_MEMBER,
    }


def test_an_error_never_quotes_what_was_sent() -> None:
    errors = errors_of(
        parse_flat, LoginBody, {"email": "erika@example.com", "password": ["geheim"], "delivery": "geheim"}
    )
    assert "geheim" not in str(errors)


@pytest.mark.parametrize("password", [" blanks stay ", "x", "ü" * 1024])
def test_a_password_is_taken_exactly_as_sent(password: str) -> None:
    assert parse_flat(LoginBody, {"email": "a", "password": password}).password == password


@pytest.mark.parametrize(
    ("body", "member"), [(LoginBody, "password"), (ReauthenticationBody, "password"), (PasswordBody, "new_password")]
)
@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", FieldCode.REQUIRED),
        ("x" * 1025, FieldCode.TOO_LONG),
        ("\ud800", FieldCode.WRONG_TYPE),
        (1, FieldCode.WRONG_TYPE),
        (None, FieldCode.WRONG_TYPE),
    ],
)
def test_no_password_is_empty_or_endless(body: type, member: str, value: Any, code: FieldCode) -> None:
    assert codes(body, {**members_of(body), member: value}) == {f"/{member}": code}


@pytest.mark.parametrize("delivery", ["header", "", "BODY", None, 1, [], {}])
def test_tokens_are_delivered_in_one_of_two_ways(delivery: Any) -> None:
    document = {"email": "a", "password": "b", "delivery": delivery}
    assert codes(LoginBody, document) == {"/delivery": FieldCode.INVALID_VALUE}
    assert parse_flat(LoginBody, {"email": "a", "password": "b"}).delivery == "cookie"


def test_a_refresh_token_is_voluntary() -> None:
    assert parse_flat(RefreshBody, {}).refresh_token is None
    assert parse_flat(RefreshBody, {"refresh_token": None}).refresh_token is None
    assert parse_flat(RefreshBody, {"refresh_token": "a"}).refresh_token == "a"


def test_a_link_is_one_text() -> None:
    assert parse_flat(LinkBody, {"token": "a" * 4096}).token == "a" * 4096
    assert codes(LinkBody, {"token": "a" * 4097}) == {"/token": FieldCode.TOO_LONG}
    assert codes(LinkBody, {}) == {"/token": FieldCode.REQUIRED}
