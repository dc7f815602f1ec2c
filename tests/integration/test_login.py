"""Login, initial password, new password, profile."""

import re
import unicodedata
from typing import Any, cast

import pytest

from tests.support.people import IBAN, PASSWORD
from tests.support.world import Answer, World, faults

EMAIL = "erika.muster@example.com"
OTHER_PASSWORD = "Ein anderer Satz über Birken"


def change(world: World, token: str, current: str, new: str, **more: Any) -> Answer:
    body = {"current_password": current, "new_password": new, **more}
    return world.request("PUT", "/api/password", body, token=token)


def a_client(world: World, **more: Any) -> tuple[str, Answer]:
    """Return a token of full scope, and the answer that brought it."""
    initial = world.a_client_with_initial_password()
    answer = change(world, world.log_in(initial).json["access_token"], initial, PASSWORD, **more)
    return answer.json["access_token"], answer


def test_the_initial_password_opens_the_password_change_and_nothing_else(world: World) -> None:
    answer = world.log_in(world.a_client_with_initial_password())
    assert answer.json["password_change_required"] is True
    times = ("expires_in", "session_expires_in", "session_ends_in")
    assert [answer.json[name] for name in times] == [600, 600, 600]
    assert answer.cookies == []
    refused = world.request("GET", "/api/profile", token=answer.json["access_token"])
    assert (refused.status, refused.json["code"]) == (403, "password_change_required")


def test_the_initial_password_dies_with_the_change(world: World) -> None:
    initial = world.a_client_with_initial_password()
    limited = world.log_in(initial).json["access_token"]
    assert change(world, limited, initial, PASSWORD).status == 200
    assert world.log_in(initial).status == 401
    assert change(world, limited, initial, PASSWORD + "x").status == 401
    (credential,) = [item for item in world.items("AccountsTable") if item["pk"].startswith("credential#")]
    assert "password_expires_at" not in credential
    assert "initial_password_id" not in credential


def test_the_initial_password_expires_after_seven_days(world: World) -> None:
    initial = world.a_client_with_initial_password()
    world.clock.advance(7 * 86400 - 1)
    token = world.log_in(initial).json["access_token"]
    world.clock.advance(1)
    assert world.log_in(initial).status == 401
    assert change(world, token, initial, PASSWORD).status == 401


def test_every_wrong_login_is_answered_alike(world: World) -> None:
    initial = world.a_client_with_initial_password()
    wrong = [world.log_in("falsch"), world.log_in(initial, "nobody@example.org"), world.log_in(initial, "no address")]
    wrong.append(world.log_in(initial + " "))
    assert {answer.status for answer in wrong} == {401}
    assert len({answer.text for answer in wrong}) == 1
    assert len({tuple(answer.headers.items()) for answer in wrong}) == 1


@pytest.mark.parametrize("email", ["ERIKA.MUSTER@EXAMPLE.COM", " erika.muster@example.com "])
def test_the_address_is_the_user_name_in_any_spelling(world: World, email: str) -> None:
    assert world.log_in(world.a_client_with_initial_password(), email).status == 200


def test_an_international_domain_logs_in_in_both_forms(world: World) -> None:
    initial = world.a_client_with_initial_password(email="erika@bücher.example.com")
    assert world.mails()[-1].to == ["erika@xn--bcher-kva.example.com"]
    for form in ("erika@bücher.example.com", "Erika@XN--BCHER-KVA.example.com"):
        assert world.log_in(initial, form).status == 200


def test_by_default_the_refresh_token_is_a_cookie_that_scripts_can_not_read(world: World) -> None:
    _, answer = a_client(world)
    refresh, device = answer.cookies
    assert re.fullmatch(r"__Host-refresh=[\w.-]+; HttpOnly; Secure; SameSite=Strict; Path=/", refresh)
    pattern = r"__Host-device=[\w-]{43}; Max-Age=15552000; HttpOnly; Secure; SameSite=Strict; Path=/"
    assert re.fullmatch(pattern, device)
    assert "refresh_token" not in answer.json


