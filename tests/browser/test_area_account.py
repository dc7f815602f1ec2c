"""Clients look after their account: password, sessions, consents, their data, and its end."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.support.area import COOKIES, account_of, enter, loaded
from tests.support.browser import Visitor, accessible, keep_picture
from tests.support.people import IBAN, PASSWORD
from tests.support.stack import Portal

OTHER_PASSWORD = "sieben Kastanien unter Schnee"
EMAIL = "account.area@example.com"


@pytest.fixture(scope="module")
def client(portal: Portal) -> str:
    portal.a_client(EMAIL)
    return EMAIL


# ------------------------------------------------------------ overview


@pytest.mark.parametrize(("language", "words"), [("de", "Bankverbindung prüfen"), ("en", "Check the bank details")])
def test_the_overview_shows_what_there_is_and_what_is_to_do(
    portal: Portal, visitor: Visitor, language: str, words: str
) -> None:
    email = f"overview.{language}@example.com"
    token = portal.a_client(email)["access_token"]
    page = enter(visitor, email, f"/account.{language}", language=language)
    main = page.get_by_role("main")
    for shown in (email, "Erika Mustermann", "Heidestraße 17a, 51147 Köln", "Commerzbank"):
        expect(main.get_by_text(shown)).to_be_visible()
    assert IBAN not in page.content()
    expect(main.get_by_role("link", name=words)).to_be_visible()
    for link in main.locator(".tiles").get_by_role("link").all():
        assert str(link.get_attribute("href")).endswith(f".{language}")
    portal.request("POST", "/api/profile/bank-details/accept", {}, token=token)
    page.reload()
    loaded(page)
    expect(main.get_by_role("link", name=words)).to_be_hidden()


# ------------------------------------------------------------ password


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_password_is_changed_and_reasons_are_said_in_words(portal: Portal, visitor: Visitor, language: str) -> None:
    email = f"new.password.{language}@example.com"
    portal.a_client(email)
    present, new, button = {
        "de": ("Jetziges Passwort", "Neues Passwort", "Passwort ändern"),
        "en": ("Present password", "New password", "Change the password"),
    }[language]
    wrong, weak, same, done = {
        "de": ("stimmt nicht", "erraten", "unterscheiden", "gilt ab sofort"),
        "en": ("not correct", "guess", "differ", "valid from now on"),
    }[language]
    page = enter(visitor, email, f"/password.{language}", language=language)
    assert page.get_by_label(present, exact=True).get_attribute("autocomplete") == "current-password"
    assert page.get_by_label(new, exact=True).get_attribute("autocomplete") == "new-password"
    assert page.locator('[autocomplete="username"]').input_value() == email
    for tried, chosen, field, words in (
        ("falsches Passwort", OTHER_PASSWORD, present, wrong),
        (PASSWORD, "Mandantenportal 2026", new, weak),
        (PASSWORD, PASSWORD, new, same),
    ):
        page.get_by_label(present, exact=True).fill(tried)
        page.get_by_label(new, exact=True).fill(chosen)
        page.get_by_role("button", name=button).click()
        expect(page.get_by_label(field, exact=True)).to_have_accessible_description(re.compile(words))
        expect(page.get_by_label(field, exact=True)).to_have_attribute("aria-invalid", "true")
        expect(page.locator("#alert")).to_be_focused()
        accessible(page)
    keep_picture(page, f"password-errors-{language}")
    page.get_by_label(new, exact=True).fill(OTHER_PASSWORD)
    page.get_by_role("checkbox").last.check()
    assert page.get_by_label(new, exact=True).get_attribute("type") == "text"
    page.get_by_role("button", name=button).click()
    told = page.get_by_role("status").filter(has_text=re.compile(done))
    expect(told).to_be_focused()
    expect(page.get_by_label(new, exact=True)).to_have_value("")
    assert page.get_by_label(new, exact=True).get_attribute("type") == "password"
    accessible(page)
    keep_picture(page, f"password-changed-{language}")
    assert portal.log_in(email, OTHER_PASSWORD)
    # This session goes on.
    visitor.open(f"/sessions.{language}")
    loaded(page)
    expect(page.locator(".cards > li")).to_have_count(2)


# ------------------------------------------------------------ sessions


def test_a_session_that_nobody_knows_is_ended(visitor: Visitor, visit: Visit, client: str) -> None:
    agent = '<img src=x onerror=alert(1)> "{device}" ${x} ' + "long/" * 30
    with visit(user_agent=agent) as stranger:
        enter(stranger, client)
        page = enter(visitor, client, "/sessions")
        expect(page.locator(".mark:visible")).to_have_text("dieses Gerät")
        entry = page.get_by_role("listitem").filter(has_text="onerror=alert(1)")
        expect(entry.get_by_role("heading", name="Unbekanntes Gerät")).to_be_visible()
        expect(page.get_by_role("main").locator("img")).to_have_count(0)
        page.set_viewport_size({"width": 320, "height": 640})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        keep_picture(page, "sessions-hostile-de-320")
        entry.get_by_role("button", name="Anmeldung beenden: Unbekanntes Gerät").press("Enter")
        expect(page.get_by_role("status").filter(has_text="Die Anmeldung ist beendet")).to_be_focused()
        expect(entry).to_have_count(0)
        accessible(page)
        keep_picture(page, "sessions-ended-de")
        # What the stranger sees next is the login.
        stranger.page.reload()
        stranger.page.wait_for_url(re.compile("/login#"))
        stranger.cookies = {cookie["name"] for cookie in stranger.context.cookies()}


def test_all_other_sessions_end_at_once(portal: Portal, visitor: Visitor, client: str) -> None:
    for _ in range(2):
        portal.log_in(client)
    page = enter(visitor, client, "/sessions.en", language="en")
    page.get_by_role("button", name="End all other sessions").click()
    expect(page.get_by_role("status").filter(has_text="All other sessions have ended")).to_be_focused()
    expect(page.locator(".cards > li")).to_have_count(1)
    expect(page.get_by_text("There are no other sessions")).to_be_visible()
    expect(page.get_by_role("button", name="End all other sessions")).to_be_hidden()
    accessible(page)
    keep_picture(page, "sessions-alone-en")


def test_a_session_that_has_ended_meanwhile_is_no_error(portal: Portal, visitor: Visitor, client: str) -> None:
    portal.log_in(client)
    page = enter(visitor, client, "/sessions")
    button = page.get_by_role("button", name=re.compile("^Anmeldung beenden")).first
    visitor.context.route("**/api/sessions/*", lambda route: route.fulfill(status=404, body='{"code": "not_found"}'))
    button.click()
    expect(page.get_by_role("status").filter(has_text="Die Anmeldung ist beendet")).to_be_focused()


# ------------------------------------------------------------ consents, data, the end


def test_consents_are_shown_with_version_time_and_hash(portal: Portal, visitor: Visitor, client: str) -> None:
    page = enter(visitor, client, "/consents")
    legal = portal.request("GET", "/api/legal").json()
    for kind, name in (("terms", "Nutzungsbedingungen"), ("privacy_notice", "Datenschutzerklärung")):
        entry = page.locator(".cards > li").filter(has=page.get_by_role("heading", name=name, exact=True))
        for shown in (legal[kind]["version"], legal[kind]["sha256"]):
            expect(entry.get_by_text(shown, exact=True)).to_be_visible()
        expect(entry.get_by_role("link", name=f"{name} lesen")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("button")).to_have_count(0)
    expect(page.get_by_text(legal["terms"]["sha256"])).to_be_visible()
    keep_picture(page, "consents-print-de")


def test_the_data_are_taken_along_as_a_file(visitor: Visitor, client: str) -> None:
    page = enter(visitor, client, "/export")
    with page.expect_download() as started:
        page.get_by_role("button", name="Datei erstellen").press("Enter")
    file = started.value
    assert file.suggested_filename == "mandantenportal.json"
    found: dict[str, Any] = json.loads(Path(file.path()).read_text(encoding="utf-8"))
    assert found["account"]["email"] == client
    assert found["account"]["bank_details"]["iban"] == IBAN
    expect(page.get_by_role("status").filter(has_text="Ihre Datei ist erstellt")).to_be_focused()
    with page.expect_download() as again:
        page.get_by_role("link", name="Datei speichern").click()
    assert json.loads(Path(again.value.path()).read_text(encoding="utf-8")) == found
    accessible(page)
    keep_picture(page, "export-ready-de")


def gone(portal: Portal, email: str) -> bool:
    return not [row for row in portal.items("AccountsTable") if row.get("email") == email]


def confirm(page: Page, button: str) -> None:
    """Try it without the box first."""
    page.get_by_role("button", name=button).click()
    expect(page.locator("#alert")).to_be_focused()
    expect(page.get_by_role("checkbox")).to_have_attribute("aria-invalid", "true")
    accessible(page)


def test_an_account_is_closed_only_when_that_is_confirmed(portal: Portal, visitor: Visitor) -> None:
    email = "closing.area@example.com"
    portal.a_client(email)
    page = enter(visitor, email, "/close")
    for words in ("bis zum Ende des 3. Kalenderjahres", "längstens 35 Tage", "90 Tage"):
        expect(page.get_by_text(words)).to_be_visible()
    other = visitor.context.new_page()
    other.goto(f"{portal.url}/profile")
    loaded(other)
    confirm(page, "Konto endgültig schließen")
    keep_picture(page, "close-errors-de")
    assert account_of(portal, email)
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Konto endgültig schließen").click()
    page.wait_for_url(re.compile("#closed$"))
    expect(page.get_by_text("Ihr Konto ist geschlossen")).to_be_visible()
    accessible(page)
    keep_picture(page, "closed-de")
    assert gone(portal, email)
    assert portal.next_mail(email, says="geschlossen")
    # The other tab shows nothing of it any more.
    other.wait_for_url(re.compile("#closed$"))
    expect(other.get_by_label("Vorname")).to_have_count(0)
    visitor.cookies = COOKIES - {"__Host-refresh"}
    page.go_back()
    page.wait_for_load_state("networkidle")
    assert email not in page.content()


def test_a_consent_is_withdrawn_with_the_account_or_kept(portal: Portal, visitor: Visitor) -> None:
    email = "withdrawal.area@example.com"
    portal.a_client(email, locale="en")
    page = enter(visitor, email, "/consents.en", language="en")
    button = page.get_by_role("button", name="Withdraw: Privacy notice")
    button.press("Enter")
    expect(page.get_by_role("heading", name="Withdrawal: Privacy notice")).to_be_focused()
    accessible(page)
    keep_picture(page, "consents-withdrawal-en")
    page.get_by_role("link", name="Keep the account").click()
    expect(button).to_be_focused()
    button.press("Enter")
    confirm(page, "Withdraw and close the account")
    assert account_of(portal, email)
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Withdraw and close the account").click()
    page.wait_for_url(re.compile("/start.en#closed$"))
    expect(page.get_by_text("Your account is closed")).to_be_visible()
    assert gone(portal, email)
    withdrawn = [row for row in portal.items("EvidenceTable") if row.get("kind") == "withdrawal"]
    assert withdrawn
    visitor.cookies = COOKIES - {"__Host-refresh"}
