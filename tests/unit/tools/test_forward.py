"""Requests reach the emulator as they came, but for what only a proxy may say."""

import pytest

from tools.local.forward import Target, request_headers, response_headers

TARGET = Target("http://127.0.0.1:4566", "abc", "live")


@pytest.mark.parametrize(
    "raw", ["/", "/a%2Fb?x=1&x=%C3%A4&y=a+b", "/%zz?%zz", "//x/../y", "/a%0Ab", "/a?b=c%23d&e=http://x/?y"]
)
def test_not_one_byte_of_the_path_changes(raw: str) -> None:
    assert str(TARGET.url(raw)) == f"http://127.0.0.1:4566/_aws/execute-api/abc/live{raw}"


def test_the_client_cannot_claim_another_address() -> None:
    claimed = [("X-Forwarded-For", "1.2.3.4"), ("x-forwarded-for", "5.6.7.8"), ("Forwarded", "for=1.2.3.4")]
    passed = request_headers([*claimed, ("X-Real-IP", "1.2.3.4"), ("X-Forwarded-Proto", "https")], "127.0.0.1")
    assert list(passed.items()) == [("X-Forwarded-For", "127.0.0.1")]


def test_other_request_headers_are_passed_on() -> None:
    headers = [("Host", "localhost:8080"), ("Cookie", "a=1"), ("Cookie", "b=2"), ("Authorization", "Bearer x")]
    assert list(request_headers(headers, "::1").items())[:-1] == headers


def test_headers_of_one_connection_end_there() -> None:
    headers = [("Connection", "close, X-Own"), ("X-Own", "1"), ("Keep-Alive", "1"), ("TE", "trailers"), ("ETag", "1")]
    assert list(response_headers(headers).items()) == [("ETag", "1")]
    assert list(request_headers(headers, "::1")) == ["ETag", "X-Forwarded-For"]


def test_the_length_of_a_body_is_counted_anew() -> None:
    headers = [("Content-Length", "4"), ("Transfer-Encoding", "chunked"), ("Expect", "100-continue")]
    assert list(request_headers(headers, "::1")) == ["X-Forwarded-For"]


def test_every_cookie_of_an_answer_keeps_its_line() -> None:
    headers = [("Set-Cookie", "a=1"), ("Content-Encoding", "gzip"), ("Set-Cookie", "b=2")]
    assert list(response_headers(headers).items()) == headers
