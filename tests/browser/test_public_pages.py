"""Every public page: accessible, narrow, light and dark, in both languages, under a stage path, small and still."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response, expect

from portal.pages.catalog import PAGES
from tests.browser.conftest import Visit
from tests.support.browser import MOST_STEPS, Visitor, accessible, keep_picture, walked
from tests.support.stack import Portal

PUBLIC = {name: spec for name, spec in PAGES.items() if spec.served and not spec.private}
# A token makes the page of a link look as it does for people; it is sent nowhere.
LINK = "#token=eyJ.x.y"
NAMES = list(PUBLIC)
PATHS = {name: f"/{name}{LINK if spec.template == 'link' else ''}" for name, spec in PUBLIC.items()}
MAX_BYTES = 60_000
SHIFTS = """() => new Promise((resolve) => {
    let shifted = 0;
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shifted += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => resolve(shifted), 200);
})"""
# WCAG 2.5.8: 24 by 24 px, or in a line of text.
SMALL_TARGETS = """() => [...document.querySelectorAll("a, button, input, summary, select, textarea")]
    .filter((each) => each.checkVisibility() && !each.classList.contains("skip"))
    .filter((each) => !each.closest("p, li > :not(a), label"))
    .map((each) => [each.outerHTML, each.getBoundingClientRect()])
    .filter(([, box]) => box.width < 24 || box.height < 24)
    .map(([markup]) => markup)"""


def in_language(name: str, language: str) -> str:
    path, mark, token = PATHS[name].partition("#")
    return f"{path}.{language}{mark}{token}"


def ready(page: Page) -> None:
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("name", [*NAMES, "gibt-es-nicht"])
def test_a_page_is_accessible_in_every_look(visit: Visit, name: str) -> None:
    with visit() as visitor:
        for language in ("de", "en") if name in PAGES else ("",):
            page = visitor.open(in_language(name, language) if language else f"/{name}")
            ready(page)
            accessible(page)
            for width in (320, 1280):
                page.set_viewport_size({"width": width, "height": 800})
                assert page.evaluate("document.documentElement.scrollWidth") <= width
                assert page.evaluate(SMALL_TARGETS) == []
                for scheme in ("light", "dark"):
                    page.emulate_media(color_scheme=scheme)
                    keep_picture(page, f"{name}-{language or 'de'}-{scheme}-{width}")


def test_the_first_page_is_small_and_nothing_moves(visit: Visit) -> None:
    for name in NAMES:
        with visit() as visitor:
            sizes: dict[str, int] = {}

            def measure(response: Response, sizes: dict[str, int] = sizes) -> None:
                sizes[response.url] = len(response.body()) + sum(
                    len(key) + len(value) + 4 for key, value in response.headers.items()
                )

            visitor.page.on("response", measure)
            visitor.open(PATHS[name])
            ready(visitor.page)
            assert visitor.page.evaluate(SHIFTS) == 0, name
            assert sum(sizes.values()) < MAX_BYTES, sizes
            print(f"{name}: {sum(sizes.values())} bytes in {len(sizes)} answers")  # noqa: T201 - the measurement


def test_a_second_visit_asks_for_the_page_alone(visitor: Visitor) -> None:
    visitor.open("/register")
    ready(visitor.page)
    asked: list[tuple[str, int]] = []
    visitor.page.on("response", lambda answer: asked.append((urlsplit(answer.url).path, answer.status)))
    visitor.page.goto("about:blank")
    visitor.open("/register")
    ready(visitor.page)
    fresh = [path for path, _ in asked if "-" in path and visitor.page.evaluate(SENT, path)]
    assert fresh == []


SENT = """path => performance.getEntriesByType("resource").filter((entry) => entry.name.endsWith(path))
    .some((entry) => entry.transferSize > 0)"""


def test_the_language_can_be_changed_and_stays(visitor: Visitor) -> None:
    page = visitor.open("/")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome to Mandantenportal")
    page.get_by_role("navigation").first.get_by_role("link", name="Register").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("link", name="Deutsch").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Registrieren")


def test_a_browser_that_prefers_english_gets_it(visit: Visit) -> None:
    with visit(locale="en-GB") as visitor:
        page = visitor.open("/confirm#token=eyJ.x.y")
        expect(page.get_by_role("heading", level=1)).to_have_text("Confirm your registration")
        page.get_by_role("link", name="Deutsch").click()
        # The link of the mail is not lost.
        assert page.url.endswith("/confirm.de#token=eyJ.x.y")


def test_pages_work_below_a_stage_path(portal: Portal, visit: Visit) -> None:
    stage = f"{portal.endpoint}/_aws/execute-api/{portal.outputs['RestApiId']}/{portal.outputs['StageName']}"
    with visit() as visitor:
        page = visitor.page
        page.goto(f"{stage}/")
        page.get_by_role("navigation").first.get_by_role("link", name="Registrieren").click()
        page.wait_for_url(f"{stage}/register")
        ready(page)
        page.get_by_role("button", name="Registrierung absenden").click()
        expect(page.get_by_role("group", name="Bitte prüfen Sie Ihre Angaben")).to_be_focused()
        page.get_by_role("navigation", name="Rechtliches").get_by_role("link", name="Datenschutz").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Datenschutz")
    with visit(java_script_enabled=False) as visitor:
        page = visitor.page
        page.goto(f"{stage}/resend")
        page.get_by_label("E-Mail-Adresse").fill("nobody")
        page.get_by_role("button", name="Link senden").click()
        expect(page.get_by_role("group", name="Bitte prüfen Sie Ihre Angaben")).to_be_visible()
        page.get_by_role("navigation").first.get_by_role("link", name="Registrieren").click()
        page.wait_for_url(f"{stage}/register")


def test_every_page_can_be_walked_by_keyboard_with_a_visible_focus(visitor: Visitor) -> None:
    for name in NAMES:
        page = visitor.open(PATHS[name])
        ready(page)
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Zum Inhalt springen")).to_be_in_viewport()
        assert 7 < walked(page) < MOST_STEPS


def test_the_skip_link_leads_into_the_page(visitor: Visitor) -> None:
    page = visitor.open("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("main").get_by_role("link", name="Registrieren")).to_be_focused()


def test_paper_gets_the_text_and_nothing_to_click(visitor: Visitor) -> None:
    page = visitor.open("/privacy")
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation")).to_have_count(0)
    expect(page.get_by_role("heading", level=2).first).to_be_visible()


def test_the_wordings_are_those_that_people_consent_to(portal: Portal, visitor: Visitor) -> None:
    legal = portal.request("GET", "/api/legal").json()
    for path, kind in (("/terms", "terms"), ("/privacy", "privacy_notice")):
        page = visitor.open(path)
        shown = "".join(re.findall(r"\w+", page.get_by_role("main").inner_text()))
        assert shown == "".join(re.findall(r"\w+", legal[kind]["text"]))
