"""What works without JavaScript: public pages, registration, confirmation, "not me", reset."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.support.browser import HOSTILE, keep_picture
from tests.support.filling import fill_registration, send_registration
from tests.support.people import PASSWORD
from tests.support.stack import Portal

ERRORS = "Bitte prüfen Sie Ihre Angaben"
LINK = "Link aus der E-Mail"
OTHER_PASSWORD = "sieben Kastanien unter Schnee"


@pytest.fixture
def plain(visit: Visit) -> Visit:
    """Let somebody in who has JavaScript switched off."""
    return lambda **options: visit(java_script_enabled=False, **options)


def pasted(mail: dict[str, str], page: str) -> str:
    found = re.search(rf"^\S+/{page}#token=\S+$", mail["text"], re.MULTILINE)
    assert found
    return found[0]


def test_a_person_registers_and_confirms(portal: Portal, plain: Visit) -> None:
    email = "plain@example.com"
    with plain() as visitor:
        page = visitor.open("/register")
        fill_registration(page, email, postal_code="1")
        page.get_by_label("Nachname").fill(HOSTILE)
        send_registration(page)
        summary = page.get_by_role("group", name=ERRORS)
        expect(summary).to_be_focused()
        expect(page.get_by_label("Nachname")).to_have_value(HOSTILE)
        expect(page.get_by_label("Frau")).to_be_checked()
        expect(page.get_by_label("Ich stimme den")).to_be_checked()
        keep_picture(page, "register-errors-plain-de")
        summary.get_by_role("link", name="Postleitzahl").click()
        page.get_by_label("Postleitzahl").fill("51147")
        send_registration(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Bitte sehen Sie in Ihr Postfach")
        expect(page.get_by_text(email)).to_be_visible()
        assert page.url == f"{portal.url}/form/register"
        keep_picture(page, "register-sent-plain-de")
        link = pasted(portal.next_mail(email), "confirm")
        confirm(page, link)
        expect(page.get_by_role("status")).to_contain_text("Ihre Adresse ist bestätigt")
        keep_picture(page, "confirm-done-plain-de")
        confirm(page, link)
        expect(page.get_by_role("status")).to_contain_text("bereits bestätigt")
    assert "Passwort: " in portal.next_mail(email, 2)["text"]


def confirm(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label(LINK).fill(link)
    page.get_by_role("button", name="Registrierung bestätigen").click()


def test_who_mistyped_gets_everything_back(plain: Visit) -> None:
    with plain() as visitor:
        page = visitor.open("/register.en")
        fill_registration(page, "mistyped@example.com", "en")
        send_registration(page, "en")
        page.get_by_role("button", name="Change what I entered").click()
        expect(page.get_by_label("E-mail address")).to_have_value("mistyped@example.com")
        expect(page.get_by_label("Last name")).to_have_value("Mustermann")
        expect(page.get_by_label("Ms", exact=True)).to_be_checked()
        page.get_by_label("E-mail address").fill("typed.well@example.com")
        send_registration(page, "en")
        expect(page.get_by_text("typed.well@example.com")).to_be_visible()


def test_not_me_deletes_the_data(portal: Portal, plain: Visit) -> None:
    email = "plain.stranger@example.com"
    link = pasted(portal.register(email), "reject")
    with plain(locale="en-GB") as visitor:
        page = visitor.open("/reject")
        page.get_by_label("Link from the e-mail").fill("unsinn")
        page.get_by_role("button", name="This was not me").click()
        expect(page.get_by_role("group", name="Please check what you entered")).to_be_focused()
        page.get_by_label("Link from the e-mail").fill(link)
        page.get_by_role("button", name="This was not me").click()
        expect(page.get_by_role("status")).to_contain_text("are deleted")
    assert not [row for row in portal.items("RegistrationsTable") if row["email"] == email]


def test_a_forgotten_password_is_replaced(portal: Portal, plain: Visit) -> None:
    email = "plain.forgot@example.com"
    portal.a_client(email)
    with plain() as visitor:
        page = visitor.open("/forgot-password")
        page.get_by_label("E-Mail-Adresse").fill(email)
        page.get_by_role("button", name="Link senden").click()
        expect(page.get_by_role("status")).to_contain_text(email)
        link = pasted(portal.next_mail(email, 4), "reset")
        page.goto(link)
        expect(page.get_by_label("Passwort anzeigen")).to_be_hidden()
        page.get_by_label(LINK).fill(link)
        page.get_by_label("Neues Passwort").fill("Mandantenportal 2026")
        page.get_by_role("button", name="Passwort festlegen").click()
        expect(page.get_by_role("group", name=ERRORS)).to_be_focused()
        expect(page.get_by_label("Neues Passwort")).to_have_value("")
        expect(page.get_by_label(LINK)).to_have_value(link)
        page.get_by_label("Neues Passwort").fill(OTHER_PASSWORD)
        page.get_by_role("button", name="Passwort festlegen").click()
        expect(page.get_by_role("status")).to_contain_text("Ihr neues Passwort gilt ab sofort")
    assert OTHER_PASSWORD != PASSWORD
    assert portal.log_in(email, OTHER_PASSWORD)["scope"] == "portal"


def test_a_form_on_another_site_does_nothing(portal: Portal, plain: Visit) -> None:
    with plain() as visitor:
        page = visitor.page
        page.route(
            "http://elsewhere.localhost/",
            lambda route: route.fulfill(body=FOREIGN.format(portal.url), content_type="text/html"),
        )
        visitor.allowed = ("http://elsewhere.localhost/",)
        page.goto("http://elsewhere.localhost/")
        page.get_by_role("button").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Das hat nicht geklappt")
        expect(page.get_by_text("kam nicht von einer Seite des Portals")).to_be_visible()


FOREIGN = (
    '<form method="post" action="{}/form/resend"><input name="email" value="a@example.com"><button>x</button></form>'
)


def test_a_script_that_did_not_load_leaves_the_form_usable(portal: Portal, visit: Visit) -> None:
    with visit() as visitor:
        visitor.context.route("**/*.js", lambda route: route.abort())
        page = visitor.open("/resend")
        page.get_by_label("E-Mail-Adresse").fill("unloaded@example.com")
        page.get_by_role("button", name="Link senden").click()
        expect(page.get_by_role("status")).to_contain_text("unloaded@example.com")
        assert page.url == f"{portal.url}/form/resend"
        visitor.expected = ("ERR_FAILED",)
