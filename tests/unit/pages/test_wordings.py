"""The wordings that people consent to: their bytes are evidence, their facts are promises."""

import re
import unicodedata
from importlib.resources import files

import pytest

from portal.domain.mail import Language

FILES = [f"{kind}/2026-11-01.{language}.md" for kind in ("terms", "privacy_notice") for language in ("de", "en")]
MANDATORY: dict[Language, list[str]] = {
    "de": [
        "E-Mail-Adresse",
        "Anrede",
        "Vorname",
        "Nachname",
        "Straße",
        "Hausnummer",
        "Postleitzahl",
        "Ort",
        "IBAN",
        "BIC",
        "Kontonummer",
        "Bankleitzahl",
        "Bankname",
    ],
    "en": [
        "e-mail address",
        "salutation",
        "first name",
        "last name",
        "street",
        "house number",
        "postal code",
        "city",
        "IBAN",
        "BIC",
        "account number",
        "bank code",
        "bank name",
    ],
}
PROMISES: dict[Language, list[str]] = {
    "de": ["30 Tagen", "sieben Tage", "180 Tage", "90 Tage", "dritten folgenden Kalenderjahres", "vierte Oktett"],
    "en": ["30 days", "seven days", "180 days", "90 days", "third calendar year", "fourth octet"],
}
NAMED_ALIKE = [
    "__Host-refresh",
    "__Host-device",
    "/24",
    "/48",
    "DynamoDB",
    "Lambda",
    "SES",
    "KMS",
    "API Gateway",
    "MAC",
]


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
    text = content(name).decode()
    assert [word for word in MANDATORY[language] if word not in text] == []


@pytest.mark.parametrize("language", ["de", "en"])
def test_privacy_notice_states_what_the_portal_does(language: Language) -> None:
    text = content(f"privacy_notice/2026-11-01.{language}.md").decode()
    assert [promise for promise in PROMISES[language] + NAMED_ALIKE if promise not in text] == []
    assert [article for article in (6, 15, 16, 17, 18, 19, 20, 21, 22, 77) if f"Art. {article}" not in text] == []
