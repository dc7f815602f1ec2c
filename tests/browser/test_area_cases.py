"""The cases of clients: figures, recoveries and the list, in the browser."""

import json
import re

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import Visit
from tests.support.area import enter, loaded
from tests.support.browser import Visitor, accessible, keep_picture, refuse
from tests.support.case_list import LIST, WORDS, found, look_for, references
from tests.support.portfolio import CASE, FIRST, NUMBER, SECOND, put_portfolio
from tests.support.stack import Portal


def refuse_cursor(route: Route) -> None:
    """Answer as when the place in a list is no longer known."""
    problem = {"type": "about:blank", "title": "Ungültig.", "status": 422, "code": "validation_failed"}
    route.fulfill(status=422, body=json.dumps(problem), headers={"Content-Type": "application/problem+json"})


@pytest.fixture(scope="module")
def client(portal: Portal) -> str:
    return put_portfolio(portal)


@pytest.mark.parametrize("language", WORDS)
def test_a_client_walks_from_the_overview_to_a_case_and_back(visitor: Visitor, client: str, language: str) -> None:
    words = WORDS[language]
    page = enter(visitor, client, f"/account.{language}", language=language)
    page.get_by_role("navigation").get_by_role("link", name=words["nav"], exact=True).click()
    page.wait_for_url(re.compile(rf"/cases\.{language}$"))
    loaded(page)
    expect(page.get_by_text(words["sum"]).first).to_be_visible()
    expect(found(page)).to_have_text(words["first"])
    accessible(page)
    keep_picture(page, f"cases-walk-{language}")
    page.get_by_role("button", name=words["more"]).click()
    expect(found(page)).to_have_text(words["fifty"])
    page.get_by_role("button", name=words["court"]).click()
    expect(found(page)).to_have_text(words["of_court"])
    expect(page.get_by_role("button", name=words["court"])).to_have_attribute("aria-pressed", "true")
    page.locator("#status").select_option("")
    look_for(page, "celik", language)
    expect(found(page)).to_have_text(words["one"])
    page.get_by_role("link", name="RE-00060").click()
    page.wait_for_url(re.compile(rf"/case\.{language}#client={FIRST}&case={CASE}$"))
    loaded(page)
    for told in (words["debtor"], words["abroad"], "Jeanne Exemple", "Gutschrift", "Akte geschlossen"):
        expect(page.get_by_text(told, exact=True)).to_be_visible()
    accessible(page)
    page.get_by_role("button", name=words["calculate"]).click()
    expect(page.get_by_role("heading", name=re.compile(words["interest"]))).to_be_focused()
    accessible(page)
    keep_picture(page, f"case-interest-{language}")
    page.get_by_role("link", name=words["back"]).click()
    page.wait_for_url(re.compile(rf"/cases\.{language}$"))
    loaded(page)
    expect(found(page)).to_have_text(words["one"])


# ------------------------------------------------------------ figures


def test_recoveries_are_drawn_for_the_width_that_there_is_and_stand_in_a_table(visitor: Visitor, client: str) -> None:
    page = enter(visitor, client, "/cases")
    chart = page.get_by_role("img", name="Zahlungseingänge der letzten 24 Monate")
    expect(chart).to_have_accessible_description(re.compile(r"Zusammen 9\.000,00"))
    columns = page.locator(".chart .column")
    expect(columns).to_have_count(24)
    assert columns.nth(22).evaluate("column => column.getBBox().height") > 100
    sizes = set()
    for width in (1280, 640, 320):
        page.set_viewport_size({"width": width, "height": 800})
        room = int(page.locator("#chart").evaluate("place => place.clientWidth"))
        expect(chart).to_have_attribute("width", str(room))
        expect(columns).to_have_count(24)
        sizes.add(page.locator(".chart .scale").first.evaluate("text => text.getBoundingClientRect().height"))
    assert len(sizes) == 1
    page.get_by_text("Zahlungseingänge als Tabelle").click()
    rows = page.locator("#months tr")
    expect(rows).to_have_count(24)
    expect(rows.nth(1)).to_contain_text("9.000,00")
    accessible(page)
    keep_picture(page, "cases-table-de-320")


