"""Refresh, logout, reauthentication, and the list of sessions."""

from typing import Any

import pytest

from tests.support.people import PASSWORD
from tests.support.world import Answer, World, faults

REFRESH = "/api/session/refresh"


def refresh(world: World, token: str | None) -> Answer:
    return world.request("POST", REFRESH, {"refresh_token": token} if token else {})


def by_cookie(world: World, path: str, token: str) -> Answer:
    return world.request("POST", path, {}, headers={"Cookie": f"other=1; __Host-refresh={token}"})


def log_in(world: World, **more: Any) -> Any:
    answer = world.log_in(PASSWORD, delivery="body", **more)
    assert answer.status == 200
    return answer.json


def profile(world: World, token: str) -> int:
    return world.request("GET", "/api/profile", token=token).status


@pytest.fixture
def client(world: World) -> Any:
    """A login of a client with a password of their own."""
    world.a_client()
    return log_in(world)


def test_a_refresh_gives_a_successor_the_way_the_old_token_came(world: World, client: Any) -> None:
    first = refresh(world, client["refresh_token"])
    assert first.status == 200
    assert first.cookies == []
    assert profile(world, first.json["access_token"]) == 200
    second = by_cookie(world, REFRESH, first.json["refresh_token"])
    assert second.status == 200
    assert "refresh_token" not in second.json
    (cookie,) = second.cookies
    assert cookie.startswith("__Host-refresh=")
    assert cookie.endswith("; HttpOnly; Secure; SameSite=Strict; Path=/")


def test_an_answer_says_when_the_session_ends_with_and_without_a_refresh(world: World, client: Any) -> None:
    assert (client["session_expires_in"], client["session_ends_in"]) == (1800, 43200)
    world.clock.advance(1000)
    later = refresh(world, client["refresh_token"]).json
    assert (later["session_expires_in"], later["session_ends_in"]) == (1800, 42200)
    for _ in range(41):
        world.clock.advance(1000)
        later = refresh(world, later["refresh_token"]).json
    assert (later["session_expires_in"], later["session_ends_in"]) == (1200, 1200)


def test_a_page_left_during_a_refresh_gets_the_same_successor_for_ten_seconds(world: World, client: Any) -> None:
    lost = refresh(world, client["refresh_token"]).json
    world.clock.advance(10)
    again = refresh(world, client["refresh_token"]).json
    assert again["refresh_token"] == lost["refresh_token"]
    assert profile(world, again["access_token"]) == 200


def test_three_tabs_at_once_stay_logged_in(world: World, client: Any) -> None:
    answers = [refresh(world, client["refresh_token"]).json for _ in range(3)]
    assert len({answer["refresh_token"] for answer in answers}) == 1
    assert refresh(world, answers[0]["refresh_token"]).status == 200


def test_two_refreshes_that_meet_give_the_same_successor(world: World, client: Any) -> None:
    met: list[Answer] = []

    def other_tab(_service: str, operation: str, _parameters: Any) -> None:
        if operation == "transact_write_items" and not met:
            met.append(Answer(0, {}, [], ""))
            met[0] = refresh(world, client["refresh_token"])

    with faults(world, before=other_tab):
        mine = refresh(world, client["refresh_token"])
    assert mine.status == met[0].status == 200
    assert mine.json["refresh_token"] == met[0].json["refresh_token"]


def test_a_refresh_that_others_overtook_twice_undoes_nothing(world: World, client: Any) -> None:
    newer: list[str] = []

    def other_tab(_service: str, operation: str, _parameters: Any) -> None:
        if operation == "transact_write_items" and not newer:
            newer.append(client["refresh_token"])
            for _ in range(2):
                newer.append(refresh(world, newer[-1]).json["refresh_token"])

    with faults(world, before=other_tab):
        assert refresh(world, client["refresh_token"]).status == 401
    assert refresh(world, newer[-1]).status == 401


def test_an_older_token_ends_its_session_and_no_other(world: World, client: Any) -> None:
    elsewhere = log_in(world)
    second = refresh(world, client["refresh_token"]).json
    newest = refresh(world, second["refresh_token"]).json
    assert refresh(world, client["refresh_token"]).json["code"] == "session_ended"
    assert refresh(world, newest["refresh_token"]).status == 401
    assert profile(world, newest["access_token"]) == 401
    assert profile(world, elsewhere["access_token"]) == 200
    assert refresh(world, elsewhere["refresh_token"]).status == 200


def test_the_token_just_replaced_ends_its_session_after_the_grace(world: World, client: Any) -> None:
    newest = refresh(world, client["refresh_token"]).json
    world.clock.advance(11)
    assert refresh(world, client["refresh_token"]).status == 401
    assert profile(world, newest["access_token"]) == 401