def test_api_clients_get_it_in_the_body_and_no_cookie(world: World) -> None:
    _, answer = a_client(world, delivery="body")
    session_id, _, secret = answer.json["refresh_token"].partition(".")
    assert answer.cookies == []
    assert len(secret) >= 43
    # Those of the generation before are over; their items go by their expiry.
    assert [item["id"] for item in world.sessions() if item["generation"] == 1] == [session_id]
    assert secret not in str(world.items("SessionsTable"))


def test_changing_the_password_ends_every_other_session(world: World) -> None:
    token, _ = a_client(world)
    other = world.log_in(PASSWORD).json["access_token"]
    new = change(world, token, PASSWORD, "Ein anderer Satz über Birken").json["access_token"]
    statuses = [world.request("GET", "/api/profile", token=each).status for each in (token, other, new)]
    assert statuses == [401, 401, 200]


@pytest.mark.parametrize(
    ("new", "code"),
    [
        ("vierzehn Stelln", None),
        ("vierzehn Stell", "password_too_short"),
        ("x" * 129, "password_too_long"),
        ("passwortpasswort", "password_too_common"),
        ("ErikaMustermann1", "password_too_personal"),
        ("Mandantenportal1", "password_too_personal"),
        ("qwertzuiop123456", "password_too_regular"),
        ("aaaaaaaaaaaaaaaaa", "password_too_repetitive"),
        (PASSWORD, "password_unchanged"),
    ],
)
def test_a_new_password_is_refused_with_its_reason(world: World, new: str, code: str | None) -> None:
    token, _ = a_client(world)
    answer = change(world, token, PASSWORD, new)
    if code is None:
        assert answer.status == 200
        return
    assert answer.status == 422
    assert answer.errors == {"/new_password": code}
    assert world.log_in(PASSWORD).status == 200


def test_the_current_password_is_needed_to_change_it(world: World) -> None:
    token, _ = a_client(world)
    answer = change(world, token, "falsch", "Ein anderer Satz über Birken")
    assert (answer.status, answer.json["code"]) == (401, "invalid_credentials")
    missing = world.request("PUT", "/api/password", {"new_password": PASSWORD}, token=token)
    assert missing.errors == {"/current_password": "required"}


def test_the_owner_is_told_of_a_changed_password_and_can_block_the_account(world: World) -> None:
    token, _ = a_client(world)
    first = world.next_mail(EMAIL)
    new = change(world, token, PASSWORD, OTHER_PASSWORD).json["access_token"]
    second = world.next_mail(EMAIL)
    for mail in (first, second):
        assert mail.subject == "Mandantenportal: Ihr Passwort wurde geändert"
        assert not {PASSWORD, OTHER_PASSWORD} & set(mail.text.splitlines())
    assert world.request("POST", "/api/accounts/freeze", {"token": second.token("freeze")}).status == 204
    assert world.request("GET", "/api/profile", token=new).status == 401
    assert world.log_in(OTHER_PASSWORD).status == 401


def test_a_refused_change_of_the_password_is_told_to_nobody(world: World) -> None:
    token = world.a_client()
    before = len(world.mails())
    assert change(world, token, "falsch", OTHER_PASSWORD).status == 401
    assert change(world, token, PASSWORD, "kurz").status == 422
    world.run_mailer()
    assert len(world.mails()) == before


def test_passwords_are_taken_as_received(world: World) -> None:
    token, _ = a_client(world)
    phrase = " Grüne Bücher schweigen über dem Kanal, während sieben Krähen den Fahrplan auswendig le"
    assert len(f"{phrase}rnen ".encode()) > 80
    assert change(world, token, PASSWORD, f"{phrase}rnen ").status == 200
    assert world.log_in(f"{phrase}rnen").status == 401
    assert world.log_in(f"{phrase}sen ").status == 401
    assert world.log_in(f"{phrase}rnen ".upper()).status == 401
    assert world.log_in(unicodedata.normalize("NFD", f"{phrase}rnen ")).status == 200


