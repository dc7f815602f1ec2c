"""Clients change what the portal holds about them: details, bank details, address."""

import json
import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.area import account_of, enter, loaded, sessions_of
from tests.support.browser import HOSTILE, OF_PERSONS, Visitor, accessible, keep_picture, tokens_of
from tests.support.people import IBAN, OTHER_IBAN
from tests.support.stack import Portal, link_token

ERRORS = "Bitte prüfen Sie Ihre Angaben"
EMAIL = "details.area@example.com"


@pytest.fixture(scope="module")
def token(portal: Portal) -> str:
    found: str = portal.a_client(EMAIL)["access_token"]
    return found


def edit(portal: Portal, token: str, **changes: str | None) -> None:
    """Change the profile elsewhere."""
    answer = portal.request("PATCH", "/api/profile", changes, token=token, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text


def save(page: Page) -> None:
    page.get_by_role("button", name="Änderungen speichern").click()


# ------------------------------------------------------------ personal details


def test_details_are_changed_and_voluntary_ones_removed(portal: Portal, visitor: Visitor, token: str) -> None:
    edit(portal, token, fax="+4922112345", city="Köln")
    page = enter(visitor, EMAIL, "/profile")
    expect(page.get_by_label("Telefax")).to_have_value("+4922112345")
    page.get_by_label("Ort", exact=True).fill("Bonn")
    page.get_by_label("Telefon").fill("0221 98765")
    page.get_by_label("Titel").fill("Dr.")
    page.get_by_label("Telefax").fill("")
    page.get_by_label("Herr", exact=True).check()
    save(page)
    told = page.get_by_role("status").filter(has_text="gespeichert")
    expect(told).to_be_focused()
    # As it is stored by now.
    expect(page.get_by_label("Telefon")).to_have_value("+4922198765")
    accessible(page)
    keep_picture(page, "profile-saved-de")
    person = account_of(portal, EMAIL)["person"]
    assert {name: person[name] for name in ("city", "phone", "title", "salutation")} == {
        "city": "Bonn",
        "phone": "+4922198765",
        "title": "Dr.",
        "salutation": "herr",
    }
    assert person.get("fax") is None
    save(page)
    expect(page.get_by_role("status").filter(has_text="nichts geändert")).to_be_focused()


def test_errors_lead_to_their_fields_and_nothing_typed_is_lost(portal: Portal, visitor: Visitor, token: str) -> None:
    edit(portal, token, city="Köln")
    page = enter(visitor, EMAIL, "/profile")
    page.get_by_label("Vorname").fill(" ")
    page.get_by_label("Postleitzahl").fill("123")
    page.get_by_label("Telefon").fill("abc")
    page.get_by_label("Ort", exact=True).fill("Bonn")
    save(page)
    summary = page.get_by_role("group", name=ERRORS)
    expect(summary).to_be_focused()
    entries = [entry.partition(":")[0] for entry in summary.get_by_role("listitem").all_inner_texts()]
    assert entries == ["Vorname", "Postleitzahl", "Telefon"]
    expect(page.get_by_label("Postleitzahl")).to_have_accessible_description(re.compile("fünf Ziffern"))
    expect(page.get_by_label("Ort", exact=True)).to_have_value("Bonn")
    accessible(page)
    keep_picture(page, "profile-errors-de")
    assert account_of(portal, EMAIL)["person"]["city"] == "Köln"


def test_what_was_changed_elsewhere_stands_beside_what_was_typed(portal: Portal, visitor: Visitor, token: str) -> None:
    edit(portal, token, city="Köln", street="Heidestraße", title=None, salutation="frau")
    page = enter(visitor, EMAIL, "/profile")
    page.get_by_label("Ort", exact=True).fill("Bonn")
    page.get_by_label("Keine Anrede").check()
    edit(portal, token, city="Aachen", street="Am Ring", salutation="herr")
    save(page)
    summary = page.get_by_role("group", name=re.compile("inzwischen an anderer Stelle geändert"))
    expect(summary).to_be_focused()
    expect(page.get_by_label("Ort", exact=True)).to_have_value("Bonn")
    expect(page.get_by_label("Ort", exact=True)).to_have_accessible_description(re.compile("„Aachen“"))
    expect(page.get_by_label("Keine Anrede")).to_have_accessible_description(re.compile("„Herr“"))
    # What was not touched here is taken over, and said.
    expect(page.get_by_label("Straße")).to_have_value("Am Ring")
    expect(summary.get_by_role("listitem").filter(has_text="Straße")).to_contain_text("steht nun auch hier")
    accessible(page)
    keep_picture(page, "profile-conflict-de")
    assert account_of(portal, EMAIL)["person"]["city"] == "Aachen"
    save(page)
    expect(page.get_by_role("status").filter(has_text="gespeichert")).to_be_focused()
    person = account_of(portal, EMAIL)["person"]
    assert (person["city"], person["street"], person["salutation"]) == ("Bonn", "Am Ring", "neutral")


def test_a_change_elsewhere_that_is_not_shown_here_stops_nobody(portal: Portal, visitor: Visitor, token: str) -> None:
    edit(portal, token, city="Köln")
    page = enter(visitor, EMAIL, "/profile")
    page.get_by_label("Ort", exact=True).fill("Bonn")
    assert portal.request("POST", "/api/profile/bank-details/accept", {}, token=token).status_code == 204
    save(page)
    expect(page.get_by_role("status").filter(has_text="gespeichert")).to_be_focused()
    assert account_of(portal, EMAIL)["person"]["city"] == "Bonn"


def test_hostile_details_are_shown_as_text(portal: Portal, visitor: Visitor, token: str) -> None:
    fields = ("first_name", "last_name", "street", "city", "title", "address_supplement")
    edit(portal, token, **dict.fromkeys(fields, HOSTILE), house_number='"><b>${x}')
    page = enter(visitor, EMAIL)
    expect(page.get_by_text(f"{HOSTILE} {HOSTILE} {HOSTILE}")).to_be_visible()
    keep_picture(page, "account-hostile-de")
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page = visitor.open("/profile")
    loaded(page)
    expect(page.get_by_label("Nachname")).to_have_value(HOSTILE)
    page.get_by_label("Ort", exact=True).fill(f"x{HOSTILE}")
    edit(portal, token, city=f"y{HOSTILE}")
    save(page)
    expect(page.get_by_label("Ort", exact=True)).to_have_accessible_description(re.compile(re.escape(f"y{HOSTILE}")))
    expect(page.get_by_role("main").locator("img, b")).to_have_count(0)
    edit(portal, token, **dict.fromkeys(fields, "Beispiel"), house_number="1")


def test_the_keyboard_alone_is_enough(portal: Portal, visitor: Visitor, token: str) -> None:
    edit(portal, token, city="Köln")
    page = enter(visitor, EMAIL)
    for target in ("a[href='profile']", "#city"):
        for _ in range(40):
            if page.evaluate("target => document.activeElement.matches(target)", target):
                break
            page.keyboard.press("Tab")
        if target.startswith("a"):
            page.keyboard.press("Enter")
            page.wait_for_url("**/profile")
            loaded(page)
    page.keyboard.press("Control+A")
    page.keyboard.type("Bonn")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="gespeichert")).to_be_focused()
    assert account_of(portal, EMAIL)["person"]["city"] == "Bonn"


