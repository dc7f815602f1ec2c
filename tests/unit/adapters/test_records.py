"""Records come back from items as they went in."""

import json
from dataclasses import fields, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from portal.adapters.dynamodb import records
from portal.adapters.dynamodb.items import Item, from_item, to_item
from portal.domain.account import Account, open_account
from portal.domain.consent import FACTS
from portal.domain.credential import Credential
from portal.domain.device import Device
from portal.domain.evidence import opt_in_evidence
from portal.domain.feedback import Erasure
from portal.domain.ids import AccountId, CanonicalEmail, ChangeId, OutboxId
from portal.domain.outbox import LIFETIME_SECONDS, OutboxRow, Told, order_mail
from portal.domain.refresh import Lifetimes, new_limited_session, new_session
from portal.domain.registration import Attempt
from portal.domain.session import Session
from portal.domain.sweep import Sweep, Window
from tests.support.fakes import DAY, IP, NOW, an_attempt

LIFETIMES = Lifetimes(600, 1800, 43_200)
ACCOUNT = AccountId("account-1")
BARE = Credential(CanonicalEmail("erika@example.com"), ACCOUNT, 0, blocked=False)
ATTEMPT = an_attempt()


def stored(values: Item) -> Item:
    return from_item(json.loads(json.dumps(to_item(values))))


@pytest.mark.parametrize("attempt", [ATTEMPT, replace(ATTEMPT, mail_sent_at=NOW, mail_message_id="m", ip="")])
def test_an_attempt_comes_back(attempt: Attempt) -> None:
    item = stored(records.attempt_to_values(attempt))
    assert records.attempt_from_item(item) == attempt
    assert item["pk"] == f"attempt#{attempt.id}"
    assert item["expires_at"] == NOW + 30 * DAY


@pytest.mark.parametrize("account", [open_account(ATTEMPT, NOW), replace(open_account(ATTEMPT, NOW), blocked=True)])
def test_an_account_comes_back_and_never_expires(account: Account) -> None:
    item = stored(records.account_to_values(account))
    assert records.account_from_item(item) == account
    assert item["pk"] == f"account#{account.id}"
    assert "expires_at" not in item


@pytest.mark.parametrize(
    "credential",
    [
        BARE,
        replace(BARE, password_hash="h", password_kind="chosen", generation=7, blocked=True),
        replace(BARE, password_hash="h", password_kind="initial", password_expires_at=NOW, initial_password_id="o"),
        replace(BARE, last_login_at=NOW, closing_announced_at=NOW + 1, review_at=NOW + 2),
    ],
)
def test_a_credential_comes_back_and_is_found_by_its_address(credential: Credential) -> None:
    item = stored(records.credential_to_values(credential))
    assert records.credential_from_item(item) == credential
    assert item["pk"] == "credential#erika@example.com"
    assert "expires_at" not in item


@pytest.mark.parametrize(
    "session",
    [
        new_session(ACCOUNT, 3, Device(IP, "Browser"), NOW, LIFETIMES)[0],
        new_limited_session(ACCOUNT, 0, Device("", ""), NOW, LIFETIMES),
    ],
)
def test_a_session_comes_back_and_expires(session: Session) -> None:
    item = stored(records.session_to_values(session))
    assert records.session_from_item(item) == session
    assert item["pk"] == f"session#{session.id}"
    assert item["expires_at"] == session.expires_at


@pytest.mark.parametrize("kind", ["opt_in", "credentials"])
def test_an_order_comes_back_without_what_only_the_table_needs(kind: str) -> None:
    order = replace(order_mail("opt_in", "ref", "en", NOW), kind=kind, tries=3)  # type: ignore[arg-type]  # both kinds
    item = stored(records.order_to_values(order))
    assert records.order_from_item(item) == order
    assert (item["pk"], item["status"]) == (order.id, "pending")
    assert item["expires_at"] == NOW + LIFETIME_SECONDS
    assert item.keys() - {field.name for field in fields(OutboxRow)} == {"pk", "status", "due_shard"}


def test_an_order_that_was_sent_says_whom_it_reached_though_it_is_not_due_any_more() -> None:
    item = stored({**records.order_to_values(order_mail("opt_in", ATTEMPT.id, "de", NOW)), "status": "sent"})
    del item["next_attempt_at"]
    told = {"attempts": [ATTEMPT.id], "account_id": "a", "address_id": "/"}
    mail = records.sent_mail_from_item({**item, **told, "bounced_at": NOW})
    assert mail.told == Told((ATTEMPT.id,), AccountId("a"), "/")
    assert (mail.handled, mail.is_marked("bounce"), mail.is_marked("complaint")) == (True, True, False)
    assert records.sent_mail_from_item(item).told == Told()


