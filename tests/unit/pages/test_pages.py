"""Every page, as the strict content security policy and a screen reader see it."""

import re
from importlib.resources import files
from string import Template
from typing import Any

import pytest

from portal.domain.mail import Language
from portal.pages import Site
from portal.pages.catalog import PAGES, PageSpec, find
from portal.pages.fields import Field, field_markup, field_values
from portal.pages.render import Filling, View, page_texts, render
from portal.pages.translate import read
from tests.support.template import functions
from tests.unit.pages.reading import BARE, SITE, Elements, before_scripts, shown

LANGUAGES: tuple[Language, ...] = ("de", "en")
TEXTS = sorted(file.name.removesuffix(".toml") for file in files("portal.pages").joinpath("texts").iterdir())
# Formal German speaks of "Sie"; "du" would be another portal.
PART = re.compile(r"\$\{part_(\w+)\}")
FAMILIAR = re.compile(r"\b(?:[Dd]u|[Dd]ich|[Dd]ir|[Dd]ein\w*|[Ee]uch|[Ee]uer)\b")

each_page = pytest.mark.parametrize("name", PAGES)
each_language = pytest.mark.parametrize("language", LANGUAGES)
each_text = pytest.mark.parametrize("name", TEXTS)


def structure(value: Any) -> Any:
    """Return what a text is made of, without its words: keys, tags and placeholders."""
    if isinstance(value, dict):
        return {key: structure(found) for key, found in value.items()}
    return re.findall(r"</?\w+|href=\"[^\"]*\"|\$\{?\w+\}?|\{\w+\}", value)


# ------------------------------------------------------------ texts


@each_text
def test_german_and_english_say_the_same(name: str) -> None:
    texts = read(name)
    assert set(texts) == set(LANGUAGES)
    german, english = structure(texts["de"]), structure(texts["en"])
    # Two names of the portal in one sentence read well in one language and not in the other.
    assert without_names(german) == without_names(english)


def on_show(name: str, language: Language = "de", filling: Filling | None = None) -> Elements:
    return Elements(before_scripts(shown(name, language, filling)))


def without_names(found: Any) -> Any:
    if isinstance(found, dict):
        return {key: without_names(value) for key, value in found.items()}
    return [part for part in found if part not in {"$portal_name", "$company_name"}]


@each_text
def test_german_is_formal(name: str) -> None:
    assert FAMILIAR.findall(str(read(name)["de"])) == []


def test_every_text_belongs_to_a_page() -> None:
    used = {"common", "fields"} | {name for spec in PAGES.values() for name in spec.all_texts}
    assert set(TEXTS) == used


@each_page
@each_language
def test_no_text_is_left_over(name: str, language: Language) -> None:
    """A page's own texts are all shown: by its template, or by its script."""
    spec = PAGES[name]
    own = {key for key, text in read(name)[language].items() if isinstance(text, str)}
    templates = files("portal.pages").joinpath("templates")
    template = templates.joinpath(f"{spec.template or name}.html").read_text()
    parts = [templates.joinpath(f"{part.replace('_', '-')}.html").read_text() for part in PART.findall(template)]
    used = {word for text in (template, *parts) for word in re.findall(r"\$\{?(\w+)", text)} | {"title"}
    assert own <= used


# ------------------------------------------------------------ addresses


@pytest.mark.parametrize("spec", [spec for spec in PAGES.values() if spec.served], ids=lambda spec: spec.name)
def test_a_page_has_an_address_that_leaves_the_language_open_and_one_for_each(spec: PageSpec) -> None:
    plain = find("" if spec.name == "start" else spec.name)
    assert plain is not None
    assert (plain.page, plain.language) == (spec, None)
    for language in LANGUAGES:
        found = find(f"{spec.name}.{language}")
        assert found is not None
        assert (found.page, found.language) == (spec, language)


@pytest.mark.parametrize(
    "path",
    ["start", ".de", "confirm.", "confirm.fr", "confirm.de.de", "CONFIRM", "confirm/", "error", "not-found.de", "../x"],
)
def test_unknown_addresses_give_no_page(path: str) -> None:
    assert find(path) is None