def test_every_field_tells_browsers_what_it_is_for_and_nothing_is_asked_twice(visitor: Visitor, token: str) -> None:
    assert token
    page = enter(visitor, EMAIL, "/profile")
    assert tokens_of(page) == OF_PERSONS
    for name in ("first_name", "last_name", "street", "house_number", "postal_code", "city"):
        assert page.locator(f"#{name}").input_value() != ""


def test_the_language_of_mails_is_chosen_here(portal: Portal, visitor: Visitor, token: str) -> None:
    edit(portal, token, city="Köln")
    page = enter(visitor, EMAIL, "/profile.en", language="en")
    page.get_by_label("English", exact=True).check()
    page.get_by_role("button", name="Save the changes").click()
    expect(page.get_by_role("status").filter(has_text="Your changes are saved")).to_be_focused()
    assert account_of(portal, EMAIL)["locale"] == "en"
    edit(portal, token, locale="de")


def test_while_processing_is_restricted_pages_say_so(visitor: Visitor, token: str) -> None:
    assert token
    page = enter(visitor, EMAIL)

    def restrict(route: Route) -> None:
        answer = route.fetch()
        since, until = "2026-11-20T10:00:00Z", "2026-12-24T10:00:00Z"
        changed = {**answer.json(), "processing_restricted": {"since": since, "until": until}}
        route.fulfill(response=answer, body=json.dumps(changed))

    visitor.context.route("**/api/profile", restrict)
    for name in ("account", "profile", "bank-details"):
        visitor.open(f"/{name}")
        loaded(page)
        expect(page.get_by_text("seit dem 20. November 2026 eingeschränkt")).to_be_visible()
        accessible(page)
        keep_picture(page, f"{name}-restricted-de")


