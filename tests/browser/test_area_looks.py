"""Every page behind the login: accessible, narrow, light and dark, in both languages, small and still."""

import re

import pytest
from playwright.sync_api import Page, expect

from portal.domain.ids import ClientId
from portal.pages.catalog import PAGES
from tests.browser.conftest import Visit
from tests.browser.test_public_pages import MAX_BYTES, SHIFTS, SMALL_TARGETS
from tests.support.area import COOKIES, enter, loaded
from tests.support.browser import MOST_STEPS, Visitor, accessible, keep_picture, walked
from tests.support.mirror import a_case, a_client, mirror_deployed
from tests.support.stack import Portal

# The way in (`login`, `review`, `new-wordings`) has tests of its own.
NAMES = [
    *("account", "cases", "case", "profile", "bank-details", "new-email", "password", "sessions", "consents"),
    *("export", "close"),
]
EMAIL = "looks.area@example.com"
CLIENT = ClientId("K-7600")
# Which case is shown stands behind the `#`.
PLACES = {"case": f"#client={CLIENT}&case=2026-0001"}


@pytest.fixture(scope="module")
def client(portal: Portal) -> str:
    portal.a_client(EMAIL)
    cases = [a_case(f"2026-{number:04d}", client_id=CLIENT) for number in range(1, 8)]
    mirror_deployed(portal, [a_client(EMAIL, id=CLIENT)], cases)
    return EMAIL


def path_of(name: str, language: str = "") -> str:
    """Return the path of a page, with what it needs to show something."""
    return f"/{name}{language}{PLACES.get(name, '')}"


def open_area(visitor: Visitor, path: str) -> Page:
    """Open another page in a session that is there."""
    page = visitor.open(path)
    loaded(page)
    return page


def test_all_pages_of_clients_are_looked_at() -> None:
    assert {name for name, spec in PAGES.items() if spec.private} - {"review", "new-wordings"} == set(NAMES)


def test_pages_are_accessible_in_every_look(visitor: Visitor, client: str) -> None:
    page = enter(visitor, client)
    for name in NAMES:
        for language in ("de", "en"):
            page.set_viewport_size({"width": 1280, "height": 800})
            open_area(visitor, path_of(name, f".{language}"))
            accessible(page)
            for width in (320, 1280):
                page.set_viewport_size({"width": width, "height": 800})
                assert page.evaluate("document.documentElement.scrollWidth") <= width, name
                assert page.evaluate(SMALL_TARGETS) == [], name
                for scheme in ("light", "dark"):
                    page.emulate_media(color_scheme=scheme)
                    keep_picture(page, f"{name}-{language}-{scheme}-{width}")


def test_text_of_twice_the_size_fits(visitor: Visitor, client: str) -> None:
    page = enter(visitor, client)
    # 200 % of 1280 px are 640 px.
    page.set_viewport_size({"width": 640, "height": 400})
    for name in NAMES:
        open_area(visitor, path_of(name))
        assert page.evaluate("document.documentElement.scrollWidth") <= 640, name


def test_pages_are_small_and_nothing_moves(visitor: Visitor, client: str) -> None:
    page = enter(visitor, client)
    for name in NAMES:
        open_area(visitor, path_of(name))
        page.wait_for_load_state("networkidle")
        assert page.evaluate(SHIFTS) == 0, name
        # What the pages before brought is there already.
        sent = page.evaluate(SENT)
        assert sent < MAX_BYTES, name
        print(f"{name}: {sent} bytes")  # noqa: T201 - the measurement


SENT = """() => ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind))
    .reduce((sum, entry) => sum + entry.transferSize, 0)"""


def test_pages_can_be_walked_by_keyboard_with_a_visible_focus(visitor: Visitor, client: str) -> None:
    page = enter(visitor, client)
    for name in NAMES:
        open_area(visitor, path_of(name))
        page.keyboard.press("Tab")
        assert 8 < walked(page) < MOST_STEPS, name


def test_without_script_a_page_says_what_it_needs_and_shows_nothing_else(visit: Visit) -> None:
    with visit(java_script_enabled=False) as visitor:
        for name in NAMES:
            page = visitor.open(f"/{name}")
            expect(page.locator("main > noscript > .note")).to_be_visible()
            expect(page.get_by_role("main").get_by_role("button")).to_have_count(0)


def test_what_can_not_be_loaded_is_told_and_can_be_tried_again(visitor: Visitor, client: str) -> None:
    enter(visitor, client)
    for name, route in (
        *(("account", "profile"), ("cases", "clients"), ("sessions", "sessions")),
        ("consents", "profile/consents"),
    ):
        visitor.context.route(f"**/api/{route}", lambda request: request.fulfill(status=503, body="{}"))
        page = visitor.open(f"/{name}")
        told = page.get_by_role("group", name=re.compile("nicht geladen werden"))
        expect(told).to_be_focused()
        expect(page.get_by_role("main").get_by_role("heading", level=2)).to_have_count(1)
        accessible(page)
        keep_picture(page, f"{name}-unable-de")
        visitor.context.unroute(f"**/api/{route}")
        told.get_by_role("button", name="Erneut versuchen").click()
        loaded(page)
        expect(told).to_have_count(0)
    visitor.expected = ("status of 503",)


def test_cookies_are_the_two_that_a_session_needs(visitor: Visitor, client: str) -> None:
    page = enter(visitor, client)
    for name in NAMES:
        open_area(visitor, path_of(name))
    assert {cookie["name"] for cookie in visitor.context.cookies()} == COOKIES
    assert page.evaluate("document.cookie") == ""
