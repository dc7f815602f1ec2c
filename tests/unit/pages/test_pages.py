"""The static pages, as the strict content security policy and a screen reader see them."""

import re
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from portal.pages import Page, not_found_page, page

NAMES = {"portal_name": "Mandantenportal", "company_name": "Musterforderung GmbH"}
HTML_PAGES = ["", "confirm", "reject", None]
LINK_PAGES = ["confirm", "reject"]

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
    "name", ["index.html", "not-found", "../__init__.py", "__init__.py", "confirm/", "CONFIRM", "/"]
)
def test_unknown_names_give_no_page(name: str) -> None:
    assert page(name, **NAMES) is None


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("", "text/html; charset=utf-8"),
        ("confirm", "text/html; charset=utf-8"),
        ("reject", "text/html; charset=utf-8"),
        ("portal.css", "text/css; charset=utf-8"),
        ("link.js", "text/javascript; charset=utf-8"),
        (None, "text/html; charset=utf-8"),
    ],
)
def test_content_type_follows_the_file(name: str | None, content_type: str) -> None:
    assert load(name).content_type == content_type


def test_every_file_of_the_folder_is_served() -> None:
    served = {load(name).body for name in (*HTML_PAGES, "portal.css", "link.js")}
    shipped = [file.name for file in files("portal.pages").iterdir() if file.name.endswith((".html", ".css", ".js"))]
    assert len(shipped) == len(served)


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
    assert len(elements.of("h1")) == len(elements.of("main")) == 1


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
    assert set(addresses) <= {"portal.css", "link.js", "./"}
    assert "://" not in body


@each_link_page
def test_link_pages_wait_for_a_click_and_announce_the_result(name: str) -> None:
    elements = Elements(load(name).body)
    assert elements.of("button") == [{"type": "button", "id": "send", "hidden": None}]
    assert elements.of("script") == [{"type": "module", "src": "link.js"}]
    assert [d for d in elements.of("div") if d.get("role") == "status" and d.get("id") == "result"]
    assert elements.of("main") == [{"data-journey": name}]
    assert elements.of("noscript")


def test_confirm_page_says_whose_portal_it_is_and_what_happens() -> None:
    body = load("confirm").body
    assert "eröffnen Sie ein Konto im Mandantenportal der Musterforderung GmbH" in body
    assert "you open an account at Mandantenportal, the client portal of Musterforderung GmbH" in body


def test_script_posts_to_the_two_routes_of_the_api_only() -> None:
    script = load("link.js").body
    assert re.findall(r'"(api/[^"]*)"', script) == ["api/registrations/confirm", "api/registrations/reject"]
    assert "://" not in script
    assert script.count("fetch(") == 1


@pytest.mark.parametrize(
    "word", ["innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval", "cookie", "Storage", "indexedDB"]
)
def test_script_neither_writes_markup_nor_stores_anything(word: str) -> None:
    assert word not in load("link.js").body


def test_style_sheet_loads_nothing() -> None:
    style = load("portal.css").body
    assert "url(" not in style
    assert "@import" not in style