@each_page
@pytest.mark.parametrize("view", [View("de"), View("en", explicit=True), View("de", root="../")])
def test_links_lead_to_pages_in_the_language_that_was_chosen(name: str, view: View) -> None:
    body = render(PAGES[name], view, SITE)
    for link in Elements(body).of("a"):
        address = str(link["href"])
        if address.startswith(("#", "mailto:", "tel:", "https:")):
            continue
        assert address.startswith(view.root)
        path = address.removeprefix(view.root).partition("#")[0].removeprefix("./")
        found = find(path)
        assert found is not None, address
        if "hreflang" not in link:
            assert found.language == (view.language if view.explicit else None), address


# ------------------------------------------------------------ markup


@each_page
@each_language
def test_a_page_names_its_language_and_offers_the_other(name: str, language: Language) -> None:
    elements = Elements(shown(name, language))
    other = "en" if language == "de" else "de"
    assert elements.of("html") == [{"lang": language}]
    (switch,) = [link for link in elements.of("a") if "hreflang" in link]
    assert (switch["hreflang"], switch["lang"]) == (other, other)
    assert str(switch["href"]).endswith(f".{other}")


@each_page
@each_language
def test_a_page_is_built_for_everybody(name: str, language: Language) -> None:
    elements = on_show(name, language)
    metas = {meta.get("name"): meta.get("content") for meta in elements.of("meta")}
    assert metas["viewport"] == "width=device-width, initial-scale=1"
    assert metas["color-scheme"] == "light dark"
    assert metas["robots"] == "noindex"
    for tag in ("h1", "main", "title", "header", "footer"):
        assert len(elements.of(tag)) == 1, tag
    assert elements.found[[tag for tag, _ in elements.found].index("body") + 1] == (
        "a",
        {"class": "skip", "href": "#main"},
    )
    assert all(nav.get("aria-label") for nav in elements.of("nav"))


@each_page
@each_language
def test_nothing_is_inline_and_every_address_is_relative(name: str, language: Language) -> None:
    body = shown(name, language)
    elements = Elements(body)
    attributes = [item for _, found in elements.found for item in found.items()]
    assert not elements.of("style")
    assert not [key for key, _ in attributes if key == "style" or key.startswith("on")]
    assert all(set(script) == {"type", "src"} for script in elements.of("script"))
    loaded = [value for key, value in attributes if key in {"href", "src", "action"} and value]
    assert not [value for value in loaded if value.startswith("/")]
    assert "http:" not in body


@each_page
@each_language
def test_ids_are_unique_and_what_points_at_them_finds_them(name: str, language: Language) -> None:
    found = [attributes for _, attributes in on_show(name, language).found]
    ids = [attributes["id"] for attributes in found if "id" in attributes]
    assert len(ids) == len(set(ids))
    pointing = {"for", "aria-describedby", "aria-labelledby", "data-reveals"}
    targets = {part for each in found for key in pointing & set(each) for part in str(each[key]).split()}
    assert targets <= set(ids)


@each_page
def test_names_are_escaped_and_never_read_as_a_template(name: str) -> None:
    markup = "<i>$portal_name *x* [a](b)</i>"
    facts = tuple((name, "1" if name.endswith(("days", "years")) else markup) for name, _ in SITE.facts)
    body = shown(name, site=Site('<script>"', "<b>$portal_name & Co", markup, facts))
    assert "&lt;script&gt;&quot;" in body
    assert "&lt;b&gt;$portal_name &amp; Co" in body
    assert not {"b", "i", "em"} & {tag for tag, _ in Elements(body).found}
    assert "](b)" in Elements(body).text or "[a]" not in body


ANSWERING = sorted({"check-mail", "error", "not-found", *(spec.name for spec in PAGES.values() if spec.api)})


@pytest.mark.parametrize("name", ANSWERING)
def test_pages_that_answer_forms_need_no_facts(name: str) -> None:
    assert shown(name, site=BARE)


