"""Chromium on the deployed portal; a test fails on CSP violations, script errors and foreign requests."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from tests.support.stack import Portal, shared_stack
from tools.browser import find_chromium

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def portal() -> Portal:
    return Portal(shared_stack())


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser, portal: Portal) -> Iterator[Page]:
    """A page of a fresh visitor."""
    context = chromium.new_context(locale="de-DE")
    page = context.new_page()
    problems: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            problems.append(message.text)

    def on_request(request: Request) -> None:
        if not request.url.startswith(portal.url):
            problems.append(f"foreign request: {request.url}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", on_request)
    yield page
    assert problems == []
    assert context.cookies() == []
    context.close()