def test_money_that_went_back_is_drawn_below_the_line(visitor: Visitor, client: str) -> None:
    def with_less(route: Route) -> None:
        answer = route.fetch()
        found = answer.json()
        found["recoveries"][3]["amount"] = -50_000
        route.fulfill(response=answer, body=json.dumps(found))

    visitor.context.route(re.compile(f"/api/clients/{FIRST}$"), with_less)
    page = enter(visitor, client, "/cases")
    line = page.locator(".chart .zero").evaluate("line => line.getBBox().y")
    columns = page.locator(".chart .column")
    assert columns.nth(3).evaluate("column => column.getBBox().y") >= line - 1
    assert columns.nth(22).evaluate("column => column.getBBox().y") < line
    keep_picture(page, "cases-back-de")


def test_colours_that_people_choose_for_their_system_reach_the_chart(visit: Visit, client: str) -> None:
    with visit(forced_colors="active") as visitor:
        page = enter(visitor, client, "/cases")
        colours = "part => [getComputedStyle(part).fill, getComputedStyle(document.body).color]"
        column, text = page.locator(".chart .column").first.evaluate(colours)
        assert column == text
        keep_picture(page, "cases-forced")


def test_a_client_without_cases_says_so(visitor: Visitor, client: str) -> None:
    page = enter(visitor, client, "/cases")
    page.get_by_label("Mandant", exact=True).select_option(label="Neukunde e. K.")
    expect(page.get_by_role("heading", name="Neukunde e. K.")).to_be_visible()
    expect(found(page)).to_have_text("Zu diesem Mandanten gibt es noch keine Forderungen.")
    expect(page.get_by_text("In diesen Monaten ging nichts ein.")).to_be_visible()
    for name in ("herunterladen", "Weitere"):
        expect(page.get_by_role("button", name=re.compile(name))).to_have_count(0)
    accessible(page)
    keep_picture(page, "cases-empty-de")


# ------------------------------------------------------------ the list


def test_the_list_is_sorted_as_asked(visitor: Visitor, client: str) -> None:
    page = enter(visitor, client, "/cases")
    assert references(page)[:2] == ["RE-00060", "RE-00059"]
    page.get_by_label("Sortieren nach").select_option("debtor")
    expect(page.get_by_label("Reihenfolge")).to_have_value("ascending")
    page.get_by_role("button", name="Anzeigen", exact=True).click()
    # While the answer is on its way, something else is chosen.
    page.get_by_label("Reihenfolge").select_option("descending")
    page.get_by_role("button", name="Anzeigen", exact=True).click()
    expect(page.locator("#rows a").first).to_have_text("RE-00009")


def test_more_rows_come_below_and_the_focus_goes_on_there(visitor: Visitor, client: str) -> None:
    page = enter(visitor, client, "/cases")
    more = page.get_by_role("button", name="Weitere anzeigen")
    more.press("Enter")
    expect(page.locator("#rows a").nth(25)).to_be_focused()
    more.press("Enter")
    expect(page.locator("#rows a").nth(50)).to_be_focused()
    expect(found(page)).to_have_text(f"{NUMBER} Forderungen")
    expect(more).to_have_count(0)
    assert len(set(references(page))) == NUMBER


def test_a_search_says_in_which_order_its_hits_come(visitor: Visitor, client: str) -> None:
    page = enter(visitor, client, "/cases")
    page.get_by_label("Aktenzeichen oder Name").fill("beispiel 1")
    for name in ("Sortieren nach", "Reihenfolge"):
        expect(page.get_by_label(name)).to_be_disabled()
    expect(page.get_by_text("in der Reihenfolge der gefundenen Wörter")).to_be_visible()
    accessible(page)
    page.keyboard.press("Enter")
    expect(found(page)).to_have_text("11 Forderungen")
    assert "beispiel" not in page.url
    page.get_by_label("Aktenzeichen oder Name").fill("")
    expect(page.get_by_label("Sortieren nach")).to_be_enabled()


