"""The proof of consents, as data and as a document."""

from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from portal.adapters.dynamodb.items import from_item, to_item
from portal.adapters.dynamodb.records import evidence_from_item, evidence_to_values
from portal.domain.account import open_account
from portal.domain.consent import Consent
from portal.domain.evidence import (
    AnyEvidence,
    ClosingEvidence,
    ConsentEvidence,
    OptInMailEvidence,
    WithdrawalEvidence,
    evidence_ends,
    opt_in_evidence,
)
from portal.domain.proof import Proof, prove
from portal.domain.wording import give_consent
from portal.proofs import proof_document
from tests.support.fakes import IP, NOW, an_attempt
from tests.support.wordings import SHOWN
from tests.support.wordings import shown as wording

ATTEMPT = replace(an_attempt(), mail_sent_at=NOW + 5, mail_message_id="message-1")
ACCOUNT = open_account(ATTEMPT, NOW + 60)
OPT_IN = opt_in_evidence(ATTEMPT, NOW + 60, IP)
ENDS = evidence_ends(NOW, 3)
CLOSED = ClosingEvidence(ACCOUNT.id, NOW + 900, "f" * 64, address_changed=False, expires_at=ENDS)


def rows(*evidence: AnyEvidence) -> list[dict[str, Any]]:
    return [evidence_from_item(from_item(to_item(evidence_to_values(one)))) for one in evidence]


def proof(*evidence: AnyEvidence) -> Proof:
    return prove(ACCOUNT.id, rows(*evidence))


def text_of(document: str) -> str:
    found: list[str] = []

    class Text(HTMLParser):
        def handle_data(self, data: str) -> None:
            found.append(data)

    Text().feed(document)
    return " ".join("".join(found).split())


def document(made_of: Proof) -> str:
    return proof_document(made_of, "Musterforderung GmbH", "erika.muster@example.com", NOW + 1000)


def test_a_double_opt_in_is_told_in_order_with_all_that_is_known() -> None:
    made = proof(OPT_IN)
    assert [(event.at, event.step) for event in made.events] == [
        (NOW, "requested"),
        (NOW + 5, "mail_sent"),
        (NOW + 60, "confirmed"),
    ]
    assert made.events[0].facts == {"reference": ATTEMPT.reference, "cut_ip": IP}
    assert made.events[1].facts == {"mail_message_id": "message-1"}
    assert [one.consent.kind for one in made.consents] == ["terms", "privacy_notice"]
    assert made.is_complete


def test_the_proof_is_complete_without_addresses_of_the_network() -> None:
    assert proof(replace(OPT_IN, request_ip="", confirm_ip="")).is_complete


def test_a_mail_that_was_noted_late_counts() -> None:
    without = replace(OPT_IN, mail_sent_at=None, mail_message_id=None)
    assert not proof(without).is_complete
    assert proof(without, OptInMailEvidence(ACCOUNT.id, NOW + 5, "message-1")).is_complete


def test_a_mail_that_was_sent_again_is_told_apart_from_the_first_and_noted_once() -> None:
    again = replace(OPT_IN, last_mail_sent_at=NOW + 50, last_mail_message_id="message-2")
    late = OptInMailEvidence(ACCOUNT.id, NOW + 50, "message-2")
    made = proof(again, late)
    assert [(event.at, event.step) for event in made.events if "mail" in event.step] == [
        (NOW + 5, "mail_sent"),
        (NOW + 50, "mail_sent_again"),
    ]
    assert "mit demselben Link auf Anforderung erneut versandt" in text_of(document(made))


def test_a_wording_that_is_not_the_stored_one_is_told() -> None:
    tampered = replace(OPT_IN, consents=(replace(OPT_IN.consents[0], sha256="0" * 64), OPT_IN.consents[1]))
    made = proof(tampered)
    assert [one.unchanged for one in made.consents] == [False, True]
    assert not made.is_complete
    assert "nicht vollständig" in document(made)


def test_the_text_is_made_with_the_facts_of_its_time() -> None:
    """Two consents, between which the company moved: each shows the text that was seen then."""
    moved = {**SHOWN, "company_address": "Hafenstraße 7, 20457 Hamburg"}
    later = give_consent("terms", "de", NOW + 300, moved)
    made = proof(OPT_IN, ConsentEvidence(ACCOUNT.id, later, moved, IP))
    texts = [one.text.text for one in made.consents if one.text and one.consent.kind == "terms"]
    assert ["Hafenstraße" in text for text in texts] == [False, True]
    assert made.integrity == "verified"
    assert "Hafenstraße 7, 20457 Hamburg" in text_of(document(made))


def test_other_facts_than_those_of_the_consent_are_told() -> None:
    made = proof(replace(OPT_IN, wording_facts={**SHOWN, "company_name": "Andere GmbH"}))
    assert (made.integrity, made.is_complete) == ("deviating", False)
    assert "stimmt nicht" in text_of(document(made))


@pytest.mark.parametrize(
    "broken",
    [
        replace(OPT_IN, wording_facts={}),
        replace(OPT_IN, consents=(Consent("terms", "1999-01-01", "0" * 64, "de", NOW),)),
    ],
)
def test_a_text_that_can_not_be_made_any_more_is_told_and_the_rest_is_shown(broken: AnyEvidence) -> None:
    made = proof(broken)
    assert made.consents[0].text is None
    assert made.integrity == "deviating"
    assert "nicht mehr hergestellt werden" in text_of(document(made))
    assert ATTEMPT.reference in document(made)


def test_later_consents_withdrawal_and_closing_are_in_it() -> None:
    later = give_consent("terms", "en", NOW + 300, SHOWN)
    withdrawal = WithdrawalEvidence(ACCOUNT.id, later, NOW + 900, ENDS)
    made = proof(CLOSED, withdrawal, OPT_IN, ConsentEvidence(ACCOUNT.id, later, SHOWN, IP))
    steps = ["requested", "mail_sent", "confirmed", "consent_given", "consent_withdrawn", "closed"]
    assert [event.step for event in made.events] == steps
    assert [one.withdrawn_at for one in made.consents if one.consent.kind == "terms"] == [NOW + 900] * 2
    assert (made.closed_at, made.kept_until) == (NOW + 900, ENDS)


def test_the_document_holds_every_element_and_the_exact_wordings() -> None:
    html = document(proof(OPT_IN))
    shown = text_of(html)
    for consent in OPT_IN.consents:
        assert consent.sha256 in shown
        assert " ".join(wording(consent.kind).text.split()) in shown
    for element in (ATTEMPT.reference, "message-1", ACCOUNT.id, "Musterforderung GmbH", "erika.muster@example.com"):
        assert element in shown
    assert "18.11.2026, 12:06:40 Uhr (CET, UTC+0100)" in shown
    assert 'lang="de"' in html
    assert "nicht vollständig" not in shown


def test_the_document_of_a_closed_account_says_until_when_it_is_kept() -> None:
    assert "31.12.2029, 23:59:59 Uhr" in text_of(document(proof(OPT_IN, CLOSED)))


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "{{ 7*7 }}", '"><img src=x>'])
def test_what_was_asked_for_stays_text(hostile: str) -> None:
    html = proof_document(proof(OPT_IN), hostile, hostile, NOW)
    assert hostile in text_of(html)
    assert "<script" not in html
    assert "<img" not in html
