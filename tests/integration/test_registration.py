"""POST /api/registrations and what comes of it."""

from typing import Any

import pytest

from tests.support.people import IBAN, OTHER_IBAN, PASSWORD, a_registration
from tests.support.world import World, faults

PATH = "/api/registrations"


def refusals(world: World, body: Any) -> dict[str, str]:
    answer = world.request("POST", PATH, body)
    assert answer.status == 422
    assert answer.json["code"] == "invalid_input"
    assert world.items("RegistrationsTable") == []
    return answer.errors


def test_the_answer_names_the_reference_that_the_mail_names(world: World) -> None:
    answer = world.request("POST", PATH, a_registration())
    assert answer.status == 202
    assert answer.json["status"] == "confirmation_sent"
    world.run_mailer()
    assert answer.json["reference"] in world.mails()[-1].text


def test_everything_given_is_stored_complete_until_it_expires(world: World) -> None:
    world.register(title="Dr.", phone="0221 1234567", fax="+49 221 7654321", address_supplement="Hinterhaus")
    (item,) = world.items("RegistrationsTable")
    assert item["person"]["phone"] == "+492211234567"
    assert item["person"]["title"] == "Dr."
    assert item["bank_details"] == {
        "iban": IBAN,
        "bic": "COBADEFFXXX",
        "account_number": "0532013000",
        "bank_code": "37040044",
        "bank_name": "Commerzbank",
    }
    assert item["ip"] == "203.0.113.0"
    assert item["expires_at"] - item["requested_at"] == 30 * 86400


def test_account_number_and_bank_code_are_as_good_as_an_iban(world: World) -> None:
    world.register(bank_details={"account_number": "532013000", "bank_code": "370 400 44"})
    (item,) = world.items("RegistrationsTable")
    assert item["bank_details"]["iban"] == IBAN


@pytest.mark.parametrize(
    "member",
    ["email", "salutation", "first_name", "last_name", "street", "house_number", "postal_code", "city", "bank_details"],
)
def test_a_mandatory_member_is_missed_by_name(world: World, member: str) -> None:
    assert refusals(world, a_registration(**{member: None})) == {f"/{member}": "required"}


@pytest.mark.parametrize("member", ["title", "address_supplement", "phone", "fax", "locale"])
def test_a_voluntary_member_may_be_left_out(world: World, member: str) -> None:
    assert world.request("POST", PATH, a_registration(**{member: None})).status == 202


@pytest.mark.parametrize("kind", ["terms", "privacy_notice"])
@pytest.mark.parametrize(
    ("consent", "pointer", "code"),
    [
        (None, "", "consent_missing"),
        ({"accepted": False}, "/accepted", "consent_missing"),
        ({"accepted": "yes"}, "/accepted", "wrong_type"),
        ({"version": "1999-01-01"}, "/version", "consent_outdated"),
    ],
)
def test_without_both_consents_nobody_registers(
    world: World, kind: str, consent: dict[str, Any] | None, pointer: str, code: str
) -> None:
    consents = dict(a_registration()["consents"])
    if consent is None:
        del consents[kind]
    else:
        consents[kind] = {**consents[kind], **consent}
    assert refusals(world, a_registration(consents=consents)) == {f"/consents/{kind}{pointer}": code}


def test_members_that_disagree_are_named(world: World) -> None:
    bank = {"iban": IBAN, "account_number": "999", "bank_code": "12030000", "bic": "DEUTDEFFXXX"}
    errors = refusals(world, a_registration(bank_details=bank))
    assert errors["/bank_details/account_number"] == "bank_details_disagree"
    assert errors["/bank_details/bank_code"] == "bank_details_disagree"


def test_all_that_is_wrong_is_told_at_once(world: World) -> None:
    body = a_registration(
        email="nobody", postal_code="1", city=None, bank_details={"iban": "DE00370400440532013000"}, role="admin"
    )
    assert refusals(world, body) == {
        "/email": "email_invalid",
        "/postal_code": "postal_code_invalid",
        "/city": "required",
        "/bank_details/iban": "iban_invalid",
        "/role": "unknown_member",
    }


@pytest.mark.parametrize("language", ["de", "en"])
def test_refusals_speak_the_language_of_the_client(world: World, language: str) -> None:
    answer = world.request("POST", PATH, a_registration(city=None), headers={"Accept-Language": language})
    words = {"de": "Bitte füllen Sie dieses Feld aus.", "en": "Please fill in this field."}
    assert answer.json["errors"][0]["message"] == words[language]
    assert answer.headers["Content-Language"] == language


def test_an_english_registration_gets_english_mails(world: World) -> None:
    password = world.a_client_with_initial_password(locale="en")
    assert f"Password: {password}\n" in world.mails()[-1].text


def test_hostile_text_stays_text_from_registration_to_profile(world: World) -> None:
    hostile = "{{7*7}} <img src=x onerror=alert(1)> %2541 &amp;lt; {0.__class__} %(x)s"
    initial = world.a_client_with_initial_password(last_name=hostile, street="#x :v")
    limited = world.log_in(initial).json["access_token"]
    body = {"current_password": initial, "new_password": PASSWORD}
    token = world.request("PUT", "/api/password", body, token=limited).json["access_token"]
    profile = world.request("GET", "/api/profile", token=token).json
    assert profile["last_name"] == hostile
    assert profile["street"] == "#x :v"


@pytest.mark.parametrize(
    "email",
    [
        "a@example.com, c@example.org",
        "a@example.com\r\nBcc: c@example.org",
        "a@example.com\u2028c",
        "a b@example.com",
        "@",
    ],
)
def test_one_address_means_one_recipient(world: World, email: str) -> None:
    assert "/email" in refusals(world, a_registration(email=email))


def test_the_owner_of_a_known_address_is_told_and_nothing_changes(world: World) -> None:
    world.a_client_with_initial_password()
    before = world.items("AccountsTable")
    mail = world.register(bank_details={"iban": OTHER_IBAN}, email="ERIKA.Muster@EXAMPLE.com")
    assert "#token=" not in mail.text
    assert mail.to == ["ERIKA.Muster@example.com"]
    assert world.items("AccountsTable") == before


def test_a_database_that_does_not_answer_is_a_clear_503_and_leaves_nothing_half_done(world: World) -> None:
    def fail(_service: str, operation: str, _parameters: Any) -> None:
        from botocore.exceptions import ConnectTimeoutError

        if operation == "transact_write_items":
            raise ConnectTimeoutError(endpoint_url="")

    with faults(world, before=fail):
        answer = world.request("POST", PATH, a_registration())
    assert (answer.status, answer.json["code"]) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert world.items("RegistrationsTable") == world.items("OutboxTable") == []


def test_the_wordings_in_force_are_public(world: World) -> None:
    german = world.request("GET", "/api/legal").json
    english = world.request("GET", "/api/legal", headers={"Accept-Language": "en-GB"}).json
    assert set(german) == set(english) == {"terms", "privacy_notice"}
    assert german["terms"]["language"] == "de"
    assert english["terms"]["sha256"] != german["terms"]["sha256"]


def test_health_tells_the_version(world: World) -> None:
    from portal import __version__

    assert world.request("GET", "/api/health").json == {"status": "ok", "version": __version__}