@pytest.mark.parametrize("token", [None, "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "A" * 10_000])
def test_without_a_valid_token_there_is_no_profile(world: World, token: str | None) -> None:
    answer = world.request("GET", "/api/profile", token=token)
    assert (answer.status, answer.json["code"]) == (401, "not_authenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_an_access_token_lasts_ten_minutes(world: World) -> None:
    token, _ = a_client(world)
    world.clock.advance(599)
    assert world.request("GET", "/api/profile", token=token).status == 200
    world.clock.advance(1)
    assert world.request("GET", "/api/profile", token=token).status == 401


def test_a_link_is_no_access_token(world: World) -> None:
    mail = world.register()
    assert world.request("GET", "/api/profile", token=mail.token("confirm")).status == 401


def test_a_client_sees_exactly_these_members_and_no_whole_account(world: World) -> None:
    token, _ = a_client(world)
    answer = world.request("GET", "/api/profile", token=token)
    assert answer.json == {
        "email": EMAIL,
        "salutation": "frau",
        "processing_restricted": None,
        "title": None,
        "first_name": "Erika",
        "last_name": "Mustermann",
        "street": "Heidestraße",
        "house_number": "17a",
        "address_supplement": None,
        "postal_code": "51147",
        "city": "Köln",
        "phone": None,
        "fax": None,
        "bank_details": {
            "iban": f"{'*' * 18}{IBAN[-4:]}",
            "bic": "COBADEFFXXX",
            "account_number": "******3000",
            "bank_code": "37040044",
            "bank_name": "Commerzbank",
            "reviewed": False,
        },
        "locale": "de",
    }


def test_the_public_keys_verify_the_tokens_by_a_plain_jwt_library(world: World) -> None:
    import jwt

    token, _ = a_client(world)
    keys = world.request("GET", "/.well-known/jwks.json").json["keys"]
    kid = jwt.get_unverified_header(token)["kid"]
    (key,) = [key for key in keys if key["kid"] == kid]
    options: Any = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
    claims = jwt.decode(
        token, jwt.PyJWK(key), algorithms=["ES256"], audience="urn:mandantenportal:test:api", options=options
    )
    assert len(keys) == 1
    assert set(claims) == {"iss", "aud", "sub", "sid", "iat", "exp", "jti", "auth_time", "scope"}
    assert claims["exp"] - claims["iat"] == 600


def test_a_blocked_account_is_out_at_once(world: World) -> None:
    token, _ = a_client(world)
    for item in world.items("AccountsTable"):
        world.dynamodb.update_item(
            TableName="AccountsTable",
            Key={"pk": {"S": item["pk"]}},
            UpdateExpression="SET blocked = :yes",
            ExpressionAttributeValues={":yes": {"BOOL": True}},
        )
    assert world.request("GET", "/api/profile", token=token).status == 401
    assert world.log_in(PASSWORD).status == 401


@pytest.mark.parametrize("meanwhile", ["blocked = :yes", "generation = :seven"])
@pytest.mark.parametrize("item", ["credential#", "account#"])
def test_a_password_change_loses_against_a_block_or_a_new_generation_in_the_same_moment(
    world: World, item: str, meanwhile: str
) -> None:
    token, _ = a_client(world)
    (key,) = [found["pk"] for found in world.items("AccountsTable") if found["pk"].startswith(item)]
    value = {":yes": {"BOOL": True}} if "yes" in meanwhile else {":seven": {"N": "7"}}

    def interfere(_service: str, operation: str, _parameters: Any) -> None:
        if operation == "transact_write_items":
            world.dynamodb.update_item(
                TableName="AccountsTable",
                Key={"pk": {"S": key}},
                UpdateExpression=f"SET {meanwhile}",
                ExpressionAttributeValues=cast("Any", value),
            )

    sessions = world.sessions()
    with faults(world, before=interfere):
        assert change(world, token, PASSWORD, "Ein anderer Satz über Birken").status == 401
    assert world.sessions() == sessions


@pytest.mark.parametrize("generation", ["0", "7"])
def test_only_the_generation_that_was_read_is_replaced(world: World, generation: str) -> None:
    """Neither an older nor a newer one: the condition is equality on both items."""
    token, _ = a_client(world)

    def interfere(_service: str, operation: str, parameters: Any) -> None:
        if operation == "transact_write_items":
            for entry in parameters["TransactItems"]:
                values = entry.get("Update", {}).get("ExpressionAttributeValues", {})
                if ":generation" in values:
                    values[":generation"] = {"N": generation}

    with faults(world, before=interfere):
        assert change(world, token, PASSWORD, "Ein anderer Satz über Birken").status == 401
