"""Canaries: nothing personal in logs, nothing secret in tables or logs (ASVS 16.2.5, P1)."""

import re
from typing import Any

import pytest

from tests.integration.conftest import Written
from tests.support.people import IBAN, PASSWORD
from tests.support.world import World

EMAIL = "kanarienvogel@example.com"
PERSONAL = [EMAIL, "kanarienvogel", "Vogelsang", "Kanaria", "Zwitscherweg", "0151 23456789", "+4915123456789", IBAN]
WHOLE_IPS = ["203.0.113.77", "2001:db8:1234:5678::9"]


def journey(world: World) -> list[str]:
    """Walk the whole journey, refusals included; return every secret that it brought."""
    opt_in = world.register(
        email=EMAIL, first_name="Kanaria", last_name="Vogelsang", street="Zwitscherweg", phone="0151 23456789"
    )
    world.request("POST", "/api/registrations", {"email": EMAIL, "iban": IBAN}, ip=WHOLE_IPS[1])
    world.confirm(opt_in)
    world.run_mailer()
    initial = world.mails()[-1].password
    world.log_in(PASSWORD + "!", EMAIL)
    limited = world.log_in(initial, EMAIL).json["access_token"]
    body = {"current_password": initial, "new_password": PASSWORD, "delivery": "body"}
    full = world.request("PUT", "/api/password", body, token=limited).json
    world.request("GET", "/api/profile", token=full["access_token"], ip=WHOLE_IPS[1])
    tokens = [opt_in.token("confirm"), opt_in.token("reject"), limited, full["access_token"], full["refresh_token"]]
    return [initial, PASSWORD, *tokens, *(token.rpartition(".")[2] for token in tokens)]


def test_logs_hold_no_person_no_secret_and_no_whole_address(world: World, written: Written) -> None:
    secrets = journey(world)
    text = written.getvalue()
    assert text.count('"message":"request"') >= 7
    assert '"CloudWatchMetrics"' in text
    for canary in [*PERSONAL, *WHOLE_IPS, *secrets]:
        assert canary.lower() not in text.lower()
    assert not re.search(r"eyJ[\w-]{10,}", text)


def test_operators_leave_no_address_in_logs_and_get_none(world: World, written: Written) -> None:
    new = "nachtigall@example.net"
    token = world.a_client(email=EMAIL)
    world.request("POST", "/api/profile/email-change", {"new_email": new}, token=token)
    world.request("POST", "/api/email-changes/confirm", {"token": world.next_mail(new).token("email-change")})
    actions: list[dict[str, Any]] = [
        {"action": "status", "email": EMAIL},
        {"action": "status", "email": new},
        {"action": "end_sessions", "email": new},
        {"action": "block", "email": new},
        {"action": "unblock", "email": new},
        {"action": "block", "email": EMAIL},
        {"action": "restore", "email": EMAIL, "to_former_address": True},
        {"action": "end_all_sessions", "confirm": "everyone"},
    ]
    answers: list[Any] = [world.ops(**event) for event in actions]
    text = written.getvalue() + str(answers)
    assert text.count('"message":"operator_action"') == len(actions)
    assert [answer["ok"] for answer in answers] == [True] * 5 + [False] + [True] * 2
    for canary in (*PERSONAL, "nachtigall", "Mustermann"):
        assert canary.lower() not in text.lower()


def test_tables_hold_no_secret_in_clear_and_no_whole_address(world: World) -> None:
    secrets = journey(world)
    tables = ["RegistrationsTable", "AccountsTable", "SessionsTable", "OutboxTable", "EvidenceTable"]
    stored = str([world.items(table) for table in tables])
    assert "Vogelsang" in stored
    for canary in [*WHOLE_IPS, *secrets]:
        assert canary not in stored


def test_outbox_sessions_and_evidence_name_nobody(world: World) -> None:
    journey(world)
    stored = str([world.items(table) for table in ("OutboxTable", "SessionsTable", "EvidenceTable")])
    for canary in PERSONAL:
        assert canary not in stored


def test_an_unexpected_failure_is_logged_without_what_it_says(world: World, written: Written) -> None:
    from tests.support.people import a_registration
    from tests.support.world import faults

    def break_down(*_: object) -> None:
        raise RuntimeError(f"{EMAIL} {IBAN}")

    with faults(world, before=break_down):
        answer = world.request("POST", "/api/registrations", a_registration())
    text = written.getvalue()
    assert (answer.status, answer.json["code"]) == (500, "internal_error")
    assert '"error":"RuntimeError"' in text
    assert EMAIL not in text + answer.text
    assert IBAN not in text + answer.text


@pytest.mark.real_hashes
def test_a_password_hash_has_the_parameters_of_owasp(world: World) -> None:
    journey(world)
    (credential,) = [item for item in world.items("AccountsTable") if item["pk"].startswith("credential#")]
    assert credential["password_hash"].startswith("$argon2id$v=19$m=47104,t=1,p=1$")
