"""A client changes the own data, the bank details, the address, and leaves."""

from typing import Any

import pytest

from tests.support.people import IBAN, OTHER_IBAN, PASSWORD, a_registration
from tests.support.world import Answer, World, faults

EMAIL, NEW_EMAIL = "erika.muster@example.com", "Erika.Neu@example.org"
BANK = "/api/profile/bank-details"


@pytest.fixture
def token(world: World) -> str:
    """An access token of a client with a password of their own."""
    return world.a_client(title="Dr.", phone="030 1234567")


def get(world: World, token: str, path: str = "/api/profile") -> Answer:
    return world.request("GET", path, token=token)


def patch(world: World, token: str, changes: Any, **headers: str) -> Answer:
    tag = get(world, token).headers["ETag"]
    sent = {"If-Match": tag, "Content-Type": "application/merge-patch+json", **headers}
    return world.request("PATCH", "/api/profile", changes, token=token, headers=sent)


def put_bank(world: World, token: str, body: Any, **headers: str) -> Answer:
    tag = get(world, token).headers["ETag"]
    return world.request("PUT", BANK, body, token=token, headers={"If-Match": tag, **headers})


# ------------------------------------------------------------ personal and voluntary members


def test_a_merge_patch_changes_what_it_names_and_removes_what_is_null(world: World, token: str) -> None:
    before = get(world, token).json
    answer = patch(world, token, {"last_name": "Müller", "title": None, "fax": "+49 30 1234568", "locale": "en"})
    assert answer.status == 200
    expected = {**before, "last_name": "Müller", "title": None, "fax": "+49301234568", "locale": "en"}
    assert answer.json == expected == get(world, token).json
    assert answer.headers["ETag"] == get(world, token).headers["ETag"] != '"1"'


def test_a_locale_of_null_is_the_default(world: World, token: str) -> None:
    patch(world, token, {"locale": "en"})
    assert patch(world, token, {"locale": None}).json["locale"] == "de"


@pytest.mark.parametrize("changes", [{}, {"first_name": " Erika "}, {"phone": "+49 (0) 30 1234567"}])
def test_what_changes_nothing_writes_nothing(world: World, token: str, changes: Any) -> None:
    before = get(world, token)
    world.call_counts()
    answer = patch(world, token, changes)
    assert answer.headers["ETag"] == before.headers["ETag"]
    assert world.call_counts() == {"dynamodb:batch_get_item": 2}


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"first_name": None, "city": ""}, {"/first_name": "required", "/city": "required"}),
        ({"postal_code": "1234"}, {"/postal_code": "postal_code_invalid"}),
        ({"phone": "12"}, {"/phone": "phone_invalid"}),
        ({"email": "x@example.org"}, {"/email": "unknown_member"}),
        ({"bank_details": {"iban": IBAN}}, {"/bank_details": "unknown_member"}),
        ({"blocked": True, "generation": 7}, {"/blocked": "unknown_member", "/generation": "unknown_member"}),
        ({"salutation": "divers"}, {"/salutation": "invalid_value"}),
        ({"last_name": 7}, {"/last_name": "wrong_type"}),
        ([], {"": "wrong_type"}),
    ],
)
def test_what_is_refused_is_named_and_nothing_is_stored(
    world: World, token: str, changes: Any, errors: dict[str, str]
) -> None:
    before = get(world, token).json
    answer = patch(world, token, changes)
    assert (answer.status, answer.errors) == (422, errors)
    assert get(world, token).json == before


def test_nobody_overwrites_what_they_have_not_seen(world: World, token: str) -> None:
    body = {"first_name": "Erna"}
    missing = world.request("PATCH", "/api/profile", body, token=token)
    assert (missing.status, missing.json["code"]) == (428, "precondition_required")
    for tag in ('"0"', 'W/"1"', "1", '"1" "2"'):
        stale = patch(world, token, body, **{"If-Match": tag})
        assert (stale.status, stale.json["code"]) == (412, "precondition_failed")
    assert patch(world, token, body, **{"If-Match": '"0", "1"'}).status == 200
    assert patch(world, token, {"first_name": "Eva"}, **{"If-Match": "*"}).status == 200


def test_of_two_changes_at_once_one_is_told_to_look_again(world: World, token: str) -> None:
    answers: list[Answer] = []

    def other(_service: str, operation: str, _parameters: Any) -> None:
        if operation == "transact_write_items" and not answers:
            answers.append(Answer(0, {}, [], ""))
            answers[0] = patch(world, token, {"first_name": "Erna"})

    world.hooks.before = other
    mine = patch(world, token, {"first_name": "Eva"})
    assert (answers[0].status, mine.status) == (200, 412)
    assert get(world, token).json["first_name"] == "Erna"


