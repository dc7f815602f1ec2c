"""Clients whose cases are shown: which of them, as a file, and how it looks."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from portal.domain.case import Debtor
from portal.domain.ids import ClientId
from tests.browser.conftest import Visit
from tests.browser.test_public_pages import SHIFTS, SMALL_TARGETS
from tests.support.area import COOKIES, enter, fill_login, loaded
from tests.support.browser import HOSTILE, Visitor, accessible, keep_picture
from tests.support.case_list import LIST, WORDS, found, look_for, references
from tests.support.mirror import a_case, a_client, mirror_deployed
from tests.support.portfolio import COURT_CASES, EMAIL, FIRST, SECOND, close_to, put_portfolio
from tests.support.stack import Portal


@pytest.fixture(scope="module")
def client(portal: Portal) -> str:
    return put_portfolio(portal)


# ------------------------------------------------------------ clients


def test_another_client_is_chosen_and_nothing_of_the_first_stays(visitor: Visitor, client: str) -> None:
    page = enter(visitor, client, "/cases")
    assert page.get_by_label("Mandant", exact=True).locator("option").all_inner_texts() == [
        "Musterhandel GmbH",
        "Musterverlag AG",
        "Neukunde e. K.",
    ]
    look_for(page, "celik")
    held: list[Route] = []
    page.route(re.compile(f"/api/clients/{SECOND}$"), lambda route: held.extend([route]))
    page.get_by_label("Mandant", exact=True).select_option(SECOND)
    expect(page.locator("#client-area")).to_be_hidden()
    expect(page.get_by_text("Die Forderungen werden geladen …")).to_be_visible()
    while not held:
        page.wait_for_timeout(20)
    accessible(page)
    held[0].continue_()
    loaded(page)
    expect(page.get_by_role("heading", name="Musterverlag AG")).to_be_visible()
    assert references(page) == ["ZWEI-1"]
    expect(page.get_by_label("Aktenzeichen oder Name")).to_have_value("")
    assert "RE-000" not in page.locator("#client-area").inner_text()


def test_of_two_clients_chosen_quickly_the_later_one_is_shown(visitor: Visitor, client: str) -> None:
    page = enter(visitor, client, "/cases")
    held: list[Route] = []
    page.route(re.compile(f"/api/clients/{SECOND}$"), lambda route: held.extend([route]))
    choice = page.get_by_label("Mandant", exact=True)
    choice.select_option(SECOND)
    while not held:
        page.wait_for_timeout(20)
    choice.select_option(label="Neukunde e. K.")
    expect(page.get_by_role("heading", name="Neukunde e. K.")).to_be_visible()
    held[0].fulfill(status=503, body="{}")
    page.wait_for_timeout(200)
    expect(page.get_by_role("heading", name="Neukunde e. K.")).to_be_visible()
    expect(page.locator(".unable")).to_have_count(0)
    visitor.expected = ("status of 503",)


def test_a_client_that_was_taken_away_is_explained_and_the_others_are_shown(
    portal: Portal, visitor: Visitor, client: str
) -> None:
    page = enter(visitor, client, "/cases")
    close_to(portal, FIRST)
    look_for(page, "celik")
    told = page.get_by_role("status").filter(has_text="sehen Sie nicht mehr")
    expect(told).to_be_focused()
    expect(page.get_by_role("heading", name="Musterverlag AG")).to_be_visible()
    assert references(page) == ["ZWEI-1"]
    assert "RE-000" not in page.locator("main").inner_text()
    accessible(page)
    keep_picture(page, "cases-gone-de")
    put_portfolio(portal)


def test_who_looks_after_nobody_learns_why_and_what_to_do(portal: Portal, visitor: Visitor) -> None:
    email = "nobody.area@example.com"
    portal.a_client(email)
    page = enter(visitor, email, "/cases")
    expect(page.get_by_text("gehören zurzeit keine Forderungen")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("link", name=re.compile("@"))).to_be_visible()
    expect(page.get_by_label("Mandant", exact=True)).to_be_hidden()
    accessible(page)
    keep_picture(page, "cases-nobody-de")


def test_who_looks_after_one_client_is_not_asked_which(portal: Portal, visitor: Visitor) -> None:
    email = "one.client@example.com"
    portal.a_client(email)
    mirror_deployed(portal, [a_client(email, id=ClientId("K-7100"), name="Einzelhandel GmbH")])
    page = enter(visitor, email, "/cases")
    expect(page.get_by_role("heading", name="Einzelhandel GmbH")).to_be_visible()
    expect(page.get_by_label("Mandant", exact=True)).to_be_hidden()


# ------------------------------------------------------------ as a file


@pytest.mark.parametrize(
    ("language", "button", "name"), [("de", "herunterladen", "forderungen"), ("en", "Download", "cases")]
)
def test_the_file_holds_what_was_asked_for(
    visitor: Visitor, client: str, language: str, button: str, name: str
) -> None:
    page = enter(visitor, client, f"/cases.{language}", language=language)
    page.get_by_role("button", name=WORDS[language]["court"]).click()
    expect(found(page)).to_have_text(WORDS[language]["of_court"])
    # Typed and not asked for.
    page.get_by_label(WORDS[language]["search"], exact=True).fill("celik")
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    assert download.value.suggested_filename == f"{name}-{FIRST}.csv"
    content = download.value.path().read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    lines = content.decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + COURT_CASES
    for reference in references(page):
        assert any(reference in line for line in lines)
    link = page.locator("#file a")
    expect(link).to_be_visible()
    accessible(page)
    page.get_by_role("button", name=WORDS[language]["more"]).wait_for(state="hidden")
    look_for(page, "", language)
    expect(link).to_have_count(0)


def test_a_long_file_is_joined_from_its_pieces(visitor: Visitor, client: str) -> None:
    page = enter(visitor, client, "/cases")
    asked: list[dict[str, Any]] = []

    def piece(route: Route) -> None:
        asked.append(json.loads(route.request.post_data or "{}"))
        place = len(asked)
        headers = {"Content-Type": "text/csv; charset=utf-8"} | ({"Next-Cursor": f"c{place}"} if place < 3 else {})
        route.fulfill(status=200, headers=headers, body=f"{'\ufeff' if place == 1 else ''}Zeile {place}: ü\r\n")

    page.route("**/cases/export", piece)
    with page.expect_download() as download:
        page.get_by_role("button", name="herunterladen").click()
    assert download.value.path().read_bytes() == "\ufeffZeile 1: ü\r\nZeile 2: ü\r\nZeile 3: ü\r\n".encode()
    assert [each.pop("cursor", None) for each in asked] == [None, "c1", "c2"]
    assert asked[0] == asked[1] == asked[2]


# ------------------------------------------------------------ looks


def test_the_keyboard_alone_finds_and_opens_a_case(visitor: Visitor, client: str) -> None:
    page = enter(visitor, client, "/cases")
    tab_to(page, lambda: bool(page.evaluate("document.activeElement.dataset.status === 'court'")))
    page.keyboard.press("Space")
    expect(found(page)).to_have_text(f"{COURT_CASES} Forderungen")
    page.keyboard.press("Shift+Tab")
    tab_to(page, lambda: page.evaluate("document.activeElement.id") == "text")
    page.keyboard.type("RE-00056")
    page.keyboard.press("Enter")
    expect(found(page)).to_have_text("1 Forderung")
    tab_to(page, lambda: page.evaluate("document.activeElement.textContent") == "RE-00056")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/case#"))
    loaded(page)
    tab_to(page, lambda: page.evaluate("document.activeElement.textContent") == "Berechnen")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("Zinsen angefallen"))).to_be_focused()


def tab_to(page: Page, there: Callable[[], bool]) -> None:
    for _ in range(80):
        if there():
            return
        page.keyboard.press("Tab")
    raise AssertionError("no way there")


@pytest.mark.parametrize("width", [320, 640, 1000])
def test_the_list_is_read_without_scrolling_to_the_side_and_nothing_moves(
    visit: Visit, client: str, width: int
) -> None:
    with visit(viewport={"width": width, "height": 640}) as visitor:
        enter(visitor, client)
        page = visitor.open("/cases")
        loaded(page)
        page.wait_for_load_state("networkidle")
        assert page.evaluate(SHIFTS) == 0
        page.get_by_text("Zahlungseingänge als Tabelle").click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(SMALL_TARGETS) == []
        heads = page.get_by_role("columnheader", name="Schuldner")
        assert heads.count() == 1
        keep_picture(page, f"cases-rows-{width}")
        if width == 640:
            page.evaluate("document.documentElement.style.fontSize = '200%'")
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_words_of_others_are_shown_as_text(portal: Portal, visitor: Visitor) -> None:
    email = "hostile.area@example.com"
    portal.a_client(email)
    own = ClientId("K-7200")
    texts = [HOSTILE, "</template><script>alert(1)</script>", "=1+1", "x" * 200, "\u202eabc{number}", "constructor"]
    mirror_deployed(
        portal,
        [a_client(email, id=own, name=HOSTILE), a_client(email, id=ClientId("K-7201"), name="</option><b>zwei</b>")],
        [
            a_case(f"H-{number}", client_id=own, reference=text, debtors=(Debtor("person", text),))
            for number, text in enumerate(texts)
        ],
    )
    page = enter(visitor, email, "/cases")
    page.get_by_label("Mandant", exact=True).select_option(own)
    expect(page.get_by_role("heading", level=2, name=HOSTILE)).to_be_visible()
    for text in texts:
        expect(page.get_by_role("link", name=text, exact=True)).to_be_visible()
    assert page.locator("main :is(img, script, b)").count() == 0
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    keep_picture(page, "cases-hostile-de")


def test_the_cases_are_seen_below_a_stage_path(portal: Portal, visitor: Visitor, client: str) -> None:
    stage = f"{portal.endpoint}/_aws/execute-api/{portal.outputs['RestApiId']}/{portal.outputs['StageName']}"
    visitor.cookies = COOKIES
    page = visitor.page
    page.goto(f"{stage}/cases.en")
    page.wait_for_url(re.compile(f"^{re.escape(stage)}/login.en#"))
    fill_login(page, client, language="en")
    page.wait_for_url(f"{stage}/cases.en")
    loaded(page)
    page.get_by_role("link", name="RE-00059").click()
    page.wait_for_url(f"{stage}/case.en#client={FIRST}&case=2026-0059")
    loaded(page)
    expect(page.get_by_text("Erika Beispiel 59")).to_be_visible()
    page.get_by_role("link", name="To the list of cases").click()
    page.wait_for_url(f"{stage}/cases.en")
    loaded(page)


def test_what_can_not_be_loaded_is_told_once_and_can_be_tried_again(visitor: Visitor, client: str) -> None:
    enter(visitor, client)
    for route in (LIST, re.compile(f"/api/clients/{FIRST}$")):
        visitor.context.route(route, lambda asked: asked.fulfill(status=503, body="{}"))
    page = visitor.open("/cases")
    told = page.get_by_role("group", name="Ihre Daten konnten nicht geladen werden")
    expect(told).to_be_focused()
    expect(told).to_have_count(1)
    accessible(page)
    visitor.context.unroute(LIST)
    visitor.context.unroute(re.compile(f"/api/clients/{FIRST}$"))
    told.get_by_role("button", name="Erneut versuchen").click()
    expect(found(page)).to_have_text(WORDS["de"]["first"])
    visitor.expected = ("status of 503",)


def test_nothing_that_was_looked_for_is_stored_or_part_of_the_address(visitor: Visitor, client: str) -> None:
    page = enter(visitor, client, "/cases")
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    look_for(page, "Beispiel 17")
    expect(found(page)).to_have_text("1 Forderung")
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    assert not [address for address in [*addresses, page.url] if "eispiel" in address]
    assert EMAIL not in page.url
