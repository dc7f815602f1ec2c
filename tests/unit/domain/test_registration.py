"""Attempts, accounts, evidence and orders as records."""

from dataclasses import fields, replace

import pytest

from portal.domain.account import open_account
from portal.domain.credential import Credential
from portal.domain.evidence import opt_in_evidence
from portal.domain.ids import AccountId, CanonicalEmail, random_id
from portal.domain.outbox import LIFETIME_SECONDS, delay_after, order_mail
from tests.support.fakes import DAY, IP, NOW, an_attempt

CREDENTIAL = Credential(CanonicalEmail("erika@example.com"), AccountId("a"), 0, blocked=False, password_hash="hash")


def test_an_attempt_ends_its_lifetime_after_the_request() -> None:
    attempt = an_attempt(lifetime=30 * DAY)
    assert (attempt.requested_at, attempt.expires_at) == (NOW, NOW + 30 * DAY)
    assert attempt.ip == IP
    assert (attempt.mail_sent_at, attempt.mail_message_id) == (None, None)


def test_references_have_six_signs_that_nobody_mistakes_or_reads_as_a_word() -> None:
    references = {an_attempt().reference for _ in range(500)}
    assert all(len(reference) == 6 for reference in references)
    assert not set("".join(references)) & set("01AEIOULY")
    assert len(set("".join(references))) == 27
    assert len(references) > 490


def test_ids_are_unguessable_and_unique() -> None:
    ids = {random_id() for _ in range(1000)} | {an_attempt().id for _ in range(100)}
    assert len(ids) == 1100
    assert {len(value) for value in ids} == {22}  # 128 bits in base64url


def test_a_confirmed_attempt_becomes_an_account_of_the_same_id() -> None:
    attempt = an_attempt()
    account = open_account(attempt, NOW + 60)
    assert account.id == AccountId(attempt.id)
    assert account.person == attempt.application.person
    assert account.consents == attempt.application.consents
    assert (account.created_at, account.generation, account.version, account.etag) == (NOW + 60, 0, 1, '"1"')
    assert not account.bank_reviewed
    assert not account.blocked


@pytest.mark.parametrize(
    ("changes", "opens"),
    [
        ({}, True),
        ({"blocked": True}, False),
        ({"password_hash": None}, False),
        ({"password_expires_at": NOW + 1}, True),
        ({"password_expires_at": NOW}, False),
        ({"password_expires_at": NOW - 1}, False),
        ({"password_expires_at": NOW + 1, "blocked": True}, False),
    ],
)
def test_a_credential_opens_unless_blocked_unset_or_past_its_end(changes: dict[str, object], *, opens: bool) -> None:
    credential = replace(CREDENTIAL, **changes)  # type: ignore[arg-type]  # members by name
    assert credential.opens_at(NOW) is opens


def test_evidence_holds_the_whole_course_and_names_nobody() -> None:
    attempt = replace(an_attempt(), mail_sent_at=NOW + 5, mail_message_id="message-1")
    evidence = opt_in_evidence(attempt, NOW + 60, "198.51.100.0")
    assert evidence.subject == AccountId(attempt.id)
    assert evidence.consents == attempt.application.consents
    assert (evidence.requested_at, evidence.mail_sent_at, evidence.confirmed_at) == (NOW, NOW + 5, NOW + 60)
    assert evidence.mail_message_id == "message-1"
    assert (evidence.request_ip, evidence.confirm_ip) == (IP, "198.51.100.0")
    for personal in ("Erika", "Muster", "example.com", "51147", attempt.application.bank_details.iban):
        # The facts of the wordings are about the company.
        assert personal not in repr(replace(evidence, wording_facts={}))


def test_evidence_is_complete_without_addresses_of_the_network() -> None:
    sent = {"mail_sent_at": NOW, "mail_message_id": "m", "last_mail_sent_at": NOW, "last_mail_message_id": "m"}
    evidence = opt_in_evidence(replace(an_attempt(), ip="", **sent), NOW, "")  # type: ignore[arg-type]  # by name
    missing = [field.name for field in fields(evidence) if getattr(evidence, field.name) in (None, "")]
    # The last mail is told only where it is not the first.
    assert missing == ["request_ip", "last_mail_sent_at", "last_mail_message_id", "confirm_ip"]
    again = replace(an_attempt(), **{**sent, "last_mail_sent_at": NOW + 9, "last_mail_message_id": "n"})  # type: ignore[arg-type]  # by name
    evidence_of_two = opt_in_evidence(again, NOW + 10, "")
    assert (evidence_of_two.last_mail_sent_at, evidence_of_two.last_mail_message_id) == (NOW + 9, "n")
    assert all(len(consent.sha256) == 64 for consent in evidence.consents)


def test_an_order_is_due_at_once_and_holds_neither_address_nor_secret() -> None:
    order = order_mail("opt_in", "attempt-1", "en", NOW)
    assert (order.created_at, order.next_attempt_at, order.expires_at) == (NOW, NOW, NOW + LIFETIME_SECONDS)
    assert (order.kind, order.ref, order.language, order.tries) == ("opt_in", "attempt-1", "en", 0)
    assert order_mail("opt_in", "attempt-1", "en", NOW).id != order.id


@pytest.mark.parametrize(
    ("tries", "seconds"), [(1, 30), (2, 60), (3, 120), (7, 1920), (8, 3600), (9, 3600), (17, 3600), (10_000, 3600)]
)
def test_the_wait_doubles_up_to_an_hour(tries: int, seconds: int) -> None:
    assert delay_after(tries) == seconds