@pytest.mark.parametrize("token", [None, "x", "unknown.secret", ".", "a.", ".b", "ä.b", "a." + "b" * 300])
def test_what_is_no_token_of_a_session_is_refused(world: World, client: Any, token: str | None) -> None:
    answer = refresh(world, token)
    assert (answer.status, answer.json["code"]) == (401, "session_ended")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert profile(world, client["access_token"]) == 200


def test_a_guess_at_a_session_ends_that_session(world: World, client: Any) -> None:
    session_id = client["refresh_token"].partition(".")[0]
    assert refresh(world, f"{session_id}.guess").status == 401
    assert profile(world, client["access_token"]) == 401


def test_a_session_ends_when_it_was_idle(world: World, client: Any) -> None:
    world.clock.advance(1799)
    client = refresh(world, client["refresh_token"]).json
    world.clock.advance(1800)
    assert refresh(world, client["refresh_token"]).status == 401


def test_no_refresh_prolongs_a_session_beyond_its_absolute_end(world: World, client: Any) -> None:
    for _ in range(24):
        world.clock.advance(1790)
        client = refresh(world, client["refresh_token"]).json
    world.clock.advance(240)
    assert refresh(world, client["refresh_token"]).status == 401


def test_a_session_of_a_blocked_account_is_not_refreshed(world: World, client: Any) -> None:
    for item in world.items("AccountsTable"):
        world.dynamodb.update_item(
            TableName="AccountsTable",
            Key={"pk": {"S": item["pk"]}},
            UpdateExpression="SET blocked = :yes",
            ExpressionAttributeValues={":yes": {"BOOL": True}},
        )
    assert refresh(world, client["refresh_token"]).json["code"] == "session_ended"


def test_the_grace_ends_with_the_account_too(world: World, client: Any) -> None:
    refresh(world, client["refresh_token"])
    other = log_in(world)
    world.request("DELETE", "/api/sessions", token=other["access_token"])
    assert refresh(world, client["refresh_token"]).status == 401


def test_a_limited_session_has_no_refresh(world: World) -> None:
    answer = world.log_in(world.a_client_with_initial_password(), delivery="body")
    assert "refresh_token" not in answer.json
    assert answer.cookies == []


def test_logout_ends_the_session_and_clears_the_cookie(world: World, client: Any) -> None:
    answer = by_cookie(world, "/api/logout", client["refresh_token"])
    assert answer.status == 204
    assert answer.cookies == ["__Host-refresh=; Max-Age=0; HttpOnly; Secure; SameSite=Strict; Path=/"]
    assert profile(world, client["access_token"]) == 401
    assert refresh(world, client["refresh_token"]).status == 401


def test_logout_with_the_token_just_replaced_ends_the_session_too(world: World, client: Any) -> None:
    newest = refresh(world, client["refresh_token"]).json
    assert by_cookie(world, "/api/logout", client["refresh_token"]).status == 204
    assert refresh(world, newest["refresh_token"]).status == 401


@pytest.mark.parametrize("seconds", [0, 601])
def test_logout_by_an_access_token_works_even_past_its_time(world: World, client: Any, seconds: int) -> None:
    world.clock.advance(seconds)
    assert world.request("POST", "/api/logout", {}, token=client["access_token"]).status == 204
    assert refresh(world, client["refresh_token"]).status == 401


def test_a_limited_token_logs_out(world: World) -> None:
    token = world.log_in(world.a_client_with_initial_password()).json["access_token"]
    assert world.request("POST", "/api/logout", {}, token=token).status == 204
    assert world.sessions() == []


def test_logout_is_always_204_and_ends_nobody_elses_session(world: World, client: Any) -> None:
    session_id = client["refresh_token"].partition(".")[0]
    for token in ("nonsense", f"{session_id}.guess"):
        assert by_cookie(world, "/api/logout", token).status == 204
    assert world.request("POST", "/api/logout", {}, token="eyJ.x.y").status == 204
    assert profile(world, client["access_token"]) == 200


def test_logout_tells_when_it_could_not_end_the_session(world: World, client: Any) -> None:
    def down(_service: str, operation: str, _parameters: Any) -> None:
        if operation == "transact_write_items":
            from botocore.exceptions import ConnectTimeoutError

            raise ConnectTimeoutError(endpoint_url="")

    with faults(world, before=down):
        assert by_cookie(world, "/api/logout", client["refresh_token"]).status == 503
    assert profile(world, client["access_token"]) == 200


def test_sessions_are_listed_newest_first_with_what_tells_them_apart(world: World, client: Any) -> None:
    world.clock.advance(5)
    newer = world.request(
        "POST",
        "/api/login",
        {"email": "erika.muster@example.com", "password": PASSWORD},
        headers={"User-Agent": "Tablet\x00"},
        ip="198.51.100.9",
    ).json
    sessions = world.request("GET", "/api/sessions", token=newer["access_token"]).json["sessions"]
    assert [session["current"] for session in sessions] == [True, False, False]
    assert sessions[0].keys() == {"id", "created_at", "last_used_at", "user_agent", "device", "ip", "current"}
    assert (sessions[0]["user_agent"], sessions[0]["ip"]) == ("Tablet ", "198.51.100.0")
    assert sessions[0]["created_at"].endswith("Z")
    assert client["refresh_token"].partition(".")[0] in {session["id"] for session in sessions}


