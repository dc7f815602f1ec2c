"""The pages that mailed links open."""

import re

from playwright.sync_api import Page, expect

from tests.support.people import PASSWORD
from tests.support.stack import Portal

OTHER_PASSWORD = "sieben Kastanien unter Schnee"
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
    page.get_by_role("main").get_by_role("button").press("Enter")
    expect(page.get_by_text("E-Mail mit Benutzername und Passwort").first).to_be_visible()
    assert pending(portal, email) == 0
    assert "token" not in page.url
    assert page.evaluate(NOTHING_STORED) == [0, 0, 0]
    assert "Passwort: " in portal.next_mail(email, 2)["text"]


def test_a_second_visit_says_what_happened(portal: Portal, page: Page) -> None:
    opened = portal.register("again@example.com")
    portal.confirm(opened)
    page.goto(link(opened, "confirm"))
    page.get_by_role("main").get_by_role("button").click()
    expect(page.get_by_text("bereits bestätigt").first).to_be_visible()


def test_not_me_deletes_the_data(portal: Portal, page: Page) -> None:
    email = "stranger@example.com"
    page.goto(link(portal.register(email), "reject"))
    assert pending(portal, email) == 1
    page.get_by_role("main").get_by_role("button").click()
    expect(page.get_by_text("gelöscht").first).to_be_visible()
    page.wait_for_url(re.compile(r"/reject$"))
    assert pending(portal, email) == 0


def test_a_damaged_link_is_told(portal: Portal, page: Page) -> None:
    page.goto(f"{portal.url}/confirm#token=eyJ.x.y")
    page.get_by_role("main").get_by_role("button").click()
    expect(page.get_by_role("status")).to_contain_text("ungültig")


def test_a_forgotten_password_is_replaced_and_a_weak_one_refused_with_the_reason(portal: Portal, page: Page) -> None:
    email = "forgot.browser@example.com"
    portal.a_client(email)
    portal.request("POST", "/api/password-reset", {"email": email})
    page.goto(link(portal.next_mail(email, says="/reset#token="), "reset"))
    field, button = page.get_by_label("Neues Passwort"), page.get_by_role("main").get_by_role("button")
    assert field.get_attribute("autocomplete") == "new-password"
    field.fill("Mandantenportal 2026")
    button.click()
    expect(page.get_by_text("leicht zu erraten").first).to_be_visible()
    expect(page.get_by_role("group", name="Bitte prüfen Sie Ihre Angaben")).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill(OTHER_PASSWORD)
    page.get_by_label("Passwort anzeigen").check()
    assert field.get_attribute("type") == "text"
    button.click()
    expect(page.get_by_text("melden Sie sich damit an").first).to_be_visible()
    login = portal.request("POST", "/api/login", {"email": email, "password": OTHER_PASSWORD, "delivery": "body"})
    assert login.status_code == 200
    assert page.evaluate(NOTHING_STORED) == [0, 0, 0]


def test_a_new_address_is_confirmed_and_the_former_one_can_block_the_account(portal: Portal, page: Page) -> None:
    email, new = "change.browser@example.com", "changed.browser@example.org"
    token = portal.a_client(email)["access_token"]
    assert portal.request("POST", "/api/profile/email-change", {"new_email": new}, token=token).status_code == 202
    page.goto(link(portal.next_mail(new), "email-change"))
    page.get_by_role("main").get_by_role("button").click()
    expect(page.get_by_text("Ihre E-Mail-Adresse ist geändert").first).to_be_visible()
    page.goto(link(portal.next_mail(email, says="Ihre E-Mail-Adresse wurde geändert"), "freeze"))
    page.get_by_role("main").get_by_role("button").click()
    expect(page.get_by_text("Ihr Zugang ist gesperrt").first).to_be_visible()
    login = portal.request("POST", "/api/login", {"email": new, "password": PASSWORD, "delivery": "body"})
    assert login.status_code == 401


def test_pages_fit_a_narrow_screen(portal: Portal, page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    for path in ("/", "/confirm", "/reject", "/reset", "/email-change", "/freeze", "/gibt-es-nicht"):
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