def test_a_search_that_finds_nothing_offers_all_cases(visitor: Visitor, client: str) -> None:
    page = enter(visitor, client, "/cases")
    look_for(page, "Nirgendwo")
    expect(found(page)).to_have_text("Keine Forderung passt zu dem, was Sie suchen.")
    expect(page.get_by_role("table", name="Liste")).to_have_count(0)
    accessible(page)
    keep_picture(page, "cases-none-de")
    page.get_by_role("button", name="Alle Forderungen anzeigen").click()
    expect(found(page)).to_have_text(WORDS["de"]["first"])
    expect(page.get_by_label("Aktenzeichen oder Name")).to_be_focused()


def test_what_is_refused_is_told_at_its_field_and_the_list_stays(visitor: Visitor, client: str) -> None:
    page = enter(visitor, client, "/cases")
    look_for(page, "x" * 101)
    expect(page.get_by_role("group", name="Bitte prüfen Sie Ihre Angaben")).to_be_focused()
    expect(page.get_by_label("Aktenzeichen oder Name")).to_have_attribute("aria-invalid", "true")
    expect(found(page)).to_have_text(WORDS["de"]["first"])
    accessible(page)
    keep_picture(page, "cases-refused-de")
    look_for(page, "celik")
    expect(found(page)).to_have_text("1 Forderung")
    expect(page.get_by_role("group", name="Bitte prüfen Sie Ihre Angaben")).to_have_count(0)


def test_too_many_requests_are_told_and_nothing_is_lost(visitor: Visitor, client: str) -> None:
    page = enter(visitor, client, "/cases")
    refuse(page, "**/cases/search", 429, "too_many_requests", **{"Retry-After": "30"})
    look_for(page, "celik")
    expect(page.get_by_role("group", name=re.compile("in 30 Sekunden"))).to_be_focused()
    expect(page.get_by_label("Aktenzeichen oder Name")).to_have_value("celik")
    expect(found(page)).to_have_text(WORDS["de"]["first"])


def test_an_answer_that_was_overtaken_is_dropped(visitor: Visitor, client: str) -> None:
    page = enter(visitor, client, "/cases")
    held: list[Route] = []
    page.route(LIST, lambda route: held.append(route) if "zwei" in str(route.request.post_data) else route.continue_())
    look_for(page, "zwei")
    while not held:
        page.wait_for_timeout(20)
    look_for(page, "celik")
    expect(found(page)).to_have_text("1 Forderung")
    with page.expect_response(LIST):
        held[0].continue_()
    page.wait_for_timeout(200)
    expect(found(page)).to_have_text("1 Forderung")
    assert references(page) == ["RE-00060"]


