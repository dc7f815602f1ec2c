"""The way in: login, own password, review of the bank details, newer wordings."""

import re
from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.support.area import COOKIES, account_of, end_sessions, enter, fill_login, loaded
from tests.support.browser import HOSTILE, Visitor, accessible, keep_picture, refuse
from tests.support.people import PASSWORD
from tests.support.stack import Portal, password_of

ERRORS = "Bitte prüfen Sie Ihre Angaben"


def a_newcomer(portal: Portal, email: str, **changes: Any) -> str:
    """Return the initial password of an account that was just opened."""
    assert portal.confirm(portal.register(email, **changes)).status_code == 200
    return password_of(portal.next_mail(email, 2))


WORDS = {
    "de": {
        "choice": "Eigenes Passwort festlegen",
        "field": "Neues Passwort",
        "set": "Passwort festlegen",
        "review": "Stimmt Ihre Bankverbindung?",
        "accept": "Bankverbindung bestätigen",
        "on": "Weiter",
    },
    "en": {
        "choice": "Choose your own password",
        "field": "New password",
        "set": "Set the password",
        "review": "Are your bank details correct?",
        "accept": "Confirm the bank details",
        "on": "Continue",
    },
}


@pytest.mark.parametrize("language", WORDS)
def test_a_newcomer_chooses_a_password_and_reviews_the_bank_details(
    portal: Portal, visitor: Visitor, language: str
) -> None:
    email, words = f"newcomer.{language}@example.com", WORDS[language]
    initial = a_newcomer(portal, email)
    visitor.cookies = COOKIES
    page = visitor.open(f"/login.{language}")
    accessible(page)
    keep_picture(page, f"login-{language}")
    fill_login(page, email, initial, language)
    expect(page.get_by_role("heading", name=words["choice"])).to_be_focused()
    assert page.title().startswith(words["choice"])
    assert page.locator('[autocomplete="username"]:not(#email)').input_value() == email
    accessible(page)
    keep_picture(page, f"choose-{language}")
    page.get_by_label(words["field"], exact=True).fill("Mandantenportal 2026")
    page.get_by_role("button", name=words["set"]).click()
    expect(page.get_by_role("group", name=re.compile("Bitte prüfen|Please check"))).to_be_focused()
    expect(page.get_by_label(words["field"], exact=True)).to_have_attribute("aria-invalid", "true")
    accessible(page)
    keep_picture(page, f"choose-refused-{language}")
    page.get_by_label(words["field"], exact=True).fill(PASSWORD)
    page.get_by_role("button", name=words["set"]).click()
    expect(page.get_by_role("heading", name=words["review"])).to_be_visible()
    loaded(page)
    expect(page.get_by_text("DE89 3704 0044 0532 0130 00")).to_be_visible()
    accessible(page)
    keep_picture(page, f"review-{language}")
    page.get_by_role("button", name=words["accept"]).click()
    expect(page.get_by_role("status")).to_be_focused()
    accessible(page)
    keep_picture(page, f"review-done-{language}")
    assert account_of(portal, email)["bank_reviewed"] is True
    page.get_by_role("link", name=words["on"]).click()
    page.wait_for_url(re.compile(rf"/account\.{language}$"))
    loaded(page)
    # Asked once: whoever comes back sees that it is done.
    visitor.open(f"/review.{language}")
    loaded(page)
    expect(page.get_by_role("button", name=words["accept"])).to_have_count(0)


def test_the_bank_details_can_be_reviewed_later(portal: Portal, visitor: Visitor) -> None:
    email = "later@example.com"
    initial = a_newcomer(portal, email)
    visitor.cookies = COOKIES
    fill_login(visitor.open("/login"), email, initial)
    page = visitor.page
    page.get_by_label("Neues Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Passwort festlegen").click()
    page.get_by_role("link", name="Später prüfen").click()
    page.wait_for_url(re.compile("/account$"))
    loaded(page)
    assert not account_of(portal, email)["bank_reviewed"]


def test_who_takes_long_to_choose_a_password_types_the_first_one_once(portal: Portal, visitor: Visitor) -> None:
    email = "slow@example.com"
    initial = a_newcomer(portal, email)
    visitor.cookies = COOKIES
    page = visitor.open("/login")
    fill_login(page, email, initial)
    page.get_by_label("Neues Passwort").fill(PASSWORD)
    end_sessions(portal, email)
    page.get_by_role("button", name="Passwort festlegen").click()
    expect(page.get_by_role("heading", name="Stimmt Ihre Bankverbindung?")).to_be_visible()
    loaded(page)


