"""Request bodies: strict, closed, and every error with its place."""

from typing import Any

import pytest
from pydantic import Field

from portal.domain.errors import FieldCode, InvalidInput
from portal.http.bodies.flat import Text
from portal.http.bodies.model import Body, optional_rule, parse_body, rule


class Inner(Body):
    flag: bool
    number: int = 0


class Outer(Body):
    text: Text
    inner: Inner | None = None
    many: tuple[Inner, ...] = Field(default=(), strict=False)


def errors_of(model: type[Body], document: Any) -> dict[str, FieldCode]:
    with pytest.raises(InvalidInput) as refused:
        parse_body(model, document)
    return {error.pointer: error.code for error in refused.value.errors}


@pytest.mark.parametrize("document", [None, [], "text", 1, True, [{"text": "a"}]])
def test_a_body_that_is_no_object_is_refused_as_a_whole(document: Any) -> None:
    assert errors_of(Outer, document) == {"": FieldCode.WRONG_TYPE}


@pytest.mark.parametrize("value", [None, 1, 1.5, True, ["a"], {"a": 1}])
def test_text_is_nothing_but_text(value: Any) -> None:
    assert errors_of(Outer, {"text": value}) == {"/text": FieldCode.WRONG_TYPE}


@pytest.mark.parametrize("value", [None, 0, 1, "true", "yes", [], 1.0])
def test_a_flag_is_nothing_but_a_flag(value: Any) -> None:
    assert errors_of(Inner, {"flag": value}) == {"/flag": FieldCode.WRONG_TYPE}


@pytest.mark.parametrize("value", [None, "1", True, 1.0, 1e300])
def test_a_number_is_nothing_but_a_whole_number(value: Any) -> None:
    assert errors_of(Inner, {"flag": True, "number": value}) == {"/number": FieldCode.WRONG_TYPE}


@pytest.mark.parametrize(
    ("member", "pointer"),
    [
        ("status", "/status"),
        ("a/b", "/a~1b"),
        ("a~b", "/a~0b"),
        ("~1", "/~01"),
        ("", "/"),
        ("__proto__", "/__proto__"),
        ("ü 😀", "/ü 😀"),
        ("model_config", "/model_config"),
    ],
)
def test_an_unknown_member_is_refused_at_its_json_pointer(member: str, pointer: str) -> None:
    assert errors_of(Outer, {"text": "a", member: 1}) == {pointer: FieldCode.UNKNOWN_MEMBER}


def test_errors_are_found_at_any_depth_and_all_at_once() -> None:
    document = {"inner": {"x": 1}, "many": [{"flag": True}, {"flag": 1, "y": 1}]}
    assert errors_of(Outer, document) == {
        "/text": FieldCode.REQUIRED,
        "/inner/flag": FieldCode.REQUIRED,
        "/inner/x": FieldCode.UNKNOWN_MEMBER,
        "/many/1/flag": FieldCode.WRONG_TYPE,
        "/many/1/y": FieldCode.UNKNOWN_MEMBER,
    }


def test_no_text_is_longer_than_1024_signs() -> None:
    assert parse_body(Outer, {"text": "ü" * 1024}).text == "ü" * 1024
    assert errors_of(Outer, {"text": "ü" * 1025}) == {"/text": FieldCode.TOO_LONG}


def test_an_error_never_quotes_what_was_sent() -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_body(Outer, {"text": ["geheim"], "inner": "geheim"})
    assert "geheim" not in str(refused.value)
    assert refused.value.__suppress_context__


def test_rules_are_those_that_make_bodies() -> None:
    assert rule(str.strip).func is str.strip
    voluntary = optional_rule(str.upper).func
    assert [voluntary(value) for value in (None, "", " ", "a")] == [None, None, None, "A"]  # type: ignore[call-arg]  # pydantic types it with the info that it does not take
