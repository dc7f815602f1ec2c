"""The pages that mailed links open."""

import re

from playwright.sync_api import Page, expect

from tests.support.stack import Portal

NOTHING_STORED = "[localStorage.length, sessionStorage.length, document.cookie.length]"


def link(mail: dict[str, str], page: str) -> str:
    found = re.search(rf"^\S+/{page}#token=\S+$", mail["text"], re.MULTILINE)
    assert found
    return found[0]


def pending(portal: Portal, email: str) -> int:
    return len([row for row in portal.items("RegistrationsTable") if row["email"] == email])


def test_a_person_confirms_by_pressing_the_button_and_not_before(portal: Portal, page: Page) -> None:
    email = "browser@example.com"
    page.goto(link(portal.register(email), "confirm"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert pending(portal, email) == 1
    page.get_by_role("button").press("Enter")
    expect(page.get_by_text("E-Mail mit Benutzername und Passwort").first).to_be_visible()
    assert pending(portal, email) == 0
    assert "token" not in page.url
    assert page.evaluate(NOTHING_STORED) == [0, 0, 0]
    assert "Passwort: " in portal.next_mail(email, 2)["text"]


def test_a_second_visit_says_what_happened(portal: Portal, page: Page) -> None:
    opened = portal.register("again@example.com")
    portal.confirm(opened)
    page.goto(link(opened, "confirm"))
    page.get_by_role("button").click()
    expect(page.get_by_text("bereits bestätigt").first).to_be_visible()


def test_not_me_deletes_the_data(portal: Portal, page: Page) -> None:
    email = "stranger@example.com"
    page.goto(link(portal.register(email), "reject"))
    assert pending(portal, email) == 1
    page.get_by_role("button").click()
    expect(page.get_by_text("gelöscht").first).to_be_visible()
    page.wait_for_url(re.compile(r"/reject$"))
    assert pending(portal, email) == 0


def test_a_damaged_link_is_told(portal: Portal, page: Page) -> None:
    page.goto(f"{portal.url}/confirm#token=eyJ.x.y")
    page.get_by_role("button").click()
    expect(page.get_by_role("status").or_(page.get_by_role("alert")).first).to_contain_text("ungültig")


def test_pages_fit_a_narrow_screen(portal: Portal, page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    for path in ("/", "/confirm", "/reject", "/gibt-es-nicht"):
        page.goto(portal.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_mailbox_shows_a_mail_as_a_person_sees_it(portal: Portal, page: Page) -> None:
    email = "mailbox@example.com"
    mail = portal.register(email)
    page.goto(f"{portal.url}/_mail/")
    page.get_by_role("link", name=re.compile(re.escape(mail["subject"]))).first.click()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("link").first).to_be_visible()
    expect(page.get_by_text(email).first).to_be_visible()
