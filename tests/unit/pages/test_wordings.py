"""The wordings that people consent to: their bytes are evidence, their facts are promises."""

import re
import tomllib
import unicodedata
from importlib import import_module
from importlib.resources import files
from typing import Any

import pytest

from portal.domain.consent import CURRENT_VERSIONS
from portal.domain.mail import Language
from tests.support.template import ROOT, template
from tools.local.parameters import read_environment
from tools.privacy.record import facts

FILES = [f"{kind}/2026-11-01.{language}.md" for kind in ("terms", "privacy_notice") for language in ("de", "en")]
FACTS = facts()
LISTED: dict[Language, list[str]] = {
    language: [names[language] for names in FACTS["members"]["mandatory"].values()] for language in ("de", "en")
}
NAMED_ALIKE = ["__Host-refresh", "__Host-device", "MAC"]
# Every length of time in the notice, and each number of bits.
NUMBERS: dict[Language, str] = {
    "de": r"\b(?:\d+|ein\w*|zwei|drei|dritten|sieben)(?: folgenden)? "
    r"(?:Minuten?|Stunden?|Tagen?|Wochen?|Monat(?:s|e|en)?|Jahren?|Kalenderjahr(?:s|es)?|Bit)\b",
    "en": r"\b(?:\d+|one|two|three|third|seven) "
    r"(?:minutes?|hours?|days?|weeks?|months?|years?|calendar years?|bits?)\b",
}


def content(name: str) -> bytes:
    return files("portal.domain").joinpath("wordings", *name.split("/")).read_bytes()


@pytest.mark.parametrize("name", FILES)
def test_bytes_are_plain_and_stable(name: str) -> None:
    raw = content(name)
    text = raw.decode("utf-8")
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    assert unicodedata.is_normalized("NFC", text)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


@pytest.mark.parametrize("name", FILES)
def test_markup_reads_well_as_plain_text(name: str) -> None:
    text = content(name).decode()
    assert "<" not in text
    assert "](" not in text
    assert text.startswith("# ")
    assert all(re.match(r"#{1,2} \S|- \S|[^\s#*|>-]|$", line) for line in text.split("\n"))


@pytest.mark.parametrize("kind", ["terms", "privacy_notice"])
def test_translations_have_the_same_structure(kind: str) -> None:
    german, english = (content(f"{kind}/2026-11-01.{language}.md").decode() for language in ("de", "en"))
    assert [line[:2] for line in german.split("\n") if line[:1] in "#-"] == [
        line[:2] for line in english.split("\n") if line[:1] in "#-"
    ]
    assert german.count("\n\n") == english.count("\n\n")


@pytest.mark.parametrize("name", FILES)
def test_addresses_are_fictitious(name: str) -> None:
    addresses = re.findall(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", content(name).decode())
    assert addresses
    assert all(re.search(r"\bexample\.(com|org|net)$", address) for address in addresses)


@pytest.mark.parametrize("name", FILES)
def test_every_mandatory_member_is_named(name: str) -> None:
    language: Language = "de" if name.endswith(".de.md") else "en"
    words = LISTED[language] if name.startswith("privacy_notice") else LISTED[language][:-1]  # terms name no consent
    assert [word for word in words if word not in content(name).decode()] == []


# ------------------------------------------------------------ the privacy notice against docs/privacy.toml


def notice(language: Language) -> str:
    return content(f"privacy_notice/{CURRENT_VERSIONS['privacy_notice']}.{language}.md").decode()


def phrases(promise: dict[str, Any], language: Language) -> list[str]:
    """Return the phrases by which the notice gives a promise, with the number that it is."""
    number = str(promise["value"] // promise["per"])
    shown = promise.get("words", {}).get(language, number)
    return [phrase.replace("{n}", shown) for phrase in promise[language]]


def number_of(source: str) -> int:
    """Return the number that keeps a promise."""
    kind, _, place = source.partition(":")
    if kind == "parameter":
        return int(template()["Parameters"][place]["Default"])
    module, _, name = place.partition(":")
    return int(getattr(import_module(module), name))


@pytest.mark.parametrize("promise", FACTS["promise"], ids=lambda promise: promise["of"])
def test_what_is_promised_is_what_the_portal_does(promise: dict[str, Any]) -> None:
    if not promise["source"].startswith("outside:"):
        assert promise["value"] == number_of(promise["source"])
    assert promise["value"] % promise["per"] == 0
    for language in ("de", "en"):
        assert [phrase for phrase in phrases(promise, language) if phrase not in notice(language)] == []


@pytest.mark.parametrize("language", ["de", "en"])
def test_no_length_of_time_is_promised_beside_the_facts(language: Language) -> None:
    known = " ".join(phrase for promise in FACTS["promise"] for phrase in phrases(promise, language))
    found = re.findall(NUMBERS[language], notice(language))
    assert len(found) >= 12
    assert [number for number in found if number not in known] == []


@pytest.mark.parametrize("language", ["de", "en"])
def test_members_are_listed_as_mandatory_or_voluntary(language: Language) -> None:
    _, _, section = notice(language).partition("## 3.")
    mandatory, _, rest = section.partition("\n\n" + {"de": "Freiwillige", "en": "Voluntary"}[language])
    voluntary = rest.partition(".")[0]
    assert [word for word in LISTED[language] if word not in mandatory] == []
    names = [names[language] for names in FACTS["members"]["voluntary"].values()]
    assert [word for word in names if word not in voluntary] == []
    assert len(re.findall(r", | and | und ", voluntary)) == len(names) - 1


@pytest.mark.parametrize("language", ["de", "en"])
def test_controller_processor_and_services_are_named(language: Language) -> None:
    controller, processor = FACTS["controller"], FACTS["processor"]
    named = [controller[name] for name in ("company", "address", "contact", "data_protection", "authority")]
    named += [controller["region_name"][language], processor["name"], processor["address"]]
    named += [service["name"] for service in FACTS["service"] if service["notice"]]
    assert [fact for fact in named + NAMED_ALIKE if fact not in notice(language)] == []
    articles = (6, 15, 16, 17, 18, 19, 20, 21, 22, 77)
    assert [article for article in articles if f"Art. {article}" not in notice(language)] == []


def test_the_company_of_the_wordings_is_that_of_production() -> None:
    prod, controller = read_environment(ROOT / "samconfig.toml", "prod"), FACTS["controller"]
    assert (prod["CompanyName"], prod["CompanyAddress"]) == (controller["company"], controller["address"])
    document = tomllib.loads((ROOT / "samconfig.toml").read_text())
    regions = {document[name]["deploy"]["parameters"]["region"] for name in ("local", "dev", "prod")}
    assert regions == {controller["region"]}


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_terms_name_the_same_company(language: Language) -> None:
    terms = content(f"terms/{CURRENT_VERSIONS['terms']}.{language}.md").decode()
    assert FACTS["controller"]["company"] in terms
    assert FACTS["controller"]["address"] in terms