def test_a_client_ends_one_session(world: World, client: Any) -> None:
    other = log_in(world)
    session_id = other["refresh_token"].partition(".")[0]
    path = f"/api/sessions/{session_id}"
    assert world.request("DELETE", path, token=client["access_token"]).status == 204
    assert profile(world, other["access_token"]) == 401
    assert world.request("DELETE", path, token=client["access_token"]).status == 404
    listed = world.request("GET", "/api/sessions", token=client["access_token"]).json["sessions"]
    assert session_id not in {session["id"] for session in listed}


def test_nobody_ends_the_session_of_another_account(world: World, client: Any) -> None:
    theirs = world.a_client(email="max.beispiel@example.org")
    session_id = client["refresh_token"].partition(".")[0]
    assert world.request("DELETE", f"/api/sessions/{session_id}", token=theirs).status == 404
    assert profile(world, client["access_token"]) == 200


@pytest.mark.parametrize("session_id", ["x", "a" * 65, "a" * 3000, "%00", "attempt#x"])
def test_what_is_no_session_is_not_found(world: World, client: Any, session_id: str) -> None:
    answer = world.request("DELETE", f"/api/sessions/{session_id}", token=client["access_token"])
    assert (answer.status, answer.json["code"]) == (404, "not_found")


def test_a_client_ends_all_other_sessions(world: World, client: Any) -> None:
    other = log_in(world)
    assert world.request("DELETE", "/api/sessions", token=client["access_token"]).status == 204
    assert profile(world, client["access_token"]) == 200
    assert refresh(world, client["refresh_token"]).status == 200
    assert profile(world, other["access_token"]) == 401
    assert refresh(world, other["refresh_token"]).status == 401
    assert world.log_in(PASSWORD).status == 200


def test_a_refresh_in_the_moment_in_which_the_others_end_goes_on(world: World, client: Any) -> None:
    met: list[int] = []

    def other_tab(_service: str, operation: str, _parameters: Any) -> None:
        if operation == "transact_write_items" and not met:
            met.append(0)
            met[0] = world.request("DELETE", "/api/sessions", token=client["access_token"]).status

    with faults(world, before=other_tab):
        answer = refresh(world, client["refresh_token"])
    assert met == [204]
    assert answer.status == 200
    assert profile(world, answer.json["access_token"]) == 200


def test_reauthentication_goes_on_in_a_fresh_session(world: World, client: Any) -> None:
    world.clock.advance(590)
    body = {"password": PASSWORD, "delivery": "body"}
    answer = world.request("POST", "/api/reauthentication", body, token=client["access_token"])
    assert answer.status == 200
    world.clock.advance(20)
    assert world.request("GET", "/api/profile/bank-details", token=answer.json["access_token"]).status == 200
    assert profile(world, client["access_token"]) == 401
    assert refresh(world, client["refresh_token"]).status == 401
    assert refresh(world, answer.json["refresh_token"]).status == 200


def test_reauthentication_with_a_wrong_password_changes_nothing(world: World, client: Any) -> None:
    answer = world.request("POST", "/api/reauthentication", {"password": "falsch"}, token=client["access_token"])
    assert (answer.status, answer.json["code"]) == (401, "invalid_credentials")
    assert profile(world, client["access_token"]) == 200


@pytest.mark.parametrize("operation", ["get_item", "transact_write_items"])
@pytest.mark.parametrize("act", ["block", "end_sessions"])
def test_reauthentication_loses_against_operators_in_the_same_moment(
    world: World, client: Any, operation: str, act: str
) -> None:
    met: list[bool] = []

    def operator(_service: str, called: str, _parameters: Any) -> None:
        if called == operation and not met:
            met.append(False)
            met[0] = world.ops(action=act, email="erika.muster@example.com")["ok"]

    with faults(world, before=operator):
        answer = world.request("POST", "/api/reauthentication", {"password": PASSWORD}, token=client["access_token"])
    assert met == [True]
    assert answer.status == 401
    begun = [item for item in world.sessions() if item["auth_time"] == world.clock.now and item["scope"] == "portal"]
    assert len(begun) == 2


def test_no_table_holds_a_refresh_token(world: World, client: Any) -> None:
    newest = refresh(world, client["refresh_token"]).json
    stored = str(world.items("SessionsTable"))
    for token in (client["refresh_token"], newest["refresh_token"]):
        assert token.partition(".")[2] not in stored
