"""Answers and cookies."""

import json

import pytest

from portal.http.cookies import refresh_cookie
from portal.http.response import Response, json_response, no_content

ANSWERS = {
    "json": json_response(200, {"a": 1}),
    "nothing": no_content(),
    "page": Response(200, "<p>", "text/html; charset=utf-8", is_page=True),
    "error": json_response(500, {}),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_every_answer_carries_the_headers_of_safety(kind: str) -> None:
    headers = ANSWERS[kind].to_gateway()["headers"]
    max_age, _, rest = headers["Strict-Transport-Security"].partition(";")
    assert int(max_age.removeprefix("max-age=")) >= 31_536_000
    assert rest.strip() == "includeSubDomains"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    policy = headers["Content-Security-Policy"]
    assert {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"} <= set(policy.split("; "))
    assert "unsafe" not in policy
    assert "*" not in policy


def test_answers_of_the_api_are_never_kept_and_never_act_as_a_page() -> None:
    headers = ANSWERS["json"].to_gateway()["headers"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Security-Policy"].endswith("; sandbox")
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert "Access-Control-Allow-Origin" not in headers


def test_pages_are_asked_for_again_and_run_scripts_of_their_own_origin_only() -> None:
    headers = ANSWERS["page"].to_gateway()["headers"]
    assert headers["Cache-Control"] == "no-cache"
    assert "require-trusted-types-for 'script'" in headers["Content-Security-Policy"].split("; ")
    assert "script-src 'self'" in headers["Content-Security-Policy"].split("; ")
    assert "sandbox" not in headers["Content-Security-Policy"]


def test_json_is_written_as_utf8_text() -> None:
    answer = json_response(201, {"name": "Müller 😀", "none": None}).to_gateway()
    assert answer["statusCode"] == 201
    assert "Müller 😀" in answer["body"]
    assert json.loads(answer["body"]) == {"name": "Müller 😀", "none": None}


def test_an_answer_without_a_body_names_no_type() -> None:
    answer = no_content().to_gateway()
    assert (answer["statusCode"], answer["body"]) == (204, "")
    assert "Content-Type" not in answer["headers"]
    assert "multiValueHeaders" not in answer


def test_each_cookie_is_a_header_of_its_own() -> None:
    answer = json_response(200, {}, cookies=("a=1", "b=2")).to_gateway()
    assert answer["multiValueHeaders"] == {"Set-Cookie": ["a=1", "b=2"]}


def test_the_refresh_cookie_is_for_this_host_and_no_script_and_ends_with_the_browser() -> None:
    name_and_value, *attributes = refresh_cookie("session.secret").split("; ")
    assert name_and_value == "__Host-refresh=session.secret"
    assert sorted(attributes) == ["HttpOnly", "Path=/", "SameSite=Strict", "Secure"]