def test_a_session_that_ends_during_a_change_stores_nothing(world: World, token: str) -> None:
    owner = world.log_in(PASSWORD).json["access_token"]
    ended: list[int] = []

    def end_others(_service: str, operation: str, _parameters: Any) -> None:
        if operation == "transact_write_items" and not ended:
            ended.append(0)
            ended[0] = world.request("DELETE", "/api/sessions", token=owner).status

    with faults(world, before=end_others):
        assert patch(world, token, {"first_name": "Erna"}).status == 412
    assert ended == [204]
    assert get(world, owner).json["first_name"] == "Erika"


def test_a_patch_needs_json_of_one_of_two_kinds(world: World, token: str) -> None:
    assert patch(world, token, {"first_name": "Erna"}, **{"Content-Type": "application/json"}).status == 200
    assert patch(world, token, {"first_name": "Eva"}, **{"Content-Type": "application/json-patch+json"}).status == 415


# ------------------------------------------------------------ bank details


def test_bank_details_are_read_whole_with_a_fresh_password_only(world: World, token: str) -> None:
    answer = get(world, token, BANK)
    assert answer.json == {
        "iban": IBAN,
        "bic": "COBADEFFXXX",
        "account_number": "0532013000",
        "bank_code": "37040044",
        "bank_name": "Commerzbank",
        "reviewed": False,
    }
    assert answer.headers["ETag"] == get(world, token).headers["ETag"]
    world.clock.advance(600)
    fresh = world.request("POST", "/api/reauthentication", {"password": PASSWORD}, token=token)
    assert fresh.status == 401  # the access token is past its time as well


def test_a_password_given_too_long_ago_is_asked_for_again(world: World, token: str) -> None:
    refresh = world.log_in(PASSWORD, delivery="body").json["refresh_token"]
    world.clock.advance(601)
    token = world.request("POST", "/api/session/refresh", {"refresh_token": refresh}).json["access_token"]
    for method, path, body in (
        ("GET", BANK, None),
        ("PUT", BANK, {"iban": OTHER_IBAN}),
        ("POST", "/api/profile/email-change", {"new_email": NEW_EMAIL}),
        ("DELETE", "/api/profile", None),
    ):
        answer = world.request(method, path, body, token=token)
        assert (answer.status, answer.json["code"]) == (403, "reauthentication_required"), path
    fresh = world.request("POST", "/api/reauthentication", {"password": PASSWORD}, token=token).json["access_token"]
    assert get(world, fresh, BANK).status == 200


def test_other_bank_details_are_stored_reviewed_and_told_to_the_owner(world: World, token: str) -> None:
    answer = put_bank(world, token, {"account_number": "202051", "bank_code": "120 300 00"})
    assert answer.status == 200
    assert (answer.json["iban"], answer.json["reviewed"]) == (OTHER_IBAN, True)
    assert answer.json["warnings"] == []
    assert answer.headers["ETag"] == get(world, token).headers["ETag"]
    mail = world.next_mail(EMAIL)
    assert "/freeze#token=" in mail.text
    assert OTHER_IBAN[-4:] not in mail.text


def test_the_notice_of_other_bank_details_can_not_be_diverted(world: World, token: str) -> None:
    """A thief prepares another address, then changes bank details and confirms before the mailer runs."""
    link = changed(world, token)
    put_bank(world, token, {"iban": OTHER_IBAN})
    confirm(world, link)
    sent = len(world.mails())
    world.run_mailer()
    assert {(tuple(mail.to), mail.subject) for mail in world.mails()[sent:]} == {
        ((EMAIL,), "Mandantenportal: Ihre Bankverbindung wurde geändert"),
        ((EMAIL,), "Mandantenportal: Ihre E-Mail-Adresse wurde geändert"),
    }


def test_a_request_that_ended_with_the_account_sends_nothing_more(world: World, token: str) -> None:
    world.run_mailer()
    sent = len(world.mails())
    assert ask(world, token).status == 202
    world.request("DELETE", "/api/profile", token=token)
    world.run_mailer()
    assert [mail.subject for mail in world.mails()[sent:]] == ["Mandantenportal: Ihr Konto ist geschlossen"]


def test_a_notice_that_waited_for_days_brings_a_link_that_works(world: World, token: str) -> None:
    put_bank(world, token, {"iban": OTHER_IBAN})
    world.clock.advance(10 * 86400)
    assert freeze(world, world.next_mail(EMAIL).token("freeze")).status == 204


