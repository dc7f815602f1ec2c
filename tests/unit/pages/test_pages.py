"""The static pages, as the strict content security policy and a screen reader see them."""

import re
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from portal.pages import Page, not_found_page, page

NAMES = {"portal_name": "Mandantenportal", "company_name": "Musterforderung GmbH"}
ROUTES = {
    "confirm": "api/registrations/confirm",
    "reject": "api/registrations/reject",
    "reset": "api/password-reset/confirm",
    "email-change": "api/email-changes/confirm",
    "freeze": "api/accounts/freeze",
}
LINK_PAGES = list(ROUTES)
HTML_PAGES = ["", *LINK_PAGES, None]
# Parts of pages, never served by themselves.
PARTS = {"shell.html", "answers.html"}
# What every mailed link can be answered (docs/api.md), and what only some are.
ANSWERS = {"sending", "missing_token", "invalid_link", "try_again", "link_expired"}
OWN_ANSWERS = {
    "confirm": {"confirmed", "already_confirmed"},
    "reject": {"done"},
    "reset": {"done", "refused"},
    "email-change": {"changed"},
    "freeze": {"done"},
}

each_page = pytest.mark.parametrize("name", HTML_PAGES)
each_link_page = pytest.mark.parametrize("name", LINK_PAGES)


class Elements(HTMLParser):
    """Every element with its attributes, and the text outside of them."""

    def __init__(self, body: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(body)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def load(name: str | None, **names: str) -> Page:
    found = not_found_page(**(NAMES | names)) if name is None else page(name, **(NAMES | names))
    assert found is not None
    return found


@pytest.mark.parametrize(
    "name",
    ["index.html", "not-found", "shell.html", "answers", "../__init__.py", "__init__.py", "confirm/", "CONFIRM", "/"],
)
def test_unknown_names_give_no_page(name: str) -> None:
    assert page(name, **NAMES) is None


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("", "text/html; charset=utf-8"),
        ("confirm", "text/html; charset=utf-8"),
        ("portal.css", "text/css; charset=utf-8"),
        ("link.js", "text/javascript; charset=utf-8"),
        (None, "text/html; charset=utf-8"),
    ],
)
def test_content_type_follows_the_file(name: str | None, content_type: str) -> None:
    assert load(name).content_type == content_type


def test_every_file_of_the_folder_is_served_or_a_part() -> None:
    served = {load(name).body for name in (*HTML_PAGES, "portal.css", "link.js")}
    shipped = {file.name for file in files("portal.pages").iterdir() if file.name.endswith((".html", ".css", ".js"))}
    assert len(shipped - PARTS) == len(served)


@each_page
def test_names_of_portal_and_company_are_filled_in(name: str | None) -> None:
    body = load(name).body
    assert "Mandantenportal" in body
    assert "Musterforderung GmbH" in body
    assert "$" not in body


@each_page
def test_names_are_escaped(name: str | None) -> None:
    body = load(name, portal_name='<script>"', company_name="<b>$portal_name & Co").body
    assert "&lt;script&gt;&quot;" in body
    assert "&lt;b&gt;$portal_name &amp; Co" in body
    assert not Elements(body).of("b")


@each_page
def test_page_is_german_with_an_english_section(name: str | None) -> None:
    elements = Elements(load(name).body)
    assert elements.of("html") == [{"lang": "de"}]
    assert elements.of("section") == [{"lang": "en"}]
    assert len(elements.of("h1")) == len(elements.of("main")) == len(elements.of("title")) == 1


@each_page
def test_page_fits_small_screens_both_schemes_and_no_index(name: str | None) -> None:
    metas = {meta.get("name"): meta.get("content") for meta in Elements(load(name).body).of("meta")}
    assert metas["viewport"] == "width=device-width, initial-scale=1"
    assert metas["color-scheme"] == "light dark"
    assert metas["robots"] == "noindex"


