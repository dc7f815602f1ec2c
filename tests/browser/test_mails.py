"""Every mail in a browser, as mail programs show it."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from portal.domain.mail import Language, Mail
from tests.support.browser import RULES, accessible, keep_picture
from tests.unit.mails.reading import LANGUAGES, MAILS

NARROW, WIDE = 320, 760
# Landmarks are for pages; a mail stands within the program that shows it.
OF_MAILS = [rule for rule in RULES if rule != "best-practice"]


@pytest.fixture
def reader(chromium: Browser) -> Iterator[Page]:
    """A mail program without network: a mail that loads anything fails."""
    context = chromium.new_context(offline=True)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    yield page
    context.close()
    assert asked == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("make", MAILS, ids=lambda make: make.__name__)
def test_a_mail_can_be_read_by_everybody(reader: Page, make: Callable[..., Mail], language: Language) -> None:
    reader.set_viewport_size({"width": NARROW, "height": 640})
    reader.set_content(make(language).html)
    assert reader.evaluate("document.documentElement.scrollWidth") <= NARROW
    accessible(reader, OF_MAILS)
    reader.set_viewport_size({"width": WIDE, "height": 640})
    for scheme in ("light", "dark"):
        reader.emulate_media(color_scheme=scheme)
        keep_picture(reader, f"mail-{make.__name__.replace('_', '-')}-{language}-{scheme}")