def test_the_same_bank_details_again_tell_nobody(world: World, token: str) -> None:
    world.run_mailer()
    sent = len(world.mails())
    assert put_bank(world, token, {"iban": IBAN}).json["reviewed"] is True
    assert put_bank(world, token, {"iban": IBAN}).status == 200
    world.run_mailer()
    assert len(world.mails()) == sent


def test_bank_details_that_are_none_are_refused_by_name(world: World, token: str) -> None:
    assert put_bank(world, token, {"iban": "DE00370400440532013000"}).errors == {"/iban": "iban_invalid"}
    assert put_bank(world, token, {"iban": OTHER_IBAN}, **{"If-Match": '"99"'}).status == 412
    assert world.request("PUT", BANK, {"iban": OTHER_IBAN}, token=token).status == 428
    assert get(world, token, BANK).json["iban"] == IBAN


def test_the_registered_bank_details_are_accepted_once(world: World, token: str) -> None:
    for _ in range(2):
        assert world.request("POST", f"{BANK}/accept", {}, token=token).status == 204
    assert get(world, token).json["bank_details"]["reviewed"] is True
    assert get(world, token).headers["ETag"] == '"2"'


def test_an_unknown_member_of_an_empty_body_is_refused(world: World, token: str) -> None:
    assert world.request("POST", f"{BANK}/accept", {"a": 1}, token=token).errors == {"/a": "unknown_member"}


# ------------------------------------------------------------ address


def ask(world: World, token: str, email: str = NEW_EMAIL) -> Answer:
    return world.request("POST", "/api/profile/email-change", {"new_email": email}, token=token)


def confirm(world: World, link: str) -> Answer:
    return world.request("POST", "/api/email-changes/confirm", {"token": link})


def freeze(world: World, link: str) -> Answer:
    return world.request("POST", "/api/accounts/freeze", {"token": link})


def changed(world: World, token: str) -> str:
    """Ask for the new address and return the token of its link."""
    assert ask(world, token).status == 202
    world.run_mailer()
    return world.mails(NEW_EMAIL)[-1].token("email-change")


def test_the_address_changes_when_the_new_one_is_confirmed_and_not_before(world: World, token: str) -> None:
    link = changed(world, token)
    assert get(world, token).json["email"] == EMAIL
    assert world.log_in(PASSWORD).status == 200
    answer = confirm(world, link)
    assert (answer.status, answer.json) == (200, {"status": "changed"})
    assert get(world, token).status == 401
    assert world.log_in(PASSWORD).status == 401
    fresh = world.log_in(PASSWORD, NEW_EMAIL.lower()).json["access_token"]
    assert get(world, fresh).json["email"] == NEW_EMAIL
    assert len([item for item in world.items("AccountsTable") if item["pk"].startswith("credential#")]) == 1


def test_a_second_click_is_told_that_it_worked(world: World, token: str) -> None:
    link = changed(world, token)
    assert [confirm(world, link).json for _ in range(2)] == [{"status": "changed"}] * 2


def test_the_mail_names_the_reference_that_the_answer_showed(world: World, token: str) -> None:
    references = []
    for who in (token, world.a_client(email="neighbour@example.net")):
        references.append(ask(world, who).json["reference"])
        assert f"Kennung {references[-1]}\n" in world.next_mail(NEW_EMAIL).text
    assert references[0] != references[1]


def test_both_addresses_hear_of_it(world: World, token: str) -> None:
    world.run_mailer()
    before = len(world.mails(EMAIL))
    link = changed(world, token)
    (request_notice,) = world.mails(EMAIL)[before:]
    confirm(world, link)
    change_notice = world.next_mail(EMAIL)
    for notice in (request_notice, change_notice):
        assert "/freeze#token=" in notice.text
        assert NEW_EMAIL.lower() not in notice.text.lower()
    assert request_notice.subject != change_notice.subject


def test_the_freeze_link_blocks_the_account_even_after_the_change(world: World, token: str) -> None:
    link = changed(world, token)
    notice = world.mails(EMAIL)[-1].token("freeze")
    confirm(world, link)
    thief = world.log_in(PASSWORD, NEW_EMAIL).json["access_token"]
    body = {"current_password": PASSWORD, "new_password": "Das will der Dieb nun haben"}
    thief = world.request("PUT", "/api/password", body, token=thief).json["access_token"]
    world.clock.advance(72 * 3600 - 60)
    thief = world.log_in("Das will der Dieb nun haben", NEW_EMAIL).json["access_token"]
    assert [freeze(world, notice).status for _ in range(2)] == [204, 204]
    assert get(world, thief).status == 401
    assert world.log_in("Das will der Dieb nun haben", NEW_EMAIL).status == 401
    world.request("POST", "/api/password-reset", {"email": NEW_EMAIL})
    sent = len(world.mails())
    world.run_mailer()
    assert not [mail for mail in world.mails()[sent:] if "/reset#" in mail.text]


