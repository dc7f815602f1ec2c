"""The registration in the browser: everybody comes through, nothing typed is lost, nothing is said twice."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.support.browser import OF_PERSONS, Visitor, accessible, keep_picture, refuse, tokens_of
from tests.support.filling import VALUES, fill_registration, send_registration
from tests.support.people import IBAN
from tests.support.stack import Portal

ERRORS = "Bitte prüfen Sie Ihre Angaben"
HOSTILE = '"><img src=x onerror=alert(1)>${x}{{7*7}}&amp;'


def open_form(visitor: Visitor, path: str = "/register") -> Page:
    page = visitor.open(path)
    page.wait_for_load_state("networkidle")
    return page


def pending(portal: Portal, email: str) -> list[dict[str, object]]:
    return [row for row in portal.items("RegistrationsTable") if row["email"] == email]


@pytest.mark.parametrize(
    ("language", "heading"), [("de", "Bitte sehen Sie in Ihr Postfach"), ("en", "Please check your mail")]
)
def test_a_person_registers_and_is_told_where_to_look(
    portal: Portal, visitor: Visitor, language: str, heading: str
) -> None:
    email = f"person.{language}@example.com"
    page = open_form(visitor, f"/register.{language}")
    fill_registration(page, email, language)
    send_registration(page, language)
    expect(page.get_by_role("heading", name=heading)).to_be_focused()
    (item,) = pending(portal, email)
    expect(page.get_by_text(email)).to_be_visible()
    expect(page.get_by_text(str(item["reference"]))).to_be_visible()
    assert "@" not in page.url
    assert page.title().startswith(heading)
    assert item["locale"] == language
    accessible(page)
    keep_picture(page, f"register-sent-{language}")
    assert str(item["reference"]) in portal.next_mail(email)["text"]


def test_the_keyboard_alone_is_enough(portal: Portal, visitor: Visitor) -> None:
    email, page = "keyboard@example.com", open_form(visitor)

    def to(name: str) -> None:
        for _ in range(40):
            if page.evaluate("document.activeElement.name") == name:
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"no way to {name}")

    for name, value in {"email": email, **VALUES}.items():
        to(name)
        page.keyboard.type(value)
        if name == "email":
            to("salutation")
            page.keyboard.press("Space")
    for name in ("terms", "privacy_notice"):
        to(name)
        page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Bitte sehen Sie in Ihr Postfach")).to_be_focused()
    assert len(pending(portal, email)) == 1


def test_errors_are_named_once_and_lead_to_their_fields(visitor: Visitor) -> None:
    page = open_form(visitor)
    page.get_by_label("E-Mail-Adresse").fill("erika@")
    page.get_by_label("Postleitzahl").fill("123")
    page.get_by_label("Vorname").fill("Erika")
    send_registration(page)
    summary = page.get_by_role("group", name=ERRORS)
    expect(summary).to_be_focused()
    entries = [entry.partition(":")[0] for entry in summary.get_by_role("listitem").all_inner_texts()]
    assert entries == [
        *("E-Mail-Adresse", "Anrede", "Nachname", "Straße", "Hausnummer", "Postleitzahl", "Ort", "IBAN"),
        *("Nutzungsbedingungen", "Datenschutzerklärung"),
    ]
    assert page.title().startswith("Fehler: ")
    accessible(page)
    keep_picture(page, "register-errors-de")
    summary.get_by_role("link", name="Postleitzahl").click()
    field = page.get_by_label("Postleitzahl")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(re.compile("fünf Ziffern"))
    summary.get_by_role("link", name="Anrede").click()
    expect(page.get_by_label("Frau")).to_be_focused()
    expect(page.get_by_label("Vorname")).to_have_value("Erika")
    fill_registration(page, "mended@example.com")
    send_registration(page)
    expect(page.get_by_role("heading", name="Bitte sehen Sie in Ihr Postfach")).to_be_focused()


def test_consents_are_unticked_and_their_wordings_open_beside_the_form(visitor: Visitor) -> None:
    page = open_form(visitor)
    page.get_by_label("Vorname").fill("Erika")
    for label in ("Ich stimme den", "Ich stimme der"):
        expect(page.get_by_label(label)).not_to_be_checked()
    with visitor.context.expect_page() as opened:
        page.get_by_role("main").get_by_role("link", name="Nutzungsbedingungen").click()
    expect(opened.value.get_by_role("heading", level=1)).to_contain_text("Nutzungsbedingungen")
    opened.value.close()
    expect(page.get_by_label("Ich stimme den")).not_to_be_checked()
    expect(page.get_by_label("Vorname")).to_have_value("Erika")


def test_a_mistyped_address_is_mended_without_typing_the_rest_again(portal: Portal, visitor: Visitor) -> None:
    page = open_form(visitor)
    fill_registration(page, "tippfehler@example.com", last_name=HOSTILE)
    send_registration(page)
    page.get_by_role("button", name="Angaben ändern").click()
    field = page.get_by_label("E-Mail-Adresse")
    expect(field).to_be_focused()
    expect(page.get_by_label("Nachname")).to_have_value(HOSTILE)
    field.fill("richtig@example.com")
    send_registration(page)
    expect(page.get_by_text("richtig@example.com")).to_be_visible()
    assert len(pending(portal, "richtig@example.com")) == 1


def test_a_change_of_language_keeps_what_was_typed(portal: Portal, visitor: Visitor) -> None:
    page = open_form(visitor)
    page.get_by_label("Nachname").fill(HOSTILE)
    page.get_by_label("Ort").fill("Köln")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Register")
    expect(page.get_by_label("Last name")).to_have_value(HOSTILE)
    assert page.url == f"{portal.url}/form/register"
    fill_registration(page, "switched@example.com", "en", last_name="Example", city="")
    send_registration(page, "en")
    expect(page.get_by_role("heading", name="Please check your mail")).to_be_focused()
    (item,) = pending(portal, "switched@example.com")
    assert (item["locale"], json.dumps(item, default=str, ensure_ascii=False).count("Köln")) == ("en", 1)


# ------------------------------------------------------------ the bank


def test_the_bank_is_found_while_the_iban_is_typed(visitor: Visitor) -> None:
    page = open_form(visitor)
    found = page.get_by_role("status")
    page.get_by_label("IBAN").press_sequentially("DE89 3704 0044 0532 0130 00")
    expect(found).to_contain_text("Commerzbank")
    expect(found).to_contain_text("BIC COBADEFFXXX, Kontonummer 0532013000, Bankleitzahl 37040044")
    accessible(page)
    keep_picture(page, "register-bank-de")
    page.get_by_label("IBAN").fill("DE89370400440532013001")
    page.get_by_label("IBAN").blur()
    expect(page.get_by_label("IBAN")).to_have_accessible_description(re.compile("nicht gültig"))
    expect(found).to_be_empty()
    page.get_by_label("IBAN").fill("")
    page.get_by_label("IBAN").blur()
    expect(page.get_by_label("IBAN")).not_to_have_attribute("aria-invalid", "true")


def test_account_number_and_bank_code_do_as_well(portal: Portal, visitor: Visitor) -> None:
    page = open_form(visitor)
    fill_registration(page, "konto@example.com", iban="")
    page.get_by_text("Stattdessen Kontonummer und Bankleitzahl angeben").click()
    page.get_by_label("Kontonummer").fill("532013000")
    page.get_by_label("Bankleitzahl").fill("37040044")
    expect(page.get_by_role("status")).to_contain_text("Commerzbank")
    send_registration(page)
    expect(page.get_by_role("heading", name="Bitte sehen Sie in Ihr Postfach")).to_be_focused()
    (item,) = pending(portal, "konto@example.com")
    assert IBAN in json.dumps(item, default=str)


def test_of_an_unknown_bank_abroad_bic_and_name_are_asked_for(portal: Portal, visitor: Visitor) -> None:
    page = open_form(visitor)
    fill_registration(page, "ausland@example.com", iban="MT84MALT011000012345MTLCAST001S")
    page.get_by_label("IBAN").blur()
    expect(page.get_by_role("status")).to_contain_text("Diese Bank kennen wir nicht")
    page.get_by_label("BIC").fill("MALTMTMTXXX")
    page.get_by_label("Name der Bank").fill("Example Bank")
    send_registration(page)
    expect(page.get_by_role("heading", name="Bitte sehen Sie in Ihr Postfach")).to_be_focused()
    assert len(pending(portal, "ausland@example.com")) == 1


# ------------------------------------------------------------ what can go wrong


@pytest.mark.parametrize(
    ("status", "code", "headers", "words"),
    [
        (429, "too_many_requests", {"Retry-After": "150"}, "in 3 Minuten"),
        (429, "too_many_requests", {}, "in einer Minute"),
        (503, "unavailable", {"Retry-After": "5"}, "in einigen Minuten"),
        (500, "internal_error", {}, "in einigen Minuten"),
        (403, "forbidden", {}, "Zu viele Anfragen."),
    ],
)
def test_a_refusal_is_said_in_words_and_costs_nothing_typed(
    visit: Visit, status: int, code: str, headers: dict[str, str], words: str
) -> None:
    with visit() as visitor:
        refuse(visitor.context, "**/api/registrations", status, code, **headers)
        page = open_form(visitor)
        fill_registration(page, "later@example.com")
        send_registration(page)
        expect(page.get_by_role("group", name=re.compile(words))).to_be_focused()
        expect(page.get_by_label("Vorname")).to_have_value("Erika")
        visitor.expected = (f"status of {status}",)
        accessible(page)


def test_without_a_connection_nothing_is_lost(visit: Visit) -> None:
    with visit() as visitor:
        page = open_form(visitor)
        fill_registration(page, "offline@example.com")
        visitor.context.set_offline(True)
        send_registration(page)
        expect(page.get_by_role("group", name=re.compile("nicht erreichbar"))).to_be_focused()
        visitor.context.set_offline(False)
        send_registration(page)
        expect(page.get_by_role("heading", name="Bitte sehen Sie in Ihr Postfach")).to_be_focused()
        visitor.expected = ("ERR_INTERNET_DISCONNECTED",)


def test_two_clicks_send_once(portal: Portal, visitor: Visitor) -> None:
    page = open_form(visitor)
    fill_registration(page, "twice@example.com")
    page.get_by_role("button", name="Registrierung absenden").dblclick()
    expect(page.get_by_role("heading", name="Bitte sehen Sie in Ihr Postfach")).to_be_focused()
    assert len(pending(portal, "twice@example.com")) == 1


def test_every_field_tells_browsers_what_it_is_for(visitor: Visitor) -> None:
    page = open_form(visitor)
    assert tokens_of(page) == {"email": "email", **OF_PERSONS}


# ------------------------------------------------------------ asking for mails


@pytest.mark.parametrize("path", ["/resend", "/forgot-password"])
def test_who_asks_for_a_mail_sees_where_it_goes(visitor: Visitor, path: str) -> None:
    page = open_form(visitor, path)
    page.get_by_label("E-Mail-Adresse").fill(HOSTILE)
    page.get_by_role("button", name="Link senden").click()
    expect(page.get_by_role("group", name=ERRORS)).to_be_focused()
    accessible(page)
    page.get_by_label("E-Mail-Adresse").fill("nobody@example.com")
    page.get_by_role("button", name="Link senden").click()
    expect(page.get_by_role("status")).to_be_focused()
    expect(page.get_by_role("status")).to_contain_text("nobody@example.com")
    accessible(page)
    keep_picture(page, f"{path[1:]}-sent-de")
