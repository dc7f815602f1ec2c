"""Chromium on the deployed portal, as `docs/web.md` describes it.

A test fails when a page it saw broke the content security policy, wrote to the console, failed in a script, asked
another origin for something, set a cookie or stored anything.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.browser import WAIT_MILLISECONDS, Visitor
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

expect.set_options(timeout=WAIT_MILLISECONDS)


@pytest.fixture(scope="session")
def portal() -> Portal:
    return Portal(shared_stack())


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


type Visit = Callable[..., Any]


@pytest.fixture
def visit(chromium: Browser, portal: Portal) -> Visit:
    """Return a context manager that lets somebody in with options of their own (``java_script_enabled=False``)."""

    @contextmanager
    def visiting(**options: Any) -> Iterator[Visitor]:
        visitor = Visitor(chromium, portal, **options)
        try:
            yield visitor
        except BaseException:
            visitor.context.close()
            raise
        visitor.finish()

    return visiting


@pytest.fixture
def visitor(visit: Visit) -> Iterator[Visitor]:
    """A visitor from Germany."""
    with visit() as found:
        yield found


@pytest.fixture
def page(visitor: Visitor) -> Page:
    """The page of a visitor from Germany."""
    return visitor.page