@each_page
def test_nothing_is_inline_and_every_address_is_relative(name: str | None) -> None:
    body = load(name).body
    elements = Elements(body)
    attributes = [item for _, found in elements.found for item in found.items()]
    assert not elements.of("style")
    assert not [key for key, _ in attributes if key == "style" or key.startswith("on")]
    assert all(script.get("src") == "link.js" for script in elements.of("script"))
    addresses = [value for key, value in attributes if key in {"href", "src", "action"}]
    assert set(addresses) <= {"portal.css", "link.js", "./", *ROUTES.values()}
    assert "://" not in body


@each_link_page
def test_link_pages_wait_for_a_click_and_announce_the_result(name: str) -> None:
    elements = Elements(load(name).body)
    # Hidden until the script takes over; should it fail, POST still keeps what is typed out of the address.
    assert elements.of("form") == [{"method": "post", "action": ROUTES[name], "hidden": None}]
    assert elements.of("button") == [{}]
    assert elements.of("script") == [{"type": "module", "src": "link.js"}]
    assert elements.of("div") == [{"id": "result", "role": "status", "tabindex": "-1"}]
    assert elements.of("noscript")


@each_link_page
def test_link_pages_have_words_for_every_answer_in_both_languages(name: str) -> None:
    body = load(name).body
    answers = re.findall(r'<template data-outcome="(\w+)" data-tone="(good|bad|)">\n(.*?)</template>', body, re.DOTALL)
    assert body.count("<template") == len(answers)
    assert {outcome for outcome, _, _ in answers} == ANSWERS | OWN_ANSWERS[name]
    assert all(re.findall(r'<p lang="(\w+)"', words) == ["de", "en"] for _, _, words in answers)


def test_only_the_page_of_the_new_password_has_fields() -> None:
    inputs = {name: Elements(load(name).body).of("input") for name in LINK_PAGES}
    password, reveal = inputs.pop("reset")
    assert not any(inputs.values())
    assert password["type"] == "password"
    assert password["name"] == "new_password"
    assert password["autocomplete"] == "new-password"
    # A limit in the browser would cut a pasted password without a word, and count other than code points.
    assert not {"maxlength", "minlength", "pattern"} & set(password)
    # Without a name it is never sent.
    assert reveal == {"type": "checkbox", "id": "reveal"}


def test_field_of_the_new_password_is_labelled_and_described() -> None:
    elements = Elements(load("reset").body)
    ids = {attributes.get("id") for _, attributes in elements.found}
    (password,) = [field for field in elements.of("input") if field["type"] == "password"]
    assert password["id"] in {label.get("for") for label in elements.of("label")}
    assert set(str(password["aria-describedby"]).split()) <= ids
    assert "Mindestens 15 Zeichen" in load("reset").body


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("freeze", ["beendet alle laufenden Anmeldungen", "Aufheben können nur wir sie", "Only we can lift the block"]),
        ("email-change", ["wird die E-Mail-Adresse, an die wir diesen Link gesendet haben", "your user name"]),
        ("reset", ["enden alle laufenden Anmeldungen", "all current sessions end"]),
    ],
)
def test_page_says_what_the_click_does(name: str, facts: list[str]) -> None:
    body = load(name).body
    assert [fact for fact in facts if fact not in body] == []


def test_confirm_page_says_whose_portal_it_is_and_what_happens() -> None:
    body = load("confirm").body
    assert "eröffnen Sie ein Konto im Mandantenportal der Musterforderung GmbH" in body
    assert "you open an account at Mandantenportal, the client portal of Musterforderung GmbH" in body


def test_script_sends_to_the_forms_route_only() -> None:
    script = load("link.js").body
    assert re.findall(r"fetch\(([^,]*)", script) == ["form.action"]
    assert "://" not in script
    assert "api/" not in script


@pytest.mark.parametrize(
    "word", ["innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval", "cookie", "Storage", "indexedDB"]
)
def test_script_neither_writes_markup_nor_stores_anything(word: str) -> None:
    assert word not in load("link.js").body


def test_style_sheet_loads_nothing() -> None:
    style = load("portal.css").body
    assert "url(" not in style
    assert "@import" not in style