@pytest.mark.parametrize("waits_for", [{}, {"attempt_id": ATTEMPT.id}, {"change_id": ChangeId("c")}])
def test_an_address_to_erase_comes_back_and_the_mailer_does_not_see_it(waits_for: dict[str, Any]) -> None:
    erasure = Erasure(OutboxId("e"), "encrypted", NOW, NOW + 1, **waits_for)
    item = stored(records.erasure_to_values(erasure))
    assert records.erasure_from_item(item) == erasure
    assert item["due_shard"] not in {str(shard) for shard in range(records.DUE_SHARDS)}
    assert item["status"] != "pending"
    # Nor does the export, which finds mails by what they are about.
    assert "ref" not in item


def test_an_order_holds_no_address() -> None:
    assert "@" not in json.dumps(records.order_to_values(order_mail("opt_in", ATTEMPT.id, "de", NOW)))


def test_evidence_lies_under_its_subject_and_replaces_none() -> None:
    evidence = opt_in_evidence(ATTEMPT, NOW, IP)
    first, second = (stored(records.evidence_to_values(evidence)) for _ in range(2))
    assert first["sk"] != second["sk"]
    assert first["subject"] == ATTEMPT.id
    assert "expires_at" not in first
    assert [consent["sha256"] for consent in first["consents"]] == [given.sha256 for given in evidence.consents]


@pytest.mark.parametrize("oldest_left", [None, NOW - 5])
def test_a_sweep_comes_back_and_is_kept_to_the_end_of_the_third_calendar_year(oldest_left: int | None) -> None:
    sweep = Sweep(Window(NOW - DAY, NOW), 3, 1, 1, oldest_left, complete=oldest_left is None, finished_at=NOW + 9)
    item = stored(records.sweep_to_values(sweep, 3))
    assert records.sweep_from_item(item) == sweep
    assert item["subject"] == "sweep#2026-11"
    assert item["expires_at"] == datetime(2030, 1, 1, tzinfo=ZoneInfo("Europe/Berlin")).timestamp()


def test_sweeps_sort_by_time_and_none_replaces_another() -> None:
    ends = (9, NOW, NOW + 1, 10 * NOW)
    rows = [
        records.sweep_to_values(Sweep(Window(0, end), 0, 0, 0, None, complete=True, finished_at=0), 3) for end in ends
    ]
    keys = [row["sk"] for row in rows]
    assert keys == sorted(keys)
    assert records.sweep_to_values(records.sweep_from_item(rows[0]), 3)["sk"] != keys[0]


def test_attempts_spread_over_16_shards_of_the_day_on_which_they_end() -> None:
    shards = {records.expiry_shard(an_attempt().id, NOW) for _ in range(400)}
    assert {shard.partition("#")[0] for shard in shards} == {str(NOW // DAY)}
    assert {int(shard.partition("#")[2]) for shard in shards} == set(range(16))
    assert records.expiry_shard("a", DAY - 1) != records.expiry_shard("a", DAY)


def test_orders_spread_over_the_shards_that_the_schedule_asks() -> None:
    shards = {records.due_shard(order_mail("opt_in", "a", "de", NOW).id) for _ in range(200)}
    assert shards == {str(shard) for shard in range(records.DUE_SHARDS)}
    assert records.due_shard(OutboxId("a")) == records.due_shard(OutboxId("a"))


def test_credentials_spread_over_16_shards_and_keep_theirs_with_another_address() -> None:
    shards = {
        records.credential_to_values(replace(BARE, account_id=AccountId(an_attempt().id)))["review_shard"]
        for _ in range(400)
    }
    assert shards == {str(shard) for shard in range(16)}
    moved = replace(BARE, canonical_email=CanonicalEmail("neu@example.org"))
    assert records.credential_to_values(moved)["review_shard"] == records.credential_to_values(BARE)["review_shard"]
    assert records.address_of(records.credential_key(moved.canonical_email)) == moved.canonical_email


def test_facts_lie_by_their_places_and_come_back_by_their_names() -> None:
    facts = dict(zip(FACTS, "abcdefghijklm", strict=True))
    assert records.facts_to_value(facts) == list("abcdefghijklm")
    assert records.facts_from_value(list("abcdefghijklm")) == facts
    # Fewer, as an earlier version had, and others, as none had.
    assert records.facts_from_value(["a", "b"]) == {"portal_name": "a", "company_name": "b"}
    assert records.facts_from_value(stored({"f": records.facts_to_value({"other": "x"})})["f"]) == {"other": "x"}


def test_no_fact_moves() -> None:
    """Evidence of years holds them by their places: a new one comes last."""
    assert FACTS[:13] == (
        *("portal_name", "company_name", "company_address", "contact_email", "data_protection_email"),
        *("supervisory_authority", "place_of_jurisdiction", "region_name", "log_retention_days"),
        *("evidence_retention_years", "unactivated_account_days", "idle_account_days", "closing_notice_days"),
    )