@each_language
def test_the_imprint_says_what_the_law_asks_for(language: Language) -> None:
    text, facts = Elements(shown("imprint", language)).text, dict(SITE.facts)
    named = ("company_address", "company_representatives", "contact_email", "contact_phone", "company_register")
    assert [name for name in (*named, "professional_authority", "vat_id") if facts[name] not in text] == []
    without = Site(SITE.portal_name, SITE.company_name, SITE.company_address, (*SITE.facts, ("vat_id", "")))
    assert ("VAT" in text) == (language == "en")
    assert not re.search("Umsatzsteuer|VAT", shown("imprint", language, site=without))


# ------------------------------------------------------------ forms


FORMS = [spec for spec in PAGES.values() if spec.api]
HOSTILE = '"><img src=x onerror=alert(1)>${root}&amp;'


@pytest.mark.parametrize("spec", FORMS, ids=lambda spec: spec.name)
def test_what_was_typed_comes_back_as_text_and_passwords_do_not(spec: PageSpec) -> None:
    typed = {field.name: HOSTILE for field in spec.fields}
    body = shown(spec.name, filling=Filling(values=typed, errors={spec.fields[0].name: HOSTILE}))
    elements = Elements(body)
    assert not elements.of("img")
    values = {each.get("name"): each.get("value") for each in elements.of("input") if each.get("type") != "radio"}
    for field in spec.fields:
        if field.kind in {"text", "email", "tel", "hidden"}:
            assert values[field.name] == HOSTILE
        if field.kind == "password":
            assert values[field.name] == ""


@pytest.mark.parametrize("spec", FORMS, ids=lambda spec: spec.name)
def test_a_refused_field_is_named_above_the_form_and_described_beside_it(spec: PageSpec) -> None:
    errors = {field.name: f"Grund {number}" for number, field in enumerate(spec.fields) if field.kind != "hidden"}
    body = shown(spec.name, filling=Filling(errors=errors))
    elements = Elements(body)
    assert "<title>Fehler: " in body
    (alert,) = [each for each in elements.of("div") if each.get("class") == "alert"]
    assert "autofocus" in alert
    assert "hidden" not in alert
    linked = {str(link["href"])[1:] for link in elements.of("a") if str(link["href"]).startswith("#")} - {"main"}
    assert linked == set(errors)
    marked = {each.get("name") for _, each in elements.found if each.get("aria-invalid") == "true"}
    assert marked == set(errors)


@pytest.mark.parametrize("spec", FORMS, ids=lambda spec: spec.name)
@each_language
def test_a_form_is_sent_by_post_and_without_the_browsers_own_bubbles(spec: PageSpec, language: Language) -> None:
    elements = on_show(spec.name, language)
    (form,) = elements.of("form")
    assert form == {"method": "post", "action": f"form/{spec.name}", "data-api": spec.api, "novalidate": None}
    assert {"type": "hidden", "name": "language", "value": language} in elements.of("input")
    # A limit in the browser would cut what is pasted without a word.
    assert not [each for each in elements.of("input") if {"maxlength", "minlength", "pattern"} & set(each)]


@pytest.mark.parametrize("spec", [spec for spec in PAGES.values() if spec.api], ids=lambda spec: spec.name)
def test_a_script_sends_to_a_route_that_exists(spec: PageSpec) -> None:
    events = [event["Properties"] for props in functions().values() for event in props.get("Events", {}).values()]
    routes = {(event.get("Method"), event.get("Path")) for event in events}
    assert ("POST", f"/{spec.api}") in routes


def test_a_filter_begins_with_all_and_a_choice_that_was_made_is_shown() -> None:
    field = Field("state", "/state", kind="select", need="filter", choices=("open", "paid"))
    markup = field_markup(field, {"label": "Stand", "all": "alle", "open": "offen", "paid": "bezahlt"}, "")
    elements = Elements(Template(markup).substitute(field_values(field, "paid", "")))
    assert elements.of("option") == [{"value": ""}, {"value": "open"}, {"value": "paid", "selected": None}]
    (select,) = elements.of("select")
    assert "required" not in select


