"""What becomes of an event."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.device import Device
from portal.http.request import (
    MAX_BODY_BYTES,
    BadRequest,
    BodyTooLarge,
    UnsupportedMediaType,
    parse_json,
    preferred_language,
)
from tests.unit.http.events import a_request

MALFORMED = {
    "empty": b"",
    "blank": b" \n",
    "word": b"hello",
    "open": b'{"a": 1',
    "trailing comma": b'{"a": 1,}',
    "trailing text": b"{} {}",
    "single quotes": b"{'a': 1}",
    "comment": b"{} // yes",
    "duplicate": b'{"a": 1, "a": 1}',
    "duplicate deep": b'[{"b": {"a": 1, "a": 2}}]',
    "duplicate by escape": b'{"a": 1, "\\u0061": 2}',
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": Infinity}',
    "-Infinity": b'{"a": -Infinity}',
    "1e400": b'{"a": 1e400}',
    "-1e400": b'{"a": -1e400}',
    "deep array": b"[" * 16_000 + b"]" * 16_000,
    "deep object": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    "17 levels": b"[" * 17 + b"1" + b"]" * 17,
    "lone surrogate": b'{"a": "\\ud800"}',
    "lone surrogate as name": b'{"\\udc00": 1}',
    "swapped surrogates": b'{"a": "\\udc00\\ud800"}',
    "bad UTF-8": b'{"a": "\xff"}',
    "overlong UTF-8": b'{"a": "\xc0\xaf"}',
    "surrogate in UTF-8": b'{"a": "\xed\xa0\x80"}',
    "Latin-1": '{"a": "ü"}'.encode("latin-1"),
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "BOM": b"\xef\xbb\xbf{}",
    "5000 digits": b'{"a": ' + b"9" * 5000 + b"}",
    "leading zero": b'{"a": 01}',
    "control character": b'{"a": "\n"}',
}


@pytest.mark.parametrize("kind", MALFORMED)
def test_malformed_json_of_every_kind_is_a_bad_request(kind: str) -> None:
    with pytest.raises(BadRequest) as refused:
        parse_json(MALFORMED[kind])
    assert refused.value.__cause__ is None
    assert refused.value.args == ()


@pytest.mark.parametrize(
    ("body", "document"),
    [
        (b'{"a": "\\ud83d\\ude00 \xc3\xbc"}', {"a": "😀 ü"}),
        (b'{"a": {"a": [1, 1.5, true, null, ""]}}', {"a": {"a": [1, 1.5, True, None, ""]}}),
        (b" [] ", []),
        (b'"text"', "text"),
        (b'{"a": "%2541 &amp;lt; \\\\u0041"}', {"a": "%2541 &amp;lt; \\u0041"}),
    ],
)
def test_json_is_decoded_exactly_once(body: bytes, document: Any) -> None:
    assert parse_json(body) == document


@given(st.binary(max_size=200))
def test_any_bytes_are_a_document_or_a_bad_request(body: bytes) -> None:
    try:
        document = parse_json(body)
    except BadRequest:
        return
    assert parse_json(json.dumps(document).encode()) == document


def test_sixteen_levels_are_deep_enough() -> None:
    assert parse_json(b"[" * 16 + b"1" + b"]" * 16)


def test_the_address_is_cut_before_anything_sees_it() -> None:
    request = a_request(headers={"X-Forwarded-For": "192.0.2.99", "Forwarded": "for=192.0.2.99"})
    assert request.ip == "203.0.113.0"
    assert "203.0.113.77" not in repr(request)


@pytest.mark.parametrize("identity", [{}, {"sourceIp": None}, {"sourceIp": ""}, {"sourceIp": "test-invoke-source-ip"}])
def test_a_missing_address_is_no_failure(identity: dict[str, Any]) -> None:
    request = a_request(requestContext={"identity": identity})
    assert (request.ip, request.request_id) == ("", "")


def test_what_api_gateway_sends_as_null_is_empty() -> None:
    request = a_request(headers=None, pathParameters=None, body=None, isBase64Encoded=None)
    assert (request.headers, request.path_parameters, request.raw_body) == ({}, {}, None)
    assert (request.language, request.user_agent, request.bearer_token) == ("de", "", None)


def test_names_of_headers_are_found_in_any_case() -> None:
    request = a_request(headers={"CONTENT-TYPE": "application/json", "User-agent": "Browser"}, body='{"a": 1}')
    assert request.json() == {"a": 1}
    assert request.user_agent == "Browser"


def test_control_characters_in_the_name_of_a_device_become_blanks() -> None:
    assert a_request(headers={"User-Agent": "a\r\nb\x1b[31m\u2028c\u202ed"}).user_agent == "a  b [31m c d"


@pytest.mark.parametrize(
    "media_type",
    ["application/json", "application/json; charset=utf-8", "application/json;charset=UTF-8", " Application/JSON "],
)
def test_json_is_read_where_it_is_announced(media_type: str) -> None:
    assert a_request(headers={"Content-Type": media_type}).json() == {}


@pytest.mark.parametrize(
    "media_type",
    [
        None,
        "",
        "text/plain",
        "text/json",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "application/xml; application/json",
        "text/plain, application/json",
    ],
)
def test_what_a_form_of_another_origin_could_send_is_refused(media_type: str | None) -> None:
    headers = {} if media_type is None else {"Content-Type": media_type}
    with pytest.raises(UnsupportedMediaType):
        a_request(headers=headers).json()


def test_a_body_in_base64_is_read_as_what_it_stands_for() -> None:
    body = base64.b64encode('{"a": "ü"}'.encode()).decode()
    assert a_request(body=body, isBase64Encoded=True).json() == {"a": "ü"}


@pytest.mark.parametrize("body", ["e30", "***", "ü", "e30=e30="])
def test_broken_base64_is_a_bad_request(body: str) -> None:
    with pytest.raises(BadRequest):
        a_request(body=body, isBase64Encoded=True).json()


@pytest.mark.parametrize("sign", ["a", "ü"])
@pytest.mark.parametrize("in_base64", [True, False])
def test_a_body_may_have_exactly_32_kib_of_bytes(sign: str, *, in_base64: bool) -> None:
    def body(size: int) -> str:
        text = f'"{sign * ((size - 2) // len(sign.encode()))}"'
        return base64.b64encode(text.encode()).decode() if in_base64 else text

    assert a_request(body=body(MAX_BODY_BYTES), isBase64Encoded=in_base64).json()
    with pytest.raises(BodyTooLarge):
        a_request(body=body(MAX_BODY_BYTES + 2), isBase64Encoded=in_base64).json()


@pytest.mark.parametrize("body", [None, "", "\ud800"])
def test_no_body_or_one_that_is_no_text_is_a_bad_request(body: str | None) -> None:
    with pytest.raises(BadRequest):
        a_request(body=body).json()


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "de"),
        ("de", "de"),
        ("en", "en"),
        ("EN-us", "en"),
        ("fr", "de"),
        ("*", "de"),
        ("de, en", "de"),
        ("en, de", "en"),
        ("en;q=0.5, de;q=0.9", "de"),
        ("de;q=0.5, en;q=0.9", "en"),
        ("fr, en;q=0.1", "en"),
        ("en;q=0", "de"),
        ("en;q=0, de;q=0", "de"),
        ("de-AT,de;q=0.9,en-GB;q=0.8", "de"),
        ("en;q=abc", "de"),
        ("en;q=nan", "de"),
        ("en;q=abc, de;q=0.1", "de"),
        ("en;q=1.1, de;q=0.1", "de"),
        ("en;q=5", "de"),
        ("en;q=-1", "de"),
        ("en;q=1e0", "de"),
        ("en;q=0.0001", "de"),
        ("en;q=٠.٩", "de"),
        ("en;q=", "de"),
        ("de;q=9, en;q=0.2", "en"),
        ("en;Q=0.5, de;q=0.9", "de"),
        ("de;Q=0.5, en", "en"),
        ("de;x=1;q=0.5, en;q=0.6", "en"),
        ("de;q=1.000, en;q=1.", "de"),
        ("english", "de"),
        (" en ; q=0.9 , de ; q=0.8 ", "en"),
        (";;;,,,=,q=", "de"),
        ("x" * 5000 + ",en", "de"),
    ],
)
def test_german_unless_english_is_preferred(header: str, language: str) -> None:
    assert preferred_language(header) == language
    assert a_request(headers={"Accept-Language": header}).language == language


@given(st.text(max_size=60) | st.text("deenq=;,0.19 -*", max_size=60))
def test_any_header_gives_one_of_the_two_languages(header: str) -> None:
    assert preferred_language(header) in {"de", "en"}


@pytest.mark.parametrize(
    ("header", "token"),
    [
        (None, None),
        ("", None),
        ("Bearer", None),
        ("Bearer ", None),
        ("Basic YTpi", None),
        ("Bearerabc", None),
        ("abc", None),
        ("Bearer abc", "abc"),
        ("bearer abc", "abc"),
        ("BEARER  abc ", "abc"),
        ("Bearer abc def", "abc def"),
    ],
)
def test_a_token_is_what_follows_bearer(header: str | None, token: str | None) -> None:
    assert a_request(headers={} if header is None else {"Authorization": header}).bearer_token == token


@pytest.mark.parametrize("token", ["", "d" * 42, "d" * 44, "ü" * 43])
@pytest.mark.parametrize("keeps_cookies", [True, False])
def test_no_other_text_is_taken_for_a_device(token: str, *, keeps_cookies: bool) -> None:
    request = a_request(headers={"Cookie": f"__Host-device={token}", "User-Agent": "Browser"})
    assert request.device(keeps_cookies=keeps_cookies) == Device("203.0.113.0", "Browser", None, keeps_cookies)
    known = a_request(headers={"Cookie": "__Host-device=" + "d" * 43}).device(keeps_cookies=keeps_cookies)
    assert known.token == "d" * 43
