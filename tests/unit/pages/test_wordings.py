"""The wordings that people consent to: their texts are evidence, their facts are parameters and promises."""

import re
import tomllib
import unicodedata
from dataclasses import fields
from importlib import import_module
from importlib.resources import files
from string import Template
from typing import Any

import pytest

from portal.domain.consent import FACTS
from portal.domain.mail import Language
from portal.domain.wording import current_wording
from portal.settings.site import WordingSettings
from tests.support.template import ROOT, template
from tests.support.wordings import SHOWN, facts_of, parameter_of, shown
from tools.privacy.record import facts

FILES = [f"{kind}/2026-11-01.{language}.md" for kind in ("terms", "privacy_notice") for language in ("de", "en")]
FACTS_OF_PRIVACY = facts()
LISTED: dict[Language, list[str]] = {
    language: [names[language] for names in FACTS_OF_PRIVACY["members"]["mandatory"].values()]
    for language in ("de", "en")
}
NAMED_ALIKE = ["__Host-refresh", "__Host-device", "MAC"]
# Every length of time in the notice, and each number of bits.
NUMBERS: dict[Language, str] = {
    "de": r"\b(?:\d+|ein\w*|zwei|drei|dritten|sieben)\.?(?: folgenden)? "
    r"(?:Minuten?|Stunden?|Tagen?|Wochen?|Monat(?:s|e|en)?|Jahren?|Kalenderjahr(?:s|es)?|Bit)\b",
    "en": r"\b(?:\d+|one|two|three|third|seven) "
    r"(?:minutes?|hours?|days?|weeks?|months?|years?|calendar years?|bits?)\b",
}


def content(name: str) -> bytes:
    """Return a template as it lies in the layer."""
    return files("portal.domain").joinpath("wordings", *name.split("/")).read_bytes()


def text(name: str) -> str:
    """Return a text as people read it, with the facts of the local stack."""
    return Template(content(name).decode()).substitute(SHOWN)


@pytest.mark.parametrize("name", FILES)
def test_bytes_are_plain_and_stable(name: str) -> None:
    raw = content(name)
    template_text = raw.decode("utf-8")
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    assert unicodedata.is_normalized("NFC", template_text)
    assert template_text.endswith("\n")
    assert not template_text.endswith("\n\n")


@pytest.mark.parametrize("name", FILES)
def test_markup_reads_well_as_plain_text(name: str) -> None:
    shown = text(name)
    assert "<" not in shown
    assert "](" not in shown
    assert shown.startswith("# ")
    assert all(re.match(r"#{1,2} \S|- \S|[^\s#*|>-]|$", line) for line in shown.split("\n"))


@pytest.mark.parametrize("kind", ["terms", "privacy_notice"])
def test_translations_have_the_same_structure(kind: str) -> None:
    german, english = (content(f"{kind}/2026-11-01.{language}.md").decode() for language in ("de", "en"))
    assert [line[:2] for line in german.split("\n") if line[:1] in "#-"] == [
        line[:2] for line in english.split("\n") if line[:1] in "#-"
    ]
    assert german.count("\n\n") == english.count("\n\n")