# ------------------------------------------------------------ pages that mailed links open

LINK_PAGES = [spec for spec in PAGES.values() if spec.template == "link"]
# What a link can be answered beyond what all are (docs/api.md).
ANSWERS = {
    "confirm": {"confirmed", "already_confirmed", "link_expired"},
    "reject": {"done", "link_expired"},
    "reset": {"done", "link_expired"},
    "email-change": {"changed", "link_expired"},
    "freeze": {"done", "link_expired"},
}


@pytest.mark.parametrize("spec", LINK_PAGES, ids=lambda spec: spec.name)
@each_language
def test_link_pages_have_words_for_every_answer(spec: PageSpec, language: Language) -> None:
    assert set(read(spec.name)[language]["script"]) == ANSWERS[spec.name]
    assert {"missing_token", "invalid_link", "try_again", "offline"} <= set(page_texts(spec, language).script)


@pytest.mark.parametrize("spec", LINK_PAGES, ids=lambda spec: spec.name)
def test_without_script_a_field_takes_the_link(spec: PageSpec) -> None:
    assert re.search(r"<noscript>.*name=\"link\".*</noscript>", shown(spec.name), re.DOTALL)
    refused = shown(spec.name, filling=Filling(errors={"link": "fehlt"}))
    assert "<noscript>" not in refused


@pytest.mark.parametrize(
    ("name", "language", "fact"),
    [
        ("freeze", "de", "Aufheben können nur wir sie"),
        ("freeze", "en", "Only we can lift the block"),
        ("email-change", "de", "wird die E-Mail-Adresse, an die wir diesen Link gesendet haben"),
        ("email-change", "en", "your user name"),
        ("reset", "de", "enden alle laufenden Anmeldungen"),
        ("reset", "en", "all current sessions end"),
        ("confirm", "de", "eröffnen Sie ein Konto im Mandantenportal der Musterforderung GmbH"),
        ("confirm", "en", "you open an account at Mandantenportal, the client portal of Musterforderung GmbH"),
    ],
)
def test_a_page_says_what_the_click_does(name: str, language: Language, fact: str) -> None:
    assert fact in shown(name, language)


def test_the_new_password_is_left_to_managers() -> None:
    (password,) = [each for each in Elements(shown("reset")).of("input") if each.get("type") == "password"]
    assert (password["name"], password["autocomplete"]) == ("new_password", "new-password")
    (reveal,) = [each for each in Elements(shown("reset")).of("input") if each.get("type") == "checkbox"]
    # Without a name it is never sent.
    assert "name" not in reveal


# ------------------------------------------------------------ pages behind the login

PRIVATE = [name for name, spec in PAGES.items() if spec.private]


@pytest.mark.parametrize("name", PRIVATE)
@each_language
def test_a_page_behind_the_login_offers_to_log_out_and_shows_nothing_yet(name: str, language: Language) -> None:
    body = shown(name, language)
    elements = Elements(body)
    assert {"id": "log-out"}.items() <= next(each for each in elements.of("button") if "id" in each).items()
    (main,) = elements.of("main")
    assert (main["class"], main["aria-busy"]) == ("area waiting", "true")
    assert "<noscript>" in body
    assert {"step-up", "session-warning", "logout-problem"} == {each["id"] for each in elements.of("dialog")}


@each_page
def test_what_is_typed_never_gets_into_an_address(name: str) -> None:
    """Not even where the script that sends a form could not be loaded."""
    for part in (shown(name), shown(name).replace("<template", "<div").replace("</template", "</div")):
        assert {form.get("method") for form in Elements(part).of("form")} <= {"post", "dialog"}


def test_the_login_may_lead_to_pages_of_the_client_area_and_to_no_others() -> None:
    (ask,) = [each for each in Elements(shown("login")).of("div") if "data-returns" in each]
    assert str(ask["data-returns"]).split()[0] == "account"
    assert set(str(ask["data-returns"]).split()) == set(PRIVATE)