# ------------------------------------------------------------ bank details


def type_iban(page: Page, iban: str) -> None:
    page.get_by_label("IBAN").fill(iban)
    page.get_by_role("button", name="Weiter zur Prüfung").click()


def put_bank(portal: Portal, token: str, iban: str) -> None:
    answer = portal.request("PUT", "/api/profile/bank-details", {"iban": iban}, token=token, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text


def test_bank_details_are_checked_before_they_are_stored(portal: Portal, visitor: Visitor, token: str) -> None:
    put_bank(portal, token, IBAN)
    page = enter(visitor, EMAIL, "/bank-details")
    expect(page.get_by_text("endet auf 3000").first).to_be_visible()
    type_iban(page, OTHER_IBAN)
    expect(page.get_by_role("heading", name="Bitte prüfen Sie die neue Bankverbindung")).to_be_focused()
    expect(page.get_by_text("DE02 1203 0000 0000 2020 51")).to_be_visible()
    expect(page.get_by_text("BYLADEM1001", exact=True)).to_be_visible()
    accessible(page)
    keep_picture(page, "bank-details-check-de")
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    keep_picture(page, "bank-details-check-de-320")
    assert account_of(portal, EMAIL)["bank_details"]["iban"] == IBAN
    page.get_by_role("button", name="Angaben ändern").click()
    expect(page.get_by_label("IBAN")).to_have_value(OTHER_IBAN)
    page.get_by_role("button", name="Weiter zur Prüfung").click()
    page.get_by_role("button", name="Bankverbindung speichern").click()
    expect(page.get_by_role("status").filter(has_text="gespeichert")).to_be_focused()
    expect(page.locator("#present").get_by_text("DE02 1203 0000 0000 2020 51")).to_be_visible()
    accessible(page)
    keep_picture(page, "bank-details-saved-de")
    assert account_of(portal, EMAIL)["bank_details"]["iban"] == OTHER_IBAN
    assert portal.next_mail(EMAIL, says="Bankverbindung")


def test_a_wrong_iban_goes_no_further(portal: Portal, visitor: Visitor, token: str) -> None:
    put_bank(portal, token, IBAN)
    page = enter(visitor, EMAIL, "/bank-details")
    for typed, words in (("DE89370400440532013001", "nicht gültig"), ("", "füllen")):
        type_iban(page, typed)
        expect(page.get_by_role("group", name=ERRORS)).to_be_focused()
        expect(page.get_by_label("IBAN")).to_have_accessible_description(re.compile(words))
        expect(page.get_by_label("IBAN")).to_have_value(typed)
    accessible(page)
    keep_picture(page, "bank-details-errors-de")


def test_bank_details_changed_elsewhere_are_not_overwritten_unseen(
    portal: Portal, visitor: Visitor, token: str
) -> None:
    put_bank(portal, token, IBAN)
    page = enter(visitor, EMAIL, "/bank-details")
    type_iban(page, OTHER_IBAN)
    edit(portal, token, city="Trier")
    third = "DE75512108001245126199"
    put_bank(portal, token, third)
    page.get_by_role("button", name="Bankverbindung speichern").click()
    expect(page.get_by_role("group", name=re.compile("inzwischen an anderer Stelle geändert"))).to_be_focused()
    expect(page.get_by_text("endet auf 6199").first).to_be_visible()
    expect(page.get_by_text("DE02 1203 0000 0000 2020 51")).to_be_visible()
    accessible(page)
    keep_picture(page, "bank-details-conflict-de")
    assert account_of(portal, EMAIL)["bank_details"]["iban"] == third
    page.get_by_role("button", name="Bankverbindung speichern").click()
    expect(page.get_by_role("status").filter(has_text="gespeichert")).to_be_focused()
    assert account_of(portal, EMAIL)["bank_details"]["iban"] == OTHER_IBAN


def test_whole_numbers_and_changes_need_the_password_again(portal: Portal, visitor: Visitor, token: str) -> None:
    put_bank(portal, token, IBAN)
    page = enter(visitor, EMAIL, "/account")
    forget_password(portal)
    visitor.open("/bank-details")
    loaded(page)
    page.get_by_role("button", name="Vollständig anzeigen").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Abbrechen").click()
    expect(page.get_by_text("DE89 3704 0044 0532 0130 00")).to_have_count(0)
    type_iban(page, OTHER_IBAN)
    page.get_by_role("button", name="Bankverbindung speichern").click()
    dialog.get_by_role("button", name="Abbrechen").click()
    expect(page.get_by_role("group", name=re.compile("Ohne Ihr Passwort"))).to_be_focused()
    expect(page.get_by_text("DE02 1203 0000 0000 2020 51")).to_be_visible()
    page.get_by_role("button", name="Bankverbindung speichern").click()
    dialog.get_by_label("Passwort", exact=True).fill("vier Kraniche zählen Nebel 7")
    dialog.get_by_label("Passwort", exact=True).press("Enter")
    expect(page.get_by_role("status").filter(has_text="gespeichert")).to_be_focused()
    assert account_of(portal, EMAIL)["bank_details"]["iban"] == OTHER_IBAN


def forget_password(portal: Portal) -> None:
    """Let the passwords of all sessions be older than ten minutes."""
    for row in sessions_of(portal, EMAIL):
        portal.dynamodb.update_item(
            TableName=portal.outputs["SessionsTable"],
            Key={"pk": {"S": row["pk"]}},
            UpdateExpression="SET auth_time = :before",
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeValues={":before": {"N": str(int(row["auth_time"]) - 601)}},
        )


# ------------------------------------------------------------ address


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_new_address_shows_the_reference_of_its_mail(portal: Portal, visitor: Visitor, language: str) -> None:
    email, new = f"address.{language}@example.com", f"moved.{language}@example.org"
    portal.a_client(email, locale=language)
    labels = {
        "de": ("Neue E-Mail-Adresse", "Link an die neue Adresse senden", "in das neue Postfach", "Andere Adresse"),
        "en": ("New e-mail address", "Send a link to the new address", "check the new mailbox", "another address"),
    }[language]
    page = enter(visitor, email, f"/new-email.{language}", language=language)
    expect(page.get_by_text(email)).to_be_visible()
    page.get_by_label(labels[0]).fill("nobody@")
    page.get_by_role("button", name=labels[1]).click()
    expect(page.get_by_label(labels[0])).to_have_attribute("aria-invalid", "true")
    accessible(page)
    keep_picture(page, f"new-email-errors-{language}")
    page.get_by_label(labels[0]).fill("typo@example.org")
    page.get_by_role("button", name=labels[1]).click()
    expect(page.get_by_role("heading", name=re.compile(labels[2]))).to_be_focused()
    page.get_by_role("button", name=re.compile(labels[3])).click()
    expect(page.get_by_label(labels[0])).to_be_focused()
    expect(page.get_by_label(labels[0])).to_have_value("typo@example.org")
    page.get_by_label(labels[0]).fill(new)
    page.get_by_label(labels[0]).press("Enter")
    expect(page.get_by_text(new)).to_be_visible()
    reference = page.locator('[data-slot="reference"]').inner_text()
    accessible(page)
    keep_picture(page, f"new-email-sent-{language}")
    mail = portal.next_mail(new)
    assert reference in mail["text"]
    answer = portal.request("POST", "/api/email-changes/confirm", {"token": link_token(mail, "email-change")})
    assert answer.status_code == 200
    assert account_of(portal, new)["email"] == new
