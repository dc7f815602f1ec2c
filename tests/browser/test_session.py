"""A session in the browser: it goes on, it is warned of, it ends, and it is one for all tabs."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Visit
from tests.browser.test_public_pages import MAX_BYTES, SHIFTS
from tests.support.area import end_sessions, enter, fill_login, loaded, sessions_of
from tests.support.browser import Visitor, accessible, keep_picture
from tests.support.people import IBAN, PASSWORD
from tests.support.stack import Portal

DEVICE = {"__Host-device"}
REFRESH = "/api/session/refresh"


def asked(page: Page, route: str) -> list[str]:
    """Return a list that grows with every request to a route."""
    found: list[str] = []
    page.on("request", lambda request: found.append(request.url) if request.url.endswith(route) else None)
    return found


def a_client(portal: Portal, name: str) -> str:
    """Return the address of somebody with a password of their own."""
    email = f"{name}@example.com"
    portal.a_client(email)
    return email


# ------------------------------------------------------------ the end by time


def test_the_end_is_told_in_time_and_one_button_stays(portal: Portal, visitor: Visitor) -> None:
    visitor.page.clock.install()
    page = enter(visitor, a_client(portal, "warned"), "/review")
    page.clock.fast_forward("27:30")
    warning = page.get_by_role("alertdialog")
    expect(warning).to_have_count(0)
    page.clock.fast_forward("00:35")
    expect(warning).to_be_visible()
    expect(page.get_by_role("button", name="Angemeldet bleiben")).to_be_focused()
    expect(warning).to_contain_text(re.compile(r"Verbleibende Zeit: 1:\d\d"))
    assert page.title().startswith("Ihre Anmeldung endet gleich")
    accessible(page)
    keep_picture(page, "session-warning")
    page.keyboard.press("Enter")
    expect(warning).to_have_count(0)
    assert page.title().startswith("Bankverbindung prüfen")
    page.clock.fast_forward("27:00")
    expect(warning).to_have_count(0)
    expect(page.get_by_text("DE89 3704")).to_be_visible()


def test_at_the_end_nothing_is_left_to_see_and_the_login_leads_back(portal: Portal, visitor: Visitor) -> None:
    visitor.page.clock.install()
    email = a_client(portal, "ended")
    page = enter(visitor, email, "/review")
    end_sessions(portal, email)
    page.clock.fast_forward("30:01")
    page.wait_for_url(f"{portal.url}/login#to=review&why=ended")
    expect(page.get_by_role("status")).to_contain_text("Ihre Anmeldung ist zu Ende")
    accessible(page)
    keep_picture(page, "login-ended")
    fill_login(page, email)
    page.wait_for_url(f"{portal.url}/review")
    loaded(page)


def test_what_a_person_does_keeps_the_session_and_nothing_else_does(portal: Portal, visitor: Visitor) -> None:
    visitor.page.clock.install()
    page = enter(visitor, a_client(portal, "busy"))
    renewals = asked(page, REFRESH)
    page.clock.fast_forward("20:00")
    page.clock.run_for(5_000)
    assert renewals == []
    page.keyboard.press("ArrowDown")
    with page.expect_response(re.compile(REFRESH)):
        page.clock.run_for(3_000)
    page.clock.fast_forward("04:00")
    page.keyboard.press("ArrowDown")
    page.clock.run_for(3_000)
    assert len(renewals) == 1
    # Eight minutes past the end that the session had at first.
    page.clock.fast_forward("14:00")
    expect(page.get_by_role("alertdialog")).to_have_count(0)


def test_the_end_in_any_case_is_told_and_the_password_goes_on(portal: Portal, visitor: Visitor) -> None:
    email = a_client(portal, "day")

    def near_its_end(route: Route) -> None:
        answer = route.fetch()
        found = answer.json() | {"session_expires_in": 110, "session_ends_in": 110}
        route.fulfill(response=answer, body=json.dumps(found))

    visitor.page.route(f"**{REFRESH}", near_its_end)
    page = enter(visitor, email)
    warning = page.get_by_role("alertdialog")
    expect(warning).to_have_count(0)
    page.clock.install()
    page.clock.fast_forward("01:00")
    expect(warning).to_contain_text("mit Ihrem Passwort geht es ohne Unterbrechung weiter")
    accessible(page)
    keep_picture(page, "session-warning-last")
    page.get_by_role("button", name="Angemeldet bleiben").click()
    before = {row["pk"] for row in sessions_of(portal, email)}
    give_password(page)
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.clock.fast_forward("02:00")
    expect(warning).to_have_count(0)
    expect(page.get_by_role("heading", name="Übersicht")).to_be_visible()
    assert {row["pk"] for row in sessions_of(portal, email)} != before


# ------------------------------------------------------------ logging out


def test_logging_out_ends_it_here_and_in_all_tabs(portal: Portal, visitor: Visitor) -> None:
    email = a_client(portal, "leaving")
    page = enter(visitor, email, "/review")
    other = visitor.context.new_page()
    other.goto(f"{portal.url}/review.en")
    loaded(other)
    visitor.cookies = DEVICE
    page.get_by_role("button", name="Abmelden").click()
    page.wait_for_url(f"{portal.url}/#logged-out")
    expect(page.get_by_text("Sie sind abgemeldet.")).to_be_visible()
    accessible(page)
    keep_picture(page, "logged-out")
    other.wait_for_url(f"{portal.url}/start.en#logged-out")
    expect(other.get_by_text("You are logged out.")).to_be_visible()
    assert len(sessions_of(portal, email)) == 1  # that of `a_client`
    for each in (page, other):
        each.go_back()
        each.wait_for_load_state("networkidle")
        assert IBAN[-6:] not in each.content().replace(" ", "")


def test_the_client_area_works_below_a_stage_path(portal: Portal, visitor: Visitor) -> None:
    stage = f"{portal.endpoint}/_aws/execute-api/{portal.outputs['RestApiId']}/{portal.outputs['StageName']}"
    email = a_client(portal, "stage")
    visitor.cookies = DEVICE
    page = visitor.page
    page.goto(f"{stage}/profile.en")
    page.wait_for_url(re.compile(f"^{re.escape(stage)}/login.en#"))
    fill_login(page, email, language="en")
    page.wait_for_url(f"{stage}/profile.en")
    loaded(page)
    page.get_by_role("link", name="Overview").first.click()
    page.wait_for_url(f"{stage}/account.en")
    loaded(page)
    expect(page.get_by_text(email)).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url(f"{stage}/start.en#logged-out")


def test_logging_out_that_failed_is_not_called_done(portal: Portal, visitor: Visitor) -> None:
    page = enter(visitor, a_client(portal, "stuck"))
    visitor.context.set_offline(True)
    page.get_by_role("button", name="Abmelden").click()
    expect(
        page.get_by_role("alertdialog", name="Die Abmeldung hat nicht geklappt: Sie sind noch angemeldet")
    ).to_be_visible()
    accessible(page)
    keep_picture(page, "logout-problem")
    visitor.context.set_offline(False)
    visitor.cookies = DEVICE
    page.get_by_role("button", name="Erneut versuchen").click()
    page.wait_for_url(re.compile("#logged-out"))
    visitor.expected = ("ERR_INTERNET_DISCONNECTED",)


def test_the_start_page_says_nothing_of_it_to_others(visitor: Visitor) -> None:
    expect(visitor.open("/").get_by_text("Sie sind abgemeldet.")).to_be_hidden()


# ------------------------------------------------------------ tabs


def test_one_refresh_at_a_time_and_all_tabs_go_on(portal: Portal, visitor: Visitor) -> None:
    email = a_client(portal, "tabs")
    page = enter(visitor, email)
    tabs = [page, *(visitor.context.new_page() for _ in range(3))]
    for tab in tabs:
        tab.goto(f"{portal.url}/review", wait_until="commit")
    for tab in tabs:
        loaded(tab)
    assert len(sessions_of(portal, email)) == 2  # this one, and that of `a_client`


def test_somebody_else_who_logs_in_in_another_tab_sees_nothing_of_the_first(portal: Portal, visitor: Visitor) -> None:
    first = a_client(portal, "first")
    second = "second@example.com"
    portal.a_client(second, bank_details={"iban": "DE02120300000000202051"})
    page = enter(visitor, first, "/review")
    expect(page.get_by_text("DE89 3704")).to_be_visible()
    other = visitor.context.new_page()
    other.goto(f"{portal.url}/start")
    answer = other.evaluate(
        """async body => (await fetch("api/login", {method: "POST", body: JSON.stringify(body),
            headers: {"Content-Type": "application/json"}})).status""",
        {"email": second, "password": PASSWORD},
    )
    assert answer == 200
    other.goto(f"{portal.url}/account")
    loaded(other)
    expect(page.get_by_text("DE02 1203 0000 0000 2020 51")).to_be_visible()
    expect(page.get_by_text("DE89 3704")).to_have_count(0)


def test_a_token_that_the_server_no_longer_takes_leads_to_the_login(portal: Portal, visitor: Visitor) -> None:
    email = a_client(portal, "elsewhere")
    page = enter(visitor, email, "/review")
    end_sessions(portal, email)
    page.get_by_role("button", name="Bankverbindung bestätigen").click()
    page.wait_for_url(f"{portal.url}/login#to=review&why=ended")


LEFT, BACK = "new PageTransitionEvent('pagehide')", "new PageTransitionEvent('pageshow', {persisted: true})"


def test_a_page_that_the_browser_kept_shows_nothing_before_the_session_is_known_to_go_on(
    portal: Portal, visitor: Visitor
) -> None:
    email = a_client(portal, "kept")
    page = enter(visitor, email, "/review")
    # The browser of the tests keeps no pages; these are the events by which others tell of it.
    page.evaluate(f"dispatchEvent({LEFT})")
    expect(page.get_by_text("DE89 3704")).to_be_hidden()
    page.evaluate(f"dispatchEvent({BACK})")
    expect(page.get_by_text("DE89 3704")).to_be_visible()
    page.evaluate(f"dispatchEvent({LEFT})")
    end_sessions(portal, email)
    page.evaluate(f"dispatchEvent({BACK})")
    page.wait_for_url(re.compile("/login#to=review"))


# ------------------------------------------------------------ the password once more


def age(portal: Portal, email: str) -> None:
    """Let the password have been given too long ago."""
    for row in sessions_of(portal, email):
        portal.dynamodb.update_item(
            TableName=portal.outputs["SessionsTable"],
            Key={"pk": {"S": row["pk"]}},
            UpdateExpression="SET auth_time = auth_time - :hour",
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeValues={":hour": {"N": "3600"}},
        )


def give_password(page: Page, password: str = PASSWORD) -> None:
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Passwort", exact=True).fill(password)
    dialog.get_by_role("button", name="Weiter").click()


def test_the_password_is_asked_for_once_more_where_it_was_given_long_ago(portal: Portal, visitor: Visitor) -> None:
    email = a_client(portal, "recent")
    page = enter(visitor, email)
    age(portal, email)
    visitor.open("/review")
    dialog = page.get_by_role("dialog", name="Bitte geben Sie Ihr Passwort noch einmal ein")
    expect(dialog.get_by_label("Passwort", exact=True)).to_be_focused()
    accessible(page)
    keep_picture(page, "step-up")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_have_text("Bitte geben Sie Ihr Passwort ein.")
    give_password(page, "falsch")
    expect(dialog.get_by_role("alert")).to_contain_text("stimmt nicht")
    expect(dialog.get_by_label("Passwort", exact=True)).to_be_focused()
    accessible(page)
    keep_picture(page, "step-up-wrong")
    give_password(page)
    expect(dialog).to_have_count(0)
    loaded(page)
    expect(page.get_by_text("DE89 3704")).to_be_visible()


def test_who_turns_back_is_told_and_can_try_again(portal: Portal, visitor: Visitor) -> None:
    email = a_client(portal, "turned")
    page = enter(visitor, email)
    age(portal, email)
    visitor.open("/review")
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    told = page.get_by_role("group", name="Ihre Daten konnten nicht geladen werden")
    expect(told).to_be_focused()
    expect(told).to_contain_text("Ohne Ihr Passwort")
    accessible(page)
    page.get_by_role("button", name="Erneut versuchen").click()
    give_password(page)
    loaded(page)


# ------------------------------------------------------------ device and speed


def test_nothing_is_stored_and_scripts_see_no_cookie(portal: Portal, visitor: Visitor) -> None:
    page = enter(visitor, a_client(portal, "stored"), "/review")
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    for cookie in visitor.context.cookies():
        assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"], cookie["path"]) == (True, True, "Strict", "/")


@pytest.mark.parametrize("width", [320, 1280])
def test_a_page_is_small_and_nothing_moves_while_it_is_loaded(portal: Portal, visit: Visit, width: int) -> None:
    email = f"still.{width}@example.com"
    portal.a_client(email)
    with visit(viewport={"width": width, "height": 640}) as visitor:
        sizes: list[int] = []
        page = enter(visitor, email)
        page.on("response", lambda answer: sizes.append(len(answer.body()) + sum(map(len, answer.headers.values()))))
        visitor.open("/review")
        loaded(page)
        page.wait_for_load_state("networkidle")
        assert page.evaluate(SHIFTS) == 0
        assert 10_000 < sum(sizes) < MAX_BYTES
        print(f"review: {sum(sizes)} bytes in {len(sizes)} answers")  # noqa: T201 - the measurement
        page.goto("about:blank")
        visitor.context.clear_cookies()
        visitor.cookies = set()
        visitor.open("/login#to=review&why=ended")
        page.get_by_label("E-Mail-Adresse").wait_for()
        assert page.evaluate(SHIFTS) == 0


def test_a_page_says_that_it_is_loading_and_shows_nothing_half(portal: Portal, visitor: Visitor) -> None:
    page = enter(visitor, a_client(portal, "loading"))
    held: list[Any] = []
    page.route("**/api/profile/bank-details", lambda route: held.extend([route]))
    visitor.open("/review")
    expect(page.get_by_role("main")).to_have_attribute("aria-busy", "true")
    expect(page.get_by_role("status")).to_have_text("Ihre Daten werden geladen …")
    expect(page.get_by_role("button", name="Bankverbindung bestätigen")).to_be_hidden()
    accessible(page)
    keep_picture(page, "review-loading")
    while not held:
        page.wait_for_timeout(50)
    held[0].continue_()
    loaded(page)
