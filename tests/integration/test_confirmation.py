"""Double opt-in (P4, P5): links, and what each of them does."""

from typing import Any

import pytest

from tests.support.people import OTHER_IBAN
from tests.support.world import World, faults

CONFIRM, REJECT = "/api/registrations/confirm", "/api/registrations/reject"
DAYS_30 = 30 * 86400


def test_a_second_confirm_says_so_and_changes_nothing(world: World) -> None:
    mail = world.register()
    assert world.confirm(mail).json == {"status": "confirmed"}
    before = [world.items(table) for table in ("AccountsTable", "EvidenceTable", "OutboxTable")]
    again = world.confirm(mail)
    assert (again.status, again.json) == (200, {"status": "already_confirmed"})
    assert before == [world.items(table) for table in ("AccountsTable", "EvidenceTable", "OutboxTable")]


def test_a_link_works_in_its_last_second_and_not_in_the_next(world: World) -> None:
    in_time, late = world.register(), world.register(email="late@example.org")
    world.clock.advance(DAYS_30 - 1)
    assert world.confirm(in_time).status == 200
    world.clock.advance(1)
    answer = world.confirm(late)
    assert (answer.status, answer.json["code"]) == (410, "link_expired")
    assert len(world.items("AccountsTable")) == 2


def test_an_expired_attempt_is_gone_although_it_still_lies_in_the_table(world: World) -> None:
    mail = world.register()
    world.clock.advance(DAYS_30)
    assert world.items("RegistrationsTable")
    assert world.confirm(mail).status == 410
    assert world.request("POST", REJECT, {"token": mail.token("reject")}).status == 410


def test_of_two_attempts_the_confirmed_one_gives_its_data_and_no_other(world: World) -> None:
    first = world.register(first_name="Angreifer", bank_details={"iban": OTHER_IBAN})
    second = world.register(first_name="Erika")
    assert world.confirm(second).json == {"status": "confirmed"}
    assert world.confirm(first).status == 410
    accounts = [item for item in world.items("AccountsTable") if item["pk"].startswith("account#")]
    assert [account["person"]["first_name"] for account in accounts] == ["Erika"]
    assert OTHER_IBAN not in str(accounts)
    assert len(world.items("EvidenceTable")) == 1


def test_confirming_leaves_account_credential_evidence_and_no_attempt(world: World) -> None:
    world.confirm(world.register())
    account, credential = sorted(world.items("AccountsTable"), key=lambda item: str(item["pk"]))
    assert world.items("RegistrationsTable") == []
    assert "expires_at" not in account
    assert "expires_at" not in credential
    (evidence,) = world.items("EvidenceTable")
    assert evidence["subject"] == account["id"]
    assert evidence["mail_message_id"]
    assert evidence["mail_sent_at"] == evidence["confirmed_at"] == world.clock()
    assert {consent["kind"] for consent in evidence["consents"]} == {"terms", "privacy_notice"}
    assert "expires_at" not in evidence


def test_not_me_deletes_the_attempt_at_once(world: World) -> None:
    mail = world.register()
    answer = world.request("POST", REJECT, {"token": mail.token("reject")})
    assert (answer.status, answer.text) == (204, "")
    assert world.items("RegistrationsTable") == []
    assert world.request("POST", REJECT, {"token": mail.token("reject")}).status == 410
    assert world.confirm(mail).status == 410


def test_after_confirming_not_me_has_nothing_left_to_delete(world: World) -> None:
    mail = world.register()
    world.confirm(mail)
    assert world.request("POST", REJECT, {"token": mail.token("reject")}).status == 410
    assert world.items("AccountsTable")


def test_a_link_of_one_purpose_is_none_of_the_other(world: World) -> None:
    mail = world.register()
    crossed = [(CONFIRM, mail.token("reject")), (REJECT, mail.token("confirm"))]
    for path, token in crossed:
        answer = world.request("POST", path, {"token": token})
        assert (answer.status, answer.json["code"]) == (400, "invalid_link")
    assert world.items("RegistrationsTable")


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "ä" * 10, "A" * 4000])
def test_what_is_no_token_is_an_invalid_link(world: World, token: str) -> None:
    answer = world.request("POST", CONFIRM, {"token": token})
    assert (answer.status, answer.json["code"]) == (400, "invalid_link")


def test_one_changed_character_makes_a_link_invalid(world: World) -> None:
    token = world.register().token("confirm")
    header, payload, signature = token.split(".")
    swapped = "A" if signature[4] != "A" else "B"
    for forged in (
        f"{header}.{payload}.{signature[:4]}{swapped}{signature[5:]}",
        f"{header}.{payload}.",
        f"{header}.{payload}",
    ):
        assert world.request("POST", CONFIRM, {"token": forged}).status == 400


def test_fifty_clicks_in_a_row_order_one_credential_mail(world: World) -> None:
    mail = world.register()
    statuses = [world.confirm(mail).json["status"] for _ in range(50)]
    world.run_mailer()
    assert statuses == ["confirmed"] + ["already_confirmed"] * 49
    assert len([sent for sent in world.mails() if "Passwort: " in sent.text]) == 1


def test_conflicting_transactions_are_tried_again(world: World) -> None:
    from portal.domain.errors import Conflict

    mail, conflicts = world.register(), [Conflict(), Conflict()]

    def conflict(_service: str, operation: str, _parameters: Any) -> None:
        if operation == "transact_write_items" and conflicts:
            raise conflicts.pop()

    with faults(world, before=conflict):
        assert world.confirm(mail).json == {"status": "confirmed"}


def test_a_confirmation_whose_answer_was_lost_is_found_confirmed(world: World) -> None:
    mail = world.register()

    def lose(_service: str, operation: str, _parameters: Any) -> None:
        from botocore.exceptions import ReadTimeoutError

        if operation == "transact_write_items":
            raise ReadTimeoutError(endpoint_url="")

    with faults(world, after=lose):
        assert world.confirm(mail).status == 503
    assert world.confirm(mail).json == {"status": "already_confirmed"}
    assert len(world.items("EvidenceTable")) == 1


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("page", ["/confirm", "/reject"])
def test_following_a_link_changes_nothing(world: World, method: str, page: str) -> None:
    world.register()
    before = world.items("RegistrationsTable")
    world.call_counts()
    assert world.request(method, page).status == 200
    assert world.call_counts() == {}
    assert world.items("RegistrationsTable") == before
