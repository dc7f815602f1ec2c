"""The body of a registration (P2, P3, P8)."""

from dataclasses import fields
from typing import Any

import pytest

from portal.domain.consent import CURRENT_VERSIONS
from portal.domain.errors import FieldCode, InvalidInput
from portal.domain.person import Person
from portal.domain.registration import Application
from portal.http.bodies.registration import parse_registration
from tests.support.fakes import NOW
from tests.support.people import IBAN, a_registration
from tests.support.wordings import SHOWN, shown

MANDATORY = (
    "email",
    "salutation",
    "first_name",
    "last_name",
    "street",
    "house_number",
    "postal_code",
    "city",
    "bank_details",
)
VOLUNTARY = ("title", "address_supplement", "phone", "fax")
HOSTILE = [
    "{{7*7}}",
    "${7*7}",
    "{0.__class__}",
    "%(x)s",
    "<b>Erika</b>",
    '"><img src=x onerror=alert(1)>',
    "%2541",
    "&amp;lt;",
    "\\u0041",
    "=1+1",
    "'; DROP TABLE x; --",
    "#pk = :v",
    "../../etc/passwd",
]


def parsed(**changes: Any) -> Application:
    return parse_registration(a_registration(**changes), NOW, SHOWN)


def errors_of(document: Any) -> dict[str, str]:
    with pytest.raises(InvalidInput) as refused:
        parse_registration(document, NOW, SHOWN)
    codes = [(error.pointer, error.code.value) for error in refused.value.errors]
    assert len(set(codes)) == len(codes)
    return dict(codes)


def consent(**changes: Any) -> dict[str, Any]:
    current: dict[str, Any] = {}
    for kind, version in CURRENT_VERSIONS.items():
        current[kind] = {"version": version, "accepted": True}
    return {**current, **changes}


def test_the_mandatory_members_are_enough() -> None:
    asked = parsed()
    assert asked.person == Person("frau", "Erika", "Mustermann", "Heidestraße", "17a", "51147", "Köln")
    assert (asked.email, asked.canonical_email) == ("erika.muster@example.com", "erika.muster@example.com")
    assert asked.bank_details.iban == IBAN
    assert asked.locale == "de"


def test_consents_are_recorded_with_version_hash_language_and_time() -> None:
    asked = parsed(consents=consent(language="en"))
    for given in asked.consents:
        assert given.version == CURRENT_VERSIONS[given.kind]
        assert given.sha256 == shown(given.kind, "en").sha256
        assert (given.language, given.accepted_at) == ("en", NOW)
    assert {given.kind for given in asked.consents} == {"terms", "privacy_notice"}


@pytest.mark.parametrize(("locale", "language"), [(None, "de"), ("en", "en")])
def test_consents_are_in_the_language_of_the_person_unless_they_say_otherwise(
    locale: str | None, language: str
) -> None:
    assert {given.language for given in parsed(locale=locale).consents} == {language}


@pytest.mark.parametrize("member", MANDATORY)
def test_each_mandatory_member_is_missed_at_its_place(member: str) -> None:
    assert errors_of(a_registration(**{member: None})) == {f"/{member}": "required"}


@pytest.mark.parametrize("member", [*MANDATORY, "consents"])
@pytest.mark.parametrize("value", [None, 1, True, ["a"]])
def test_each_mandatory_member_has_its_type(member: str, value: Any) -> None:
    errors = errors_of({**a_registration(), member: value})
    assert errors == {f"/{member}": "invalid_value" if member == "salutation" else "wrong_type"}


@pytest.mark.parametrize("member", ["first_name", "last_name", "street", "house_number", "city"])
@pytest.mark.parametrize(("value", "code"), [(" ", "required"), ("", "required"), ("a\nb", "control_character")])
def test_a_blank_or_broken_line_is_refused(member: str, value: str, code: str) -> None:
    assert errors_of(a_registration(**{member: value})) == {f"/{member}": code}


@pytest.mark.parametrize(
    ("member", "limit"), [("first_name", 80), ("last_name", 80), ("street", 80), ("city", 80), ("house_number", 12)]
)
def test_a_line_may_be_as_long_as_its_limit(member: str, limit: int) -> None:
    assert getattr(parsed(**{member: "ü" * limit}).person, member) == "ü" * limit
    for length in (limit + 1, 2000):
        assert errors_of(a_registration(**{member: "ü" * length})) == {f"/{member}": "too_long"}


@pytest.mark.parametrize("value", ["FRAU", "Frau", "divers", "", "mr"])
def test_a_salutation_is_one_of_three(value: str) -> None:
    assert errors_of(a_registration(salutation=value)) == {"/salutation": "invalid_value"}