def test_a_wrong_password_is_told_and_costs_nothing_typed(portal: Portal, visitor: Visitor) -> None:
    email = "wrong@example.com"
    portal.a_client(email)
    page = visitor.open("/login")
    fill_login(page, email, "falsch")
    expect(page.get_by_role("group", name=re.compile("stimmen nicht"))).to_be_focused()
    assert page.title().startswith("Fehler: ")
    expect(page.get_by_label("E-Mail-Adresse", exact=True)).to_have_value(email)
    expect(page.get_by_label("Passwort", exact=True)).to_have_value("falsch")
    accessible(page)
    keep_picture(page, "login-wrong")
    for _ in range(5):
        page.get_by_role("main").get_by_role("button", name="Anmelden").click()
        expect(page.get_by_role("main").get_by_role("button", name="Anmelden")).not_to_have_attribute(
            "aria-disabled", "true"
        )
    expect(
        page.get_by_role("group", name=re.compile(r"Zu viele falsche Passwörter.* in .*(Sekunde|Minute)"))
    ).to_be_focused()
    keep_picture(page, "login-delayed")


def test_an_empty_login_leads_to_its_fields(visitor: Visitor) -> None:
    page = visitor.open("/login")
    page.get_by_role("main").get_by_role("button", name="Anmelden").click()
    summary = page.get_by_role("group", name=ERRORS)
    expect(summary).to_be_focused()
    summary.get_by_role("link", name=re.compile("Passwort")).click()
    expect(page.get_by_label("Passwort", exact=True)).to_be_focused()
    accessible(page)
    keep_picture(page, "login-errors")


def test_what_is_typed_into_the_login_is_shown_as_text_and_never_in_the_address(visitor: Visitor) -> None:
    page = visitor.open("/login")
    fill_login(page, HOSTILE, HOSTILE)
    expect(page.get_by_role("group", name=re.compile("stimmen nicht|prüfen"))).to_be_focused()
    expect(page.get_by_label("E-Mail-Adresse", exact=True)).to_have_value(HOSTILE)
    assert "img" not in page.url


def test_the_login_is_left_to_managers_and_can_be_shown(visitor: Visitor) -> None:
    page = visitor.open("/login")
    field = page.get_by_label("Passwort", exact=True)
    assert page.get_by_label("E-Mail-Adresse", exact=True).get_attribute("autocomplete") == "username"
    assert field.get_attribute("autocomplete") == "current-password"
    field.focus()
    page.evaluate("document.execCommand('insertText', false, 'eingefügt aus dem Manager')")
    expect(field).to_have_value("eingefügt aus dem Manager")
    page.get_by_label("Passwort anzeigen").check()
    expect(field).to_have_attribute("type", "text")


def test_the_keyboard_alone_leads_in_and_out(portal: Portal, visitor: Visitor) -> None:
    email = "keys@example.com"
    portal.a_client(email)
    visitor.cookies = {"__Host-device"}
    page = visitor.open("/login")
    page.get_by_label("E-Mail-Adresse", exact=True).wait_for()
    tab_to(page, "email")
    page.keyboard.type(email)
    tab_to(page, "password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/account$"))
    loaded(page)
    tab_to(page, "log-out")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("#logged-out$"))
    expect(page.get_by_text("Sie sind abgemeldet.")).to_be_visible()


def tab_to(page: Page, name: str) -> None:
    for _ in range(40):
        if page.evaluate("document.activeElement.id") == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way to {name}")


@pytest.mark.parametrize(
    "fragment",
    [
        *("to=//evil.example", "to=https://evil.example", "to=javascript:alert(1)", "to=..%2Fregister", "to=imprint"),
        *("to=login", "to=", "to=account.en", "to=%5C%5Cevil.example"),
    ],
)
def test_the_login_leads_to_pages_of_its_own_list_and_nowhere_else(portal: Portal, visit: Visit, fragment: str) -> None:
    email = "redirect@example.com"
    if not portal.mails(email):
        portal.a_client(email)
    with visit() as visitor:
        visitor.cookies = COOKIES
        page = visitor.open(f"/login#{fragment}")
        fill_login(page, email)
        page.wait_for_url(f"{portal.url}/account")
        loaded(page)


def test_who_has_a_session_need_not_log_in_again(portal: Portal, visitor: Visitor) -> None:
    email = "twice.in@example.com"
    portal.a_client(email)
    page = enter(visitor, email)
    visitor.open("/login#to=review")
    page.wait_for_url(f"{portal.url}/review")
    loaded(page)