def test_a_freeze_link_ends_after_72_hours(world: World, token: str) -> None:
    changed(world, token)
    notice = world.mails(EMAIL)[-1].token("freeze")
    world.clock.advance(72 * 3600)
    assert freeze(world, notice).json["code"] == "link_expired"
    assert freeze(world, "no token").json["code"] == "invalid_link"


def test_a_freeze_before_the_click_stops_the_change(world: World, token: str) -> None:
    link = changed(world, token)
    assert freeze(world, world.mails(EMAIL)[-1].token("freeze")).status == 204
    assert confirm(world, link).status == 410


@pytest.mark.parametrize(("seconds", "status"), [(86_399, 200), (86_400, 410)])
def test_the_link_of_a_change_lasts_a_day(world: World, token: str, seconds: int, status: int) -> None:
    link = changed(world, token)
    world.clock.advance(seconds)
    assert confirm(world, link).status == status


def test_a_change_is_overtaken_by_whatever_ends_all_sessions(world: World, token: str) -> None:
    link = changed(world, token)
    world.request("DELETE", "/api/sessions", token=token)
    assert confirm(world, link).status == 410


def test_only_the_newest_request_can_be_confirmed(world: World, token: str) -> None:
    """Who mistyped the new address asks again; a stranger who got the first link must not take the account."""
    assert ask(world, token, "verschrieben@example.net").status == 202
    world.run_mailer()
    first = world.mails("verschrieben@example.net")[-1].token("email-change")
    second = changed(world, token)
    assert confirm(world, first).json["code"] == "link_expired"
    assert confirm(world, second).json == {"status": "changed"}


def test_a_change_of_the_profile_in_the_same_moment_does_not_spend_the_link(world: World, token: str) -> None:
    link = changed(world, token)
    patched: list[int] = []

    def other_tab(_service: str, operation: str, _parameters: Any) -> None:
        if operation == "transact_write_items" and not patched:
            patched.append(0)
            patched[0] = patch(world, token, {"first_name": "Erna"}).status

    with faults(world, before=other_tab):
        assert confirm(world, link).json == {"status": "changed"}
    assert patched == [200]


def test_an_address_that_got_an_account_meanwhile_is_not_taken(world: World, token: str) -> None:
    link = changed(world, token)
    world.a_client(email=NEW_EMAIL)
    assert confirm(world, link).json["code"] == "link_expired"
    assert get(world, token).json["email"] == EMAIL


@pytest.mark.parametrize(
    ("email", "code"),
    [
        (EMAIL.upper().replace("EXAMPLE", "Example"), "email_unchanged"),
        ("x", "email_invalid"),
        ("ä@example.com", "email_unsupported"),
    ],
)
def test_an_address_that_is_none_or_no_other_is_refused(world: World, token: str, email: str, code: str) -> None:
    assert ask(world, token, email).errors == {"/new_email": code}


def test_a_former_address_is_free_for_a_new_account(world: World, token: str) -> None:
    confirm(world, changed(world, token))
    world.run_mailer()  # the notice, which may come before or after the opt-in mail otherwise
    assert world.confirm(world.register()).json == {"status": "confirmed"}


# ------------------------------------------------------------ closing


def test_closing_deletes_account_and_credential_and_says_farewell(world: World, token: str) -> None:
    answer = world.request("DELETE", "/api/profile", token=token)
    assert (answer.status, answer.text) == (204, "")
    assert answer.cookies[0].startswith("__Host-refresh=; Max-Age=0")
    assert world.items("AccountsTable") == []
    assert get(world, token).status == 401
    assert world.log_in(PASSWORD).status == 401
    mail = world.next_mail(EMAIL)
    assert "31.12.2029" in mail.text
    assert world.confirm(world.register()).json == {"status": "confirmed"}


