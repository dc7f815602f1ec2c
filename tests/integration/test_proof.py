"""Operators hand out the proof of a person's consents."""

from typing import Any

import pytest

from tests.support.wordings import SHOWN, shown
from tests.support.world import PARAMETERS, World

EMAIL = "erika.muster@example.com"


def proof(world: World, **target: Any) -> Any:
    return world.ops(action="proof", **(target or {"email": EMAIL}))


def test_the_proof_of_a_client_is_complete_and_readable(world: World) -> None:
    world.a_client()
    answer = proof(world, email="ERIKA.muster@Example.com")
    (given,) = answer["proofs"]
    assert (answer["ok"], given["complete"], given["closed_at"]) == (True, True, None)
    assert [event["step"] for event in given["events"]] == ["requested", "mail_sent", "confirmed"]
    assert all(event["at"].endswith("Z") for event in given["events"])
    assert given["consents"][0]["consent"]["sha256"] == shown("terms").sha256
    assert given["consents"][0]["text"]["text"] == shown("terms").text
    assert (given["integrity"], given["consents"][0]["facts"]) == ("verified", SHOWN)
    assert "Nachweis der Einwilligungen" in given["html"]
    assert EMAIL in given["html"]


def test_after_the_closing_the_proof_is_found_by_who_names_the_address(world: World) -> None:
    token = world.a_client()
    before = proof(world)["proofs"][0]
    world.clock.advance(86_400)
    token = str(world.log_in("vier Kraniche zählen Nebel 7", delivery="body").json["access_token"])
    world.request("DELETE", "/api/profile/consents/terms", token=token)
    (given,) = proof(world)["proofs"]
    assert given["subject"] == before["subject"]
    assert given["complete"]
    assert [event["step"] for event in given["events"]][3:] == ["consent_withdrawn", "closed"]
    assert given["kept_until"] == "2029-12-31T23:00:00Z"
    assert proof(world, account_id=given["subject"])["proofs"][0]["subject"] == given["subject"]


def test_a_changed_fact_leaves_the_proof_of_what_was_shown_before(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.a_client()
    world.register(email="neue@example.org")
    for name, value in {"CompanyName": "Nachfolge $company_address GmbH", "EvidenceRetentionYears": "5"}.items():
        monkeypatch.setitem(world.names, name, value)
    for name in ("register", "profile", "confirm"):
        world.functions[name] = world._http_function(name)  # noqa: SLF001 - deployed with other parameters
    assert world.confirm(world.mails("neue@example.org")[-1]).status == 200
    world.confirm(world.register(email="neueste@example.org"))
    for email, company, years in (
        (EMAIL, PARAMETERS["CompanyName"], "3."),
        ("neue@example.org", PARAMETERS["CompanyName"], "3."),
        ("neueste@example.org", "Nachfolge $company_address GmbH", "5."),
    ):
        (given,) = proof(world, email=email)["proofs"]
        assert (given["integrity"], given["complete"]) == ("verified", True)
        notice = given["consents"][1]["text"]["text"]
        assert f"ist {company}, Beispielstraße 1" in notice
        assert f"bis zum Ende des {years} folgenden Kalenderjahres" in notice
    (newest,) = proof(world, email="neueste@example.org")["proofs"]
    legal = world.request("GET", "/api/legal").json
    assert legal["terms"]["sha256"] == newest["consents"][0]["consent"]["sha256"]


def test_a_proof_does_not_claim_that_the_mail_went_to_an_address_of_later(world: World) -> None:
    token = world.a_client()
    assert proof(world)["proofs"][0]["address_changed"] is False
    assert "seit der Registrierung dieselbe" in proof(world)["proofs"][0]["html"]
    world.request("POST", "/api/profile/email-change", {"new_email": "neu@example.org"}, token=token)
    link = world.next_mail("neu@example.org").token("email-change")
    assert world.request("POST", "/api/email-changes/confirm", {"token": link}).status == 200
    for closed in (False, True):
        (given,) = proof(world, email="neu@example.org")["proofs"]
        assert (given["address_changed"], given["closed_at"] is not None) == (True, closed)
        assert "nicht mehr gespeichert" in given["html"]
        if not closed:
            token = str(world.log_in("vier Kraniche zählen Nebel 7", "neu@example.org").json["access_token"])
            assert world.request("DELETE", "/api/profile", token=token).status == 204


def test_an_address_that_registered_again_has_two_proofs(world: World) -> None:
    token = world.a_client()
    world.request("DELETE", "/api/profile", token=token)
    world.run_mailer()
    world.a_client()
    assert [given["closed_at"] is None for given in proof(world)["proofs"]] == [True, False]


def test_a_proof_does_not_outlive_its_time(world: World) -> None:
    token = world.a_client()
    world.request("DELETE", "/api/profile", token=token)
    ends = max(row["expires_at"] for row in world.items("EvidenceTable"))
    world.clock.now = ends - 1
    assert proof(world)["ok"]
    world.clock.now = ends
    assert proof(world) == {"ok": False, "code": "not_found"}


@pytest.mark.parametrize(
    ("target", "pointer"),
    [
        ({"email": EMAIL, "account_id": "x"}, "/account_id"),
        ({"email": "x"}, "/email"),
        ({"account_id": None}, "/email"),
    ],
)
def test_a_proof_is_of_one_address_or_account(world: World, target: Any, pointer: str) -> None:
    assert proof(world, **target)["errors"][0]["pointer"] == pointer


def test_nobody_finds_the_proof_of_a_pending_registration(world: World) -> None:
    world.register()
    assert proof(world) == {"ok": False, "code": "not_found"}