def test_while_a_list_is_asked_for_there_are_no_more_of_the_one_before(visitor: Visitor, client: str) -> None:
    page = enter(visitor, client, "/cases")
    more = page.get_by_role("button", name="Weitere anzeigen")
    held: list[Route] = []
    page.route(LIST, lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks what it is given
    page.get_by_label("Sortieren nach").select_option("debtor")
    page.get_by_role("button", name="Anzeigen", exact=True).click()
    expect(found(page)).to_have_text("Die Liste wird geladen …")
    expect(more).to_have_count(0)
    assert references(page)[:2] == ["RE-00060", "RE-00059"]
    while not held:
        page.wait_for_timeout(20)
    held[0].continue_()
    page.unroute(LIST)
    expect(page.locator("#rows a").nth(1)).to_have_text("RE-00001")
    more.click()
    expect(page.locator("#rows a")).to_have_count(50)


def test_a_list_that_changed_too_much_to_go_on_is_read_anew_and_the_focus_goes_on_there(
    visitor: Visitor, client: str
) -> None:
    page = enter(visitor, client, "/cases")
    asked: list[Route] = []

    def without_cursor(route: Route) -> None:
        asked.append(route)
        if "cursor" in str(route.request.post_data):
            refuse_cursor(route)
        else:
            route.continue_()

    page.route(LIST, without_cursor)
    page.get_by_role("button", name="Weitere anzeigen").press("Enter")
    expect(page.locator("#rows a").nth(25)).to_be_focused()
    assert len(set(references(page))) == 50
    assert len(asked) == 2


@pytest.mark.parametrize(("left", "focused"), [(20, 19), (0, None)])
def test_a_list_that_became_shorter_keeps_the_focus(
    visitor: Visitor, client: str, left: int, focused: int | None
) -> None:
    page = enter(visitor, client, "/cases")

    def shorter(route: Route) -> None:
        if "cursor" in str(route.request.post_data):
            refuse_cursor(route)
            return
        answer = route.fetch()
        route.fulfill(response=answer, body=json.dumps({"cases": answer.json()["cases"][:left], "cursor": None}))

    page.route(LIST, shorter)
    page.get_by_role("button", name="Weitere anzeigen").press("Enter")
    expect(page.locator("#rows a")).to_have_count(left)
    place = page.get_by_label("Aktenzeichen oder Name") if focused is None else page.locator("#rows a").nth(focused)
    expect(place).to_be_focused()


def test_where_no_more_came_the_focus_stays_in_the_list(visitor: Visitor, client: str) -> None:
    page = enter(visitor, client, "/cases")
    page.route(LIST, lambda route: route.fulfill(json={"cases": [], "cursor": None}))
    page.get_by_role("button", name="Weitere anzeigen").press("Enter")
    expect(page.locator("#rows a").nth(24)).to_be_focused()


@pytest.mark.parametrize("body", ['{"cases": [', "<p>Bitte melden Sie sich im WLAN an.</p>"])
def test_an_answer_that_is_none_is_told_and_nothing_is_lost(visitor: Visitor, client: str, body: str) -> None:
    page = enter(visitor, client, "/cases")
    page.route(LIST, lambda route: route.fulfill(status=200, body=body))
    look_for(page, "celik")
    expect(page.get_by_role("group", name=re.compile("nicht erreichbar"))).to_be_focused()
    expect(found(page)).to_have_text(WORDS["de"]["first"])
    page.unroute(LIST)
    page.get_by_role("button", name="Weitere anzeigen").click()
    expect(page.locator("#rows a")).to_have_count(50)


# ------------------------------------------------------------ back


def test_back_finds_the_list_as_it_was_with_the_focus_on_the_case(visitor: Visitor, client: str) -> None:
    page = enter(visitor, client, "/cases")
    page.get_by_label("Sortieren nach").select_option("debtor")
    page.get_by_role("button", name="Anzeigen", exact=True).click()
    expect(page.locator("#rows a").nth(1)).to_have_text("RE-00001")
    page.get_by_role("button", name="Weitere anzeigen").click()
    expect(page.locator("#rows a")).to_have_count(50)
    before = references(page)
    for back in (page.go_back, page.get_by_role("link", name="Zur Liste der Forderungen").click):
        page.locator("#rows a").nth(40).click()
        page.wait_for_url(re.compile("/case#"))
        loaded(page)
        back()
        page.wait_for_url(re.compile("/cases$"))
        loaded(page)
        expect(page.locator("#rows a").nth(40)).to_be_focused()
        assert references(page) == before
        expect(page.get_by_label("Sortieren nach")).to_have_value("debtor")
    page.reload()
    loaded(page)
    assert references(page) == before


def test_who_comes_to_a_case_by_its_address_goes_on_to_the_list_of_its_client(
    portal: Portal, visitor: Visitor, client: str
) -> None:
    page = enter(visitor, client, f"/case#client={SECOND}&case=2026-0900")
    page.get_by_role("link", name="Zur Liste der Forderungen").click()
    page.wait_for_url(f"{portal.url}/cases#client={SECOND}")
    loaded(page)
    expect(page.get_by_label("Mandant", exact=True)).to_have_value(SECOND)
    assert references(page) == ["ZWEI-1"]