def test_what_stays_is_evidence_that_ends_and_names_nobody(world: World, token: str) -> None:
    (before,) = world.items("EvidenceTable")
    assert "expires_at" not in before
    world.request("DELETE", "/api/profile", token=token)
    rows = {row["kind"]: row for row in world.items("EvidenceTable")}
    assert rows.keys() == {"opt_in", "closing"}
    end_of_2029 = 1_893_456_000 - 3600  # midnight in Berlin
    assert {row["expires_at"] for row in rows.values()} == {end_of_2029}
    assert {k: v for k, v in rows["opt_in"].items() if k != "expires_at"} == before
    assert len(rows["closing"]["pseudonym"]) == 64
    del rows["opt_in"]["wording_facts"]  # about the company
    for name in ("erika", "muster", "example.com"):
        assert name not in str(rows).lower()


def test_no_address_of_a_closed_account_stays_behind(world: World, token: str) -> None:
    confirm(world, changed(world, token))
    world.run_mailer()
    token = str(world.log_in(PASSWORD, NEW_EMAIL).json["access_token"])
    ask(world, token, "dritte@example.net")
    assert len(world.items("RegistrationsTable")) == 2
    assert world.request("DELETE", "/api/profile", token=token).status == 204
    assert world.items("RegistrationsTable") == []


def test_a_consent_in_the_moment_of_the_closing_leaves_no_endless_evidence(world: World, token: str) -> None:
    met: list[int] = []

    def other_tab(_service: str, operation: str, _parameters: Any) -> None:
        if operation == "transact_write_items" and not met:
            met.append(0)
            met[0] = patch(world, token, {"first_name": "Erna"}).status

    with faults(world, before=other_tab):
        assert world.request("DELETE", "/api/profile", token=token).status == 503
    assert met == [200]
    assert world.request("DELETE", "/api/profile", token=token).status == 204
    assert all("expires_at" in row for row in world.items("EvidenceTable"))


def test_links_of_a_closed_account_are_dead(world: World, token: str) -> None:
    link = changed(world, token)
    notice = world.mails(EMAIL)[-1].token("freeze")
    world.request("POST", "/api/password-reset", {"email": EMAIL})
    reset = world.next_mail(EMAIL).token("reset")
    world.request("DELETE", "/api/profile", token=token)
    assert confirm(world, link).status == freeze(world, notice).status == 410
    body = {"token": reset, "new_password": "Ein anderer Satz über Birken"}
    assert world.request("POST", "/api/password-reset/confirm", body).status == 410


def test_of_two_closings_at_once_one_finds_the_account_gone(world: World, token: str) -> None:
    answers: list[int] = []

    def other(_service: str, operation: str, _parameters: Any) -> None:
        if operation == "transact_write_items" and not answers:
            answers.append(0)
            answers[0] = world.request("DELETE", "/api/profile", token=token).status

    world.hooks.before = other
    answers.append(world.request("DELETE", "/api/profile", token=token).status)
    assert answers == [204, 503]
    assert world.request("DELETE", "/api/profile", token=token).status == 401
    assert len(world.items("EvidenceTable")) == 2


# ------------------------------------------------------------ look-up


def test_bank_details_are_resolved_for_anybody(world: World) -> None:
    expected = {
        "iban": OTHER_IBAN,
        "bic": "BYLADEM1001",
        "account_number": "0000202051",
        "bank_code": "12030000",
        "bank_name": "Deutsche Kreditbank Berlin",
        "warnings": [],
    }
    for given in ({"iban": OTHER_IBAN}, {"account_number": "20 20 51", "bank_code": "120 300 00"}):
        assert world.request("POST", "/api/bank-details/resolve", given).json == expected
    assert world.items("RegistrationsTable") == []


def test_a_resolved_account_that_fails_its_check_is_warned_about(world: World) -> None:
    answer = world.request(
        "POST", "/api/bank-details/resolve", {"account_number": "532013100", "bank_code": "37040044"}
    )
    assert answer.json["warnings"] == ["account_check_failed"]


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        ({}, {"/iban": "required"}),
        ({"account_number": "1"}, {"/bank_code": "required"}),
        ({"account_number": "1", "bank_code": "99999999"}, {"/bank_code": "bank_code_unknown"}),
        ({"iban": "FR1420041010050500013M02607"}, {"/iban": "iban_invalid"}),
    ],
)
def test_what_resolves_to_nothing_is_refused_by_name(world: World, given: Any, errors: dict[str, str]) -> None:
    assert world.request("POST", "/api/bank-details/resolve", given).errors == errors


def test_a_foreign_iban_registers(world: World) -> None:
    foreign = {"iban": "AT611904300234573201", "bic": "BKAUATWW", "bank_name": "Bank Austria"}
    assert world.request("POST", "/api/registrations", a_registration(bank_details=foreign)).status == 202
