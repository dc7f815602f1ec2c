"""One case in the browser: what is known of it, interest, and the way back to it after the login."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from portal.domain.case import Debtor, Event, Position, Posting
from portal.domain.ids import ClientId
from portal.domain.times import day_in_berlin
from tests.browser.conftest import Visit
from tests.browser.test_login import outdate
from tests.browser.test_public_pages import SHIFTS, SMALL_TARGETS
from tests.support.area import COOKIES, end_sessions, enter, fill_login, loaded
from tests.support.browser import HOSTILE, Visitor, accessible, keep_picture
from tests.support.mirror import a_case, a_client, mirror_deployed
from tests.support.portfolio import CASE, FIRST, PLACE, put_portfolio
from tests.support.stack import Portal

PATH = f"/case#{PLACE}"
ERRORS = "Bitte prüfen Sie Ihre Angaben"


@pytest.fixture(scope="module")
def client(portal: Portal) -> str:
    return put_portfolio(portal)


def rows(page: Page, body: str) -> list[list[str]]:
    """What the cells of a table show, without the labels that narrow screens have."""
    script = """body => [...body.rows].map((row) => [...row.cells].map(
        (cell) => cell.querySelector("[data-slot]").textContent.replaceAll("\u00a0", " ")))"""
    found: list[list[str]] = page.locator(f"#{body}").evaluate(script)
    return found


def test_a_case_shows_all_that_is_known_of_it(visitor: Visitor, client: str) -> None:
    page = enter(visitor, client, PATH)
    assert page.title().startswith(f"Forderung {CASE}")
    for told in ("RE-00060", "Abgeschlossen", "Musterhandel GmbH", "2. März 2026", "30. September 2026"):
        expect(page.get_by_text(told, exact=True).first).to_be_visible()
    sums = page.locator(".sums dd").all_inner_texts()
    assert [each.replace("\u00a0", " ") for each in sums] == [
        "1.200,00 €",
        "12,34 €",
        "40,50 €",
        "-5,00 €",
        "1.247,84 €",
        "150,00 €",
        "1.097,84 €",
    ]
    debtors = page.locator("#debtors li")
    expect(debtors.nth(0)).to_have_text(
        re.compile(r"Çelik & Söhne OHG.*Unternehmen.*Musterallee 1.*50667 Köln\s*$", re.DOTALL)
    )
    expect(debtors.nth(1)).to_have_text(re.compile(r"Jeanne Exemple.*Person.*75001 Paris.*Frankreich\s*$", re.DOTALL))
    bears = "9 Prozentpunkte über dem Basiszinssatz seit dem 16.01.2026"
    assert rows(page, "positions")[0] == ["Warenlieferung", "Hauptforderung", "15.01.2026", bears, "1.200,00 €"]
    assert rows(page, "positions")[2] == ["Zinsen bis zur Übergabe", "Zinsen", "–", "–", "12,34 €"]
    assert rows(page, "postings") == [["01.04.2026", "Gutschrift", "-5,00 €"]]
    assert rows(page, "payments")[0][1:] == ["40,50 €", "9,50 €", "100,00 €", "150,00 €"]
    assert page.locator("#history li").all_inner_texts()[0].endswith("Akte geschlossen")


def test_what_a_case_does_not_have_is_said(portal: Portal, visitor: Visitor) -> None:
    email, own = "bare.area@example.com", ClientId("K-7300")
    portal.a_client(email)
    bare = a_case("B-1", client_id=own, debtors=(Debtor("person", "Nur Name"),), postings=(), payments=(), history=())
    mirror_deployed(portal, [a_client(email, id=own)], [bare])
    page = enter(visitor, email, f"/case#client={own}&case=B-1")
    for told in ("keine späteren Buchungen", "keine Zahlung eingegangen", "noch nichts festgehalten"):
        expect(page.get_by_text(told)).to_be_visible()
    expect(page.get_by_role("table")).to_have_count(1)
    expect(page.get_by_text("Beendet")).to_have_count(1)
    expect(page.get_by_text("Beendet")).to_be_hidden()
    accessible(page)
    keep_picture(page, "case-bare-de")


# ------------------------------------------------------------ interest


def test_interest_is_computed_to_a_day_with_its_periods(visitor: Visitor, client: str) -> None:
    page = enter(visitor, client, PATH)
    page.get_by_label("Zinsen bis zum").fill("2026-06-30")
    page.get_by_role("button", name="Berechnen").click()
    expect(page.get_by_role("heading", name=re.compile(r"Bis zum 30\. Juni 2026 sind .*€ Zinsen"))).to_be_focused()
    assert rows(page, "periods")[0][0] == "16.01.2026"
    assert rows(page, "periods")[-1][1] == "30.06.2026"
    assert re.fullmatch(r"\d+,\d\d %", rows(page, "periods")[0][4])
    accessible(page)
    keep_picture(page, "case-interest-de")


def test_a_rate_that_is_not_known_yet_is_explained(visitor: Visitor, client: str) -> None:
    answer = {"to": "2027-03-01", "amount": 4_711, "paid": 0, "provisional": True, "periods": [PERIOD]}
    visitor.context.route("**/interest", lambda route: route.fulfill(body=json.dumps(answer)))
    page = enter(visitor, client, PATH)
    page.get_by_role("button", name="Berechnen").click()
    expect(page.get_by_text("den Basiszinssatz noch nicht bekannt gegeben")).to_be_visible()
    assert rows(page, "periods") == [["16.01.2026", "01.03.2027", "410", "1.200,00 €", "11,27 %", "47,11 €"]]
    accessible(page)
    keep_picture(page, "case-provisional-de")


PERIOD = {
    "since": "2026-01-16",
    "to": "2027-03-01",
    "days": 410,
    "principal": 120_000,
    "rate": "11.27",
    "amount": 4_711,
}


def test_without_interest_by_law_there_is_no_table(visitor: Visitor, client: str) -> None:
    answer: dict[str, Any] = {"to": "2026-06-30", "amount": 0, "paid": 0, "provisional": False, "periods": []}
    visitor.context.route("**/interest", lambda route: route.fulfill(body=json.dumps(answer)))
    page = enter(visitor, client, PATH)
    page.get_by_role("button", name="Berechnen").click()
    expect(page.get_by_role("heading", name=re.compile("fallen keine gesetzlichen Zinsen an"))).to_be_focused()
    expect(page.locator("#periods")).to_be_hidden()


@pytest.mark.parametrize("years", [0, 3])
def test_a_day_that_can_not_be_is_refused_at_its_field(visitor: Visitor, client: str, years: int) -> None:
    page = enter(visitor, client, PATH)
    field = page.get_by_label("Zinsen bis zum")
    day = field.input_value()
    field.fill("" if years == 0 else f"{int(day[:4]) + years}-01-01")
    page.get_by_role("button", name="Berechnen").click()
    summary = page.get_by_role("group", name=ERRORS)
    expect(summary).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    assert page.title().startswith("Fehler: ")
    accessible(page)
    keep_picture(page, f"case-refused-{years}-de")
    summary.get_by_role("link").click()
    expect(field).to_be_focused()
    field.fill(day)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("Zinsen angefallen"))).to_be_focused()
    expect(summary).to_have_count(0)


def test_the_present_day_is_that_of_berlin(visitor: Visitor, client: str) -> None:
    page = enter(visitor, client, PATH)
    today = day_in_berlin(int(page.evaluate("Date.now()")) // 1000)
    # The day may have ended while the page was loaded.
    assert page.get_by_label("Zinsen bis zum").input_value() in {f"{today}", f"{today - timedelta(days=1)}"}


# ------------------------------------------------------------ the way to it


def test_a_session_that_ended_comes_back_to_the_same_case(portal: Portal, visitor: Visitor, client: str) -> None:
    visitor.page.clock.install()
    page = enter(visitor, client, PATH)
    end_sessions(portal, client)
    page.clock.fast_forward("30:01")
    page.wait_for_url(re.compile(re.escape(f"{portal.url}/login#to=case&at=") + "[^/]*&why=ended$"))
    page.get_by_role("link", name="English").click()
    page.wait_for_url(re.compile("/login.en#to=case&at="))
    fill_login(page, client, language="en")
    page.wait_for_url(f"{portal.url}/case.en#{PLACE}")
    loaded(page)
    expect(page.get_by_text("RE-00060")).to_be_visible()


def test_the_way_leads_through_newer_wordings(portal: Portal, visitor: Visitor) -> None:
    email, own = "wordings.case@example.com", ClientId("K-7400")
    portal.a_client(email)
    mirror_deployed(portal, [a_client(email, id=own)], [a_case("W-1", client_id=own)])
    outdate(portal, email, "terms")
    visitor.cookies = COOKIES
    page = visitor.open(f"/case#client={own}&case=W-1")
    fill_login(page, email)
    page.wait_for_url(re.compile("/new-wordings#to=case&at="))
    loaded(page)
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Zustimmen und weiter").click()
    page.wait_for_url(f"{portal.url}/case#client={own}&case=W-1")
    loaded(page)
    expect(page.get_by_text("RE-W-1")).to_be_visible()


@pytest.mark.parametrize(
    "at", ["//evil.example", "https%3A%2F%2Fevil.example", "..%2Fregister", "javascript%3Aalert(1)", "x%23y%3Fz"]
)
def test_what_stands_behind_the_page_never_leads_to_another(portal: Portal, visit: Visit, client: str, at: str) -> None:
    with visit() as visitor:
        visitor.cookies = COOKIES
        page = visitor.open(f"/login#to=case&at={at}")
        fill_login(page, client)
        page.wait_for_url(re.compile(f"^{re.escape(portal.url)}/case#"))
        loaded(page)
        expect(page.get_by_role("status").filter(has_text="Diese Forderung gibt es nicht")).to_be_focused()


@pytest.mark.parametrize(
    "place",
    ["", f"client={FIRST}", f"client={FIRST}&case=2026-9999", f"client=K-9999&case={CASE}", "client=..&case=..%2Fx"],
)
def test_a_case_that_is_not_there_says_so(visitor: Visitor, client: str, place: str) -> None:
    enter(visitor, client)
    asked: list[str] = []
    visitor.context.on("request", lambda request: asked.append(request.url) if "/api/" in request.url else None)
    page = visitor.open(f"/case#{place}")
    loaded(page)
    expect(page.get_by_role("status").filter(has_text="Diese Forderung gibt es nicht")).to_be_focused()
    expect(page.get_by_role("button", name="Berechnen")).to_have_count(0)
    accessible(page)
    assert {url.partition("/api/")[2].partition("/")[0] for url in asked} <= {"session", "clients"}
    keep_picture(page, "case-missing-de")


def test_another_case_in_the_address_is_opened_and_the_skip_link_loses_none(visitor: Visitor, client: str) -> None:
    page = enter(visitor, client, PATH)
    page.keyboard.press("Tab")
    page.get_by_role("link", name="Zum Inhalt springen").press("Enter")
    page.wait_for_url(re.compile(re.escape(PATH) + "$"))
    expect(page.get_by_role("main")).to_be_focused()
    page.evaluate(f"location.hash = '#client={FIRST}&case=2026-0059'")
    expect(page.get_by_text("RE-00059")).to_be_visible()


def test_the_language_changes_and_the_case_stays(portal: Portal, visitor: Visitor, client: str) -> None:
    page = enter(visitor, client, PATH)
    page.get_by_role("link", name="English").click()
    page.wait_for_url(f"{portal.url}/case.en#{PLACE}")
    loaded(page)
    expect(page.get_by_text("Business")).to_be_visible()


# ------------------------------------------------------------ looks


def test_words_of_others_are_shown_as_text(portal: Portal, visitor: Visitor) -> None:
    email, own = "hostile.case@example.com", ClientId("K-7500")
    portal.a_client(email)
    day = a_case().opened_on
    long = "x" * 200
    hostile = a_case(
        "H-1",
        client_id=own,
        reference=HOSTILE,
        debtors=(Debtor("person", HOSTILE, HOSTILE, HOSTILE, HOSTILE, "ZZ"), Debtor("company", long, long)),
        positions=(Position("principal", HOSTILE, 100), Position("costs", long, 9_999_999_999)),
        postings=(Posting(day, HOSTILE, 1), Posting(day, "</template><script>alert(1)</script>", 1)),
        history=(Event(day, HOSTILE), Event(day, long), Event(day, "{number} ${x}")),
    )
    mirror_deployed(portal, [a_client(email, id=own, name=HOSTILE)], [hostile])
    page = enter(visitor, email, f"/case#client={own}&case=H-1")
    assert page.get_by_text(HOSTILE, exact=True).count() >= 7
    assert page.locator("main :is(img, script)").count() == 0
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        keep_picture(page, f"case-hostile-{width}")


@pytest.mark.parametrize("width", [320, 640, 1280])
def test_a_case_is_read_without_scrolling_to_the_side_and_nothing_moves(visit: Visit, client: str, width: int) -> None:
    with visit(viewport={"width": width, "height": 640}) as visitor:
        enter(visitor, client)
        page = visitor.open(PATH)
        loaded(page)
        page.wait_for_load_state("networkidle")
        assert page.evaluate(SHIFTS) == 0
        page.get_by_role("button", name="Berechnen").click()
        expect(page.get_by_role("heading", name=re.compile("Zinsen angefallen"))).to_be_focused()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(SMALL_TARGETS) == []
        expect(page.get_by_role("columnheader", name="Verzinsung")).to_have_count(1)
        keep_picture(page, f"case-rows-{width}")


def test_on_paper_there_is_the_case_and_nothing_to_press(visitor: Visitor, client: str) -> None:
    page = enter(visitor, client, PATH)
    page.emulate_media(media="print")
    # The width that A4 leaves.
    page.set_viewport_size({"width": 700, "height": 1000})
    for role in ("button", "textbox", "navigation"):
        assert [each for each in page.get_by_role(role).all() if each.is_visible()] == []
    for told in ("Offen", "Jeanne Exemple", "Akte geschlossen", "Abgerufen"):
        expect(page.get_by_text(told, exact=True).first).to_be_visible()
    expect(page.locator("#positions tr").first).to_have_css("display", "table-row")
    assert page.evaluate("document.documentElement.scrollWidth") <= 700
    keep_picture(page, "case-paper-de")


def test_a_case_that_can_not_be_loaded_is_told_and_can_be_tried_again(visitor: Visitor, client: str) -> None:
    enter(visitor, client)

    def failing(route: Route) -> None:
        route.fulfill(status=503, body="{}")

    visitor.context.route(f"**/cases/{CASE}", failing)
    page = visitor.open(PATH)
    told = page.get_by_role("group", name="Ihre Daten konnten nicht geladen werden")
    expect(told).to_be_focused()
    accessible(page)
    visitor.context.unroute(f"**/cases/{CASE}")
    told.get_by_role("button", name="Erneut versuchen").click()
    expect(page.get_by_text("RE-00060")).to_be_visible()
    visitor.expected = ("status of 503",)