@pytest.mark.parametrize("name", FILES)
def test_addresses_are_fictitious(name: str) -> None:
    addresses = re.findall(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", text(name))
    assert addresses
    assert all(re.search(r"\bexample\.(com|org|net)$", address) for address in addresses)


@pytest.mark.parametrize("name", FILES)
def test_nothing_about_the_operator_stands_in_a_template(name: str) -> None:
    found = content(name).decode()
    values = [value for fact, value in SHOWN.items() if not fact.endswith(("_days", "_years"))]
    assert [value for value in values if value in found] == []
    assert not re.search(r"@|Muster|Beispiel|GmbH|Berlin|Frankfurt", found)


def test_every_fact_is_used_and_every_placeholder_is_a_fact() -> None:
    used = [set(Template(content(name).decode()).get_identifiers()) for name in FILES]
    assert set().union(*used) == set(FACTS) == {field.name for field in fields(WordingSettings)}
    for kind in ("terms", "privacy_notice"):
        german, english = (used[FILES.index(f"{kind}/2026-11-01.{language}.md")] for language in ("de", "en"))
        assert german == english


@pytest.mark.parametrize("name", FILES)
def test_a_rendered_text_has_no_placeholder_left(name: str) -> None:
    assert Template(content(name).decode()).is_valid()
    assert "$" not in text(name)


@pytest.mark.parametrize("name", FILES)
def test_every_mandatory_member_is_named(name: str) -> None:
    language: Language = "de" if name.endswith(".de.md") else "en"
    words = LISTED[language] if name.startswith("privacy_notice") else LISTED[language][:-1]  # terms name no consent
    assert [word for word in words if word not in text(name)] == []


# ------------------------------------------------------------ the privacy notice against docs/privacy.toml


def notice(language: Language) -> str:
    return shown("privacy_notice", language).text


def phrases(promise: dict[str, Any], language: Language, value: int | None = None) -> list[str]:
    """Return the phrases by which the notice gives a promise, with the number that it is, or another."""
    number = str((value or promise["value"]) // promise["per"])
    shown = promise.get("words", {}).get(language, number)
    return [phrase.replace("{n}", shown) for phrase in promise[language]]


def number_of(source: str) -> int:
    """Return the number that keeps a promise."""
    kind, _, place = source.partition(":")
    if kind == "parameter":
        return int(template()["Parameters"][place]["Default"])
    module, _, name = place.partition(":")
    return int(getattr(import_module(module), name))


@pytest.mark.parametrize("promise", FACTS_OF_PRIVACY["promise"], ids=lambda promise: promise["of"])
def test_what_is_promised_is_what_the_portal_does(promise: dict[str, Any]) -> None:
    if not promise["source"].startswith("outside:"):
        assert promise["value"] == number_of(promise["source"])
    assert promise["value"] % promise["per"] == 0
    for language in ("de", "en"):
        assert [phrase for phrase in phrases(promise, language) if phrase not in notice(language)] == []


FROM_PARAMETERS = {
    fact: promise
    for promise in FACTS_OF_PRIVACY["promise"]
    for fact in FACTS
    if promise["source"] == f"parameter:{parameter_of(fact)}"
}


def test_numbers_of_days_and_years_that_are_facts_are_promises() -> None:
    assert set(FROM_PARAMETERS) == {fact for fact in FACTS if fact.endswith(("_days", "_years"))}


@pytest.mark.parametrize("fact", FROM_PARAMETERS)
@pytest.mark.parametrize("language", ["de", "en"])
def test_a_promise_follows_its_parameter(fact: str, language: Language) -> None:
    found = current_wording("privacy_notice", language, {**SHOWN, fact: "47"}).text
    assert [phrase for phrase in phrases(FROM_PARAMETERS[fact], language, 47) if phrase not in found] == []


def test_a_promise_that_is_no_fact_can_only_be_kept_better() -> None:
    """The text says "at most"; the template lets nobody set more."""
    for promise in FACTS_OF_PRIVACY["promise"]:
        kind, _, name = promise["source"].partition(":")
        if kind == "parameter" and promise not in FROM_PARAMETERS.values():
            assert template()["Parameters"][name]["MaxValue"] == promise["value"], name


@pytest.mark.parametrize("language", ["de", "en"])
def test_no_length_of_time_is_promised_beside_the_facts(language: Language) -> None:
    known = " ".join(phrase for promise in FACTS_OF_PRIVACY["promise"] for phrase in phrases(promise, language))
    found = re.findall(NUMBERS[language], notice(language))
    assert len(found) >= 12
    assert [number for number in found if number not in known] == []


@pytest.mark.parametrize("language", ["de", "en"])
def test_members_are_listed_as_mandatory_or_voluntary(language: Language) -> None:
    _, _, section = notice(language).partition("## 3.")
    mandatory, _, rest = section.partition("\n\n" + {"de": "Freiwillige", "en": "Voluntary"}[language])
    voluntary = rest.partition(".")[0]
    assert [word for word in LISTED[language] if word not in mandatory] == []
    names = [names[language] for names in FACTS_OF_PRIVACY["members"]["voluntary"].values()]
    assert [word for word in names if word not in voluntary] == []
    assert len(re.findall(r", | and | und ", voluntary)) == len(names) - 1


@pytest.mark.parametrize("language", ["de", "en"])
def test_controller_processor_and_services_are_named(language: Language) -> None:
    controller, processor = FACTS_OF_PRIVACY["controller"], FACTS_OF_PRIVACY["processor"]
    named = [controller[name] for name in ("company", "address", "contact", "data_protection", "authority")]
    named += [controller["region_name"], processor["name"], processor["address"]]
    named += [service["name"] for service in FACTS_OF_PRIVACY["service"] if service["notice"]]
    assert [fact for fact in named + NAMED_ALIKE if fact not in notice(language)] == []
    articles = (6, 15, 16, 17, 18, 19, 20, 21, 22, 77)
    assert [article for article in articles if f"Art. {article}" not in notice(language)] == []


@pytest.mark.parametrize("environment", ["local", "dev", "prod"])
def test_the_record_of_processing_names_the_facts_of_every_environment(environment: str) -> None:
    controller, given = FACTS_OF_PRIVACY["controller"], facts_of(environment)
    assert [
        given[name]
        for name in (
            "company_name",
            "company_address",
            "contact_email",
            "data_protection_email",
            "supervisory_authority",
            "place_of_jurisdiction",
            "region_name",
        )
    ] == [
        controller[name]
        for name in ("company", "address", "contact", "data_protection", "authority", "jurisdiction", "region_name")
    ]


def test_every_environment_is_in_the_region_that_the_record_names() -> None:
    controller = FACTS_OF_PRIVACY["controller"]
    document = tomllib.loads((ROOT / "samconfig.toml").read_text())
    regions = {document[name]["deploy"]["parameters"]["region"] for name in ("local", "dev", "prod")}
    assert regions == {controller["region"]}


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_terms_name_the_same_company(language: Language) -> None:
    terms = shown("terms", language).text
    named = [FACTS_OF_PRIVACY["controller"][name] for name in ("company", "address", "contact", "jurisdiction")]
    assert [fact for fact in named if fact not in terms] == []