def test_the_login_can_be_read_in_the_other_language_without_losing_the_way(portal: Portal, visitor: Visitor) -> None:
    email = "language.in@example.com"
    portal.a_client(email)
    visitor.cookies = COOKIES
    page = visitor.open("/review")
    page.wait_for_url(re.compile("/login#"))
    expect(page.get_by_role("status")).to_contain_text("Danach geht es dort weiter")
    accessible(page)
    keep_picture(page, "login-needed")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("status")).to_contain_text("You will then be taken there")
    fill_login(page, email, language="en")
    page.wait_for_url(f"{portal.url}/review.en")
    loaded(page)


def test_without_script_the_login_says_what_it_needs(visit: Visit) -> None:
    with visit(java_script_enabled=False) as visitor:
        for path in ("/login", "/account", "/review", "/new-wordings"):
            page = visitor.open(path)
            expect(page.locator("noscript > .note")).to_be_visible()
            expect(page.get_by_role("textbox")).to_have_count(0)
            keep_picture(page, f"without-script{path.replace('/', '-')}")


@pytest.mark.parametrize("path", ["/login", "/review"])
def test_the_way_in_fits_a_narrow_screen_and_large_text(portal: Portal, visit: Visit, path: str) -> None:
    email = "narrow@example.com"
    if not portal.mails(email):
        portal.a_client(email)
    with visit(viewport={"width": 320, "height": 640}) as visitor:
        page = visitor.open(path) if path == "/login" else enter(visitor, email, path)
        page.get_by_role("heading", level=1).wait_for()
        for width, size in ((320, "100%"), (640, "200%")):
            page.set_viewport_size({"width": width, "height": 640})
            page.evaluate("size => { document.documentElement.style.fontSize = size }", size)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            keep_picture(page, f"narrow{path.replace('/', '-')}-{size[:-1]}")


# ------------------------------------------------------------ newer wordings


def outdate(portal: Portal, email: str, *kinds: str) -> None:
    """Let somebody have consented to older wordings than those in force."""
    found = account_of(portal, email)
    consents = [
        {**consent, "version": "2020-01"} if consent["kind"] in kinds else consent for consent in found["consents"]
    ]
    portal.dynamodb.update_item(
        TableName=portal.outputs["AccountsTable"],
        Key={"pk": {"S": found["pk"]}},
        UpdateExpression="SET consents = :consents",
        ConditionExpression="attribute_exists(pk)",
        ExpressionAttributeValues={":consents": TypeSerializer().serialize(consents)},
    )


@pytest.mark.parametrize("kinds", [("terms",), ("terms", "privacy_notice")])
def test_newer_wordings_are_asked_for_once_and_the_way_goes_on(
    portal: Portal, visitor: Visitor, kinds: tuple[str, ...]
) -> None:
    email = f"wordings.{len(kinds)}@example.com"
    portal.a_client(email)
    outdate(portal, email, *kinds)
    visitor.cookies = COOKIES
    page = visitor.open("/review")
    fill_login(page, email)
    page.wait_for_url(f"{portal.url}/new-wordings#to=review")
    loaded(page)
    expect(page.get_by_role("checkbox")).to_have_count(len(kinds))
    expect(page.get_by_text("2020\u201101").first).to_be_visible()
    accessible(page)
    keep_picture(page, f"new-wordings-{len(kinds)}")
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    button = page.get_by_role("button", name="Zustimmen und weiter")
    button.press("Enter")
    expect(page.get_by_role("group", name=ERRORS)).to_be_focused()
    accessible(page)
    keep_picture(page, f"new-wordings-errors-{len(kinds)}")
    for box in page.get_by_role("checkbox").all():
        expect(box).not_to_be_checked()
        box.press("Space")
    button.press("Enter")
    page.wait_for_url(f"{portal.url}/review")
    loaded(page)
    assert {consent["version"] for consent in account_of(portal, email)["consents"]} != {"2020-01"}


# ------------------------------------------------------------ what can go wrong


def test_a_page_that_can_not_be_loaded_says_so_and_can_be_tried_again(portal: Portal, visitor: Visitor) -> None:
    email = "failing@example.com"
    portal.a_client(email)
    page = enter(visitor, email)
    refuse(page, "**/api/profile/bank-details", 503, "unavailable")
    visitor.open("/review")
    told = page.get_by_role("group", name="Ihre Daten konnten nicht geladen werden")
    expect(told).to_be_focused()
    expect(told).to_contain_text("in einigen Minuten")
    expect(page.get_by_role("button", name="Bankverbindung bestätigen")).to_have_count(0)
    accessible(page)
    keep_picture(page, "review-unable")
    page.unroute("**/api/profile/bank-details")
    page.get_by_role("button", name="Erneut versuchen").click()
    loaded(page)
    expect(page.get_by_role("button", name="Bankverbindung bestätigen")).to_be_visible()
    visitor.expected = ("status of 503",)