def test_all_refused_members_are_told_at_once() -> None:
    document = a_registration(
        email="erika",
        postal_code="00000",
        city=None,
        phone="abc",
        bank_details={"iban": "DE00370400440532013000"},
        consents=consent(terms={"version": "1999-01-01", "accepted": False}),
        role="admin",
    )
    assert errors_of(document) == {
        "/email": "email_invalid",
        "/postal_code": "postal_code_invalid",
        "/city": "required",
        "/phone": "phone_invalid",
        "/bank_details/iban": "iban_invalid",
        "/consents/terms/version": "consent_outdated",
        "/consents/terms/accepted": "consent_missing",
        "/role": "unknown_member",
    }


def test_an_empty_registration_names_every_mandatory_member_and_no_other() -> None:
    assert errors_of({}) == {**{f"/{member}": "required" for member in MANDATORY}, "/consents": "consent_missing"}


@pytest.mark.parametrize("document", [None, [], "text", 1])
def test_what_is_no_object_is_refused_as_a_whole(document: Any) -> None:
    assert errors_of(document) == {"": "wrong_type"}


@pytest.mark.parametrize("kind", ["terms", "privacy_notice"])
@pytest.mark.parametrize(
    ("given", "place", "code"),
    [
        (..., "", FieldCode.CONSENT_MISSING),
        ({}, "/version", FieldCode.CONSENT_MISSING),
        ({"version": "{current}"}, "/accepted", FieldCode.CONSENT_MISSING),
        ({"version": "{current}", "accepted": False}, "/accepted", FieldCode.CONSENT_MISSING),
        ({"version": "{current}", "accepted": 1}, "/accepted", FieldCode.WRONG_TYPE),
        ({"version": "{current}", "accepted": "true"}, "/accepted", FieldCode.WRONG_TYPE),
        ({"version": "1999-01-01", "accepted": True}, "/version", FieldCode.CONSENT_OUTDATED),
        ({"version": "", "accepted": True}, "/version", FieldCode.CONSENT_OUTDATED),
        ({"version": 20261101, "accepted": True}, "/version", FieldCode.WRONG_TYPE),
        (None, "", FieldCode.WRONG_TYPE),
    ],
)
def test_without_both_current_consents_there_is_no_registration(
    kind: str, given: Any, place: str, code: FieldCode
) -> None:
    consents = consent()
    if given is ...:
        del consents[kind]
    elif isinstance(given, dict) and given.get("version") == "{current}":
        consents[kind] = {**given, "version": consents[kind]["version"]}
    else:
        consents[kind] = given
    assert errors_of(a_registration(consents=consents))[f"/consents/{kind}{place}"] == code


@pytest.mark.parametrize("member", VOLUNTARY)
@pytest.mark.parametrize("value", [None, "", " "])
def test_a_blank_voluntary_member_counts_as_not_given(member: str, value: str | None) -> None:
    asked = parse_registration({**a_registration(), member: value}, NOW, SHOWN)
    assert getattr(asked.person, member) is None


def test_voluntary_members_are_kept_in_their_form() -> None:
    person = parsed(title=" Dr. ", address_supplement="c/o Müller", phone="030 1234567", fax="+43 1 58800").person
    assert (person.title, person.address_supplement) == ("Dr.", "c/o Müller")
    assert (person.phone, person.fax) == ("+49301234567", "+43158800")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_kept_as_the_text_that_it_is(text: str) -> None:
    members = ("first_name", "last_name", "street", "city", "title", "address_supplement")
    person = parsed(**dict.fromkeys(members, text)).person
    assert [getattr(person, member) for member in members] == [text] * len(members)


@pytest.mark.parametrize(
    "email", ["a@example.com\r\nBcc: b@example.org", "a@example.com, b@example.org", "a@example.com\u2028"]
)
def test_an_address_is_one_recipient(email: str) -> None:
    assert errors_of(a_registration(email=email)) == {"/email": "email_invalid"}


@pytest.mark.parametrize(
    "member", ["id", "account_id", "status", "generation", "blocked", "expires_at", "password", "ip"]
)
def test_nothing_that_the_portal_decides_can_be_sent(member: str) -> None:
    assert errors_of(a_registration(**{member: "x"})) == {f"/{member}": "unknown_member"}


def test_every_member_of_a_person_can_be_sent() -> None:
    sendable = {*MANDATORY, *VOLUNTARY}
    assert {field.name for field in fields(Person)} == sendable - {"email", "bank_details"}


@pytest.mark.parametrize("locale", ["fr", "DE", "", "de-DE"])
def test_a_locale_is_one_of_two(locale: str) -> None:
    assert errors_of(a_registration(locale=locale)) == {"/locale": "invalid_value"}
