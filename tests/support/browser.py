"""A visitor's browser, which notes what pages do wrong, and how tests look at pages."""

import json
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Route

from tests.support.stack import Portal
from tests.support.template import ROOT

# The first call of a function is slow on a small machine.
WAIT_MILLISECONDS = 60_000
SCREENSHOTS = ROOT / ".local/screenshots"
STORED = """async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length,
    (await caches.keys()).length, (await navigator.serviceWorker.getRegistrations()).length]"""
HOSTILE = '"><img src=x onerror=alert(1)>${x}{{7*7}}{email}&amp;'
"""A text that acts where it is taken for markup or for a template."""
# WCAG 2.2 AA and what axe calls best practice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]


class Visitor:
    """A fresh browser of somebody who was never here; what pages do wrong is noted."""

    def __init__(self, chromium: Browser, portal: Portal, **options: Any) -> None:
        self.portal = portal
        self.problems: list[str] = []
        # Addresses of others that the journey is about.
        self.allowed: tuple[str, ...] = ()
        # What the console may say, for the journey is about it: judged at its end, for the console lags behind a page.
        self.expected: tuple[str, ...] = ()
        # Names of cookies that the journey may end with.
        self.cookies: set[str] = set()
        self.context: BrowserContext = chromium.new_context(**{"locale": "de-DE", **options})
        self.context.set_default_timeout(WAIT_MILLISECONDS)
        self.context.on("console", self._on_console)
        self.context.on("request", self._on_request)
        self.context.on("weberror", lambda error: self.problems.append(f"script: {error.error}"))
        self.page: Page = self.context.new_page()

    def _on_console(self, message: ConsoleMessage) -> None:
        # Chromium tells of every refusal of the API on the console; pages show it to people. Hints are not counted.
        refusal = message.text.startswith("Failed to load resource: the server responded with a status of 4")
        if not refusal and message.type in {"error", "warning", "assert"}:
            self.problems.append(f"console: {message.text}")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((self.portal.url, self.portal.endpoint, *self.allowed)):
            self.problems.append(f"foreign request: {request.url}")

    def open(self, path: str) -> Page:
        """Open a page of the portal by its path."""
        self.page.goto(self.portal.url + path)
        return self.page

    def finish(self) -> None:
        """Fail on everything that pages did wrong."""
        for page in self.context.pages:
            if page.url.startswith(self.portal.url) and page.url != "about:blank":
                assert page.evaluate(STORED) == [0, 0, 0, 0, 0]
        cookies = {str(cookie["name"]) for cookie in self.context.cookies()}
        self.context.close()
        problems = [problem for problem in self.problems if not any(words in problem for words in self.expected)]
        assert not problems, problems
        assert cookies == self.cookies


def accessible(page: Page, rules: list[str] = RULES) -> None:
    """Fail on every finding of axe in the present state of a page, in both schemes."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.evaluate(AXE_SCRIPT)
        found = page.evaluate("rules => axe.run({runOnly: rules})", rules)
        findings = [f"{entry['id']}: {node['html']}" for entry in found["violations"] for node in entry["nodes"]]
        assert findings == [], (page.url, scheme)
    page.emulate_media(color_scheme="light")


def keep_picture(page: Page, name: str) -> Path:
    """Keep a picture of the whole page below ``.local/screenshots``, for people to look at."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    path = SCREENSHOTS / f"{name}.png"
    page.screenshot(path=path, full_page=True)
    return path


def refuse(where: BrowserContext | Page, route: str, status: int, code: str, **headers: str) -> None:
    """Let a route of the API be answered by a problem; the server is not asked."""
    problem = {"type": "about:blank", "title": "Zu viele Anfragen.", "status": status, "code": code}

    def answer(asked: Route) -> None:
        asked.fulfill(
            status=status, body=json.dumps(problem), headers={"Content-Type": "application/problem+json", **headers}
        )

    where.route(route, answer)


MOST_STEPS = 80
FOCUS = """() => {
    const element = document.activeElement, [box] = element.getClientRects(), style = getComputedStyle(element);
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height / 2, 20));
    const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    return [outlined, element === top || element.contains(top)];
}"""


def walked(page: Page) -> int:
    """Go through a page by the key Tab, from where the focus is; fail where it can't be seen.

    Returns:
        How many elements had it; ``MOST_STEPS`` where there was no end.
    """
    seen = 0
    while page.evaluate("document.activeElement !== document.body") and seen < MOST_STEPS:
        outline, visible = page.evaluate(FOCUS)
        assert outline, page.evaluate("document.activeElement.outerHTML")
        assert visible, page.evaluate("document.activeElement.outerHTML")
        seen += 1
        page.keyboard.press("Tab")
    return seen


OF_PERSONS = {
    "title": "honorific-prefix",
    "first_name": "given-name",
    "last_name": "family-name",
    "street": "address-line1",
    "address_supplement": "address-line2",
    "postal_code": "postal-code",
    "city": "address-level2",
    "phone": "tel",
    "fax": "fax tel",
}
"""Tokens of fields about a person (WCAG 1.3.5)."""


def tokens_of(page: Page) -> dict[str, str]:
    """Return what fields tell browsers they are for, by name."""
    script = "all => all.map((one) => [one.name, one.autocomplete])"
    return dict(page.eval_on_selector_all("main [autocomplete]", script))
