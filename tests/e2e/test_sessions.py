"""Sessions over HTTP, refreshed by cookie as a browser does it."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.support.people import PASSWORD
from tests.support.stack import Portal, shared_stack

EMAIL = "sessions@example.com"
REFRESH = "/api/session/refresh"


@pytest.fixture(scope="module")
def client(portal: Portal) -> str:
    """The address of a client whose password is ``PASSWORD``."""
    portal.a_client(EMAIL)
    return EMAIL


def log_in(portal: Portal, email: str) -> tuple[str, str]:
    """Log in as a browser; return access token and refresh cookie."""
    answer = portal.request("POST", "/api/login", {"email": email, "password": PASSWORD})
    return answer.json()["access_token"], cookie_of(answer)


def cookie_of(answer: requests.Response) -> str:
    """Return the refresh cookie that an answer sets, checked for its attributes."""
    # A login sets the cookie of the device beside it.
    cookie = answer.headers["Set-Cookie"].partition(", __Host-device=")[0]
    found = re.fullmatch(r"__Host-refresh=([\w.-]+); HttpOnly; Secure; SameSite=Strict; Path=/", cookie)
    assert found
    return found[1]


def refresh(portal: Portal, cookie: str) -> requests.Response:
    # By hand: the library keeps secure cookies from plain HTTP, also on localhost, where browsers send them.
    return portal.request("POST", REFRESH, {}, headers={"Cookie": f"__Host-refresh={cookie}"})


def is_in(portal: Portal, access_token: str) -> bool:
    return portal.request("GET", "/api/profile", token=access_token).status_code == 200


def test_a_page_left_during_a_refresh_stays_logged_in(portal: Portal, client: str) -> None:
    _, cookie = log_in(portal, client)
    lost, again = refresh(portal, cookie), refresh(portal, cookie)
    assert lost.status_code == again.status_code == 200
    assert cookie_of(again) == cookie_of(lost)
    assert is_in(portal, again.json()["access_token"])
    assert refresh(portal, cookie_of(again)).status_code == 200


def test_three_tabs_at_once_stay_logged_in(portal: Portal, client: str) -> None:
    with ThreadPoolExecutor(3) as tabs:
        # Logins first, so that three processes of the function run: their start must not cost the grace of ten seconds.
        (_, cookie), *_ = tabs.map(lambda _: log_in(Portal(shared_stack()), client), range(3))
        answers = list(tabs.map(lambda _: refresh(Portal(shared_stack()), cookie), range(3)))
    assert [answer.status_code for answer in answers] == [200] * 3
    assert len({cookie_of(answer) for answer in answers}) == 1
    assert all(is_in(portal, answer.json()["access_token"]) for answer in answers)
    assert refresh(portal, cookie_of(answers[0])).status_code == 200


def test_a_stolen_older_token_ends_its_session_only(portal: Portal, client: str) -> None:
    elsewhere, _ = log_in(portal, client)
    _, stolen = log_in(portal, client)
    newest = refresh(portal, cookie_of(refresh(portal, stolen)))
    assert newest.status_code == 200
    theft = refresh(portal, stolen)
    assert (theft.status_code, theft.json()["code"]) == (401, "session_ended")
    assert refresh(portal, cookie_of(newest)).status_code == 401
    assert not is_in(portal, newest.json()["access_token"])
    assert is_in(portal, elsewhere)


def test_sessions_are_listed_and_ended(portal: Portal, client: str) -> None:
    mine, cookie = log_in(portal, client)
    other, other_cookie = log_in(portal, client)
    path = f"/api/sessions/{other_cookie.partition('.')[0]}"

    def listed() -> set[Any]:
        return {entry["id"] for entry in portal.request("GET", "/api/sessions", token=mine).json()["sessions"]}

    assert {cookie.partition(".")[0], path.rpartition("/")[2]} <= listed()
    assert portal.request("DELETE", path, token=mine).status_code == 204
    assert not is_in(portal, other)
    answer = portal.request("DELETE", path, token=mine)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert portal.request("DELETE", "/api/sessions", token=mine).status_code == 204
    assert listed() == {cookie.partition(".")[0]}
    gone = portal.request("POST", "/api/logout", {}, headers={"Cookie": f"__Host-refresh={cookie}"})
    assert (gone.status_code, gone.headers["Set-Cookie"].partition(";")[0]) == (204, "__Host-refresh=")
    assert not is_in(portal, mine)
