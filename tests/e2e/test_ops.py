"""Operators at the deployed portal: the real `sam remote invoke`, under the function's own role."""

import json
from typing import Any

from tests.support.people import PASSWORD
from tests.support.stack import Portal, link_token, shared_stack
from tools.local.invoke import remote_invoke
from tools.local.proof import write_proofs

NEW_PASSWORD = "Ein anderer Satz über Birken"


def ops(**event: Any) -> Any:
    """Invoke the operators' function."""
    note = {"operator": "Olga Peters", "reason": "Fall 4711"}
    return json.loads(remote_invoke(shared_stack().state, "OpsFunction", json.dumps({**note, **event})))


def test_an_operator_looks_blocks_unblocks_and_ends_sessions(portal: Portal) -> None:
    email = "kundin.operator@example.com"
    token = portal.a_client(email)["access_token"]
    status = ops(action="status", email=email)
    assert (status["ok"], status["account"]["state"], status["attempts"]) == (True, "active", [])
    assert status["account"]["opt_in_mail_sent_at"] <= status["account"]["created_at"]
    own = status["account"]["id"]

    assert ops(action="end_sessions", email=email) == {"ok": True, "outcome": "done", "account_id": own}
    assert portal.request("GET", "/api/profile", token=token).status_code == 401
    login = {"email": email, "password": PASSWORD}
    assert portal.request("POST", "/api/login", login).status_code == 200
    assert ops(action="block", account_id=own)["outcome"] == "done"
    assert ops(action="block", email=email)["outcome"] == "already"
    assert portal.request("POST", "/api/login", login).status_code == 401
    assert ops(action="unblock", email=email)["outcome"] == "done"
    assert portal.request("POST", "/api/login", login).status_code == 200

    logged = [json.loads(line) for line in portal.logs() if '"message":"operator_action"' in line and own in line]
    assert [line["action"] for line in logged] == ["status", "end_sessions", "block", "block", "unblock"]
    assert {(line["operator"], line["reason"]) for line in logged} == {("Olga Peters", "Fall 4711")}
    assert not [line for line in portal.logs() if "kundin.operator" in line]


def test_an_operator_sees_a_registration_that_waits(portal: Portal) -> None:
    email = "wartend.operator@example.com"
    mail = portal.register(email)
    status = ops(action="status", email=email)
    assert (status["ok"], status["account"]) == (True, None)
    (attempt,) = status["attempts"]
    assert attempt["reference"] in mail["text"]


def test_an_operator_gives_a_stolen_account_back(portal: Portal) -> None:
    email, thief = "bestohlen@example.com", "dieb.operator@example.net"
    token = portal.a_client(email)["access_token"]
    asked = portal.request("POST", "/api/profile/email-change", {"new_email": thief}, token=token)
    assert asked.status_code == 202
    link = link_token(portal.next_mail(thief), "email-change")
    assert portal.request("POST", "/api/email-changes/confirm", {"token": link}).status_code == 200
    assert ops(action="status", email=email)["former_address_of"][0]["state"] == "active"

    assert ops(action="restore", email=email, to_former_address=True)["outcome"] == "done"
    assert portal.request("POST", "/api/login", {"email": thief, "password": PASSWORD}).status_code == 401
    assert ops(action="status", email=email)["account"]["state"] == "no_password_yet"
    portal.request("POST", "/api/password-reset", {"email": email})
    mail = portal.next_mail(email, says="/reset#token=")
    body = {"token": link_token(mail, "reset"), "new_password": NEW_PASSWORD}
    assert portal.request("POST", "/api/password-reset/confirm", body).status_code == 204
    assert portal.request("POST", "/api/login", {"email": email, "password": NEW_PASSWORD}).status_code == 200


def test_an_operator_restricts_processing_and_announces_its_end(portal: Portal) -> None:
    email = "eingeschraenkt.operator@example.com"
    token = portal.a_client(email)["access_token"]
    profile = portal.request("GET", "/api/profile", token=token)
    assert ops(action="restrict", email=email)["outcome"] == "done"
    assert portal.next_mail(email, says="Die Verarbeitung Ihrer Daten ist eingeschränkt")
    patch = portal.request(
        "PATCH", "/api/profile", {"city": "Bonn"}, token=token, headers={"If-Match": profile.headers["ETag"]}
    )
    assert (patch.status_code, patch.json()["code"]) == (403, "processing_restricted")
    assert ops(action="lift_restriction", email=email)["outcome"] == "done"
    assert portal.next_mail(email, says="Die Einschränkung der Verarbeitung endet")
    until = portal.request("GET", "/api/profile", token=token).json()["processing_restricted"]["until"]
    assert ops(action="status", email=email)["account"]["processing_restricted"]["until"] == until


def test_an_operator_logs_everyone_out(portal: Portal) -> None:
    token = portal.a_client("alle.operator@example.com")["access_token"]
    answer = ops(action="end_all_sessions", confirm="everyone")
    assert (answer["ok"], answer["complete"]) == (True, True)
    assert answer["ended"] >= 1
    assert portal.request("GET", "/api/profile", token=token).status_code == 401


def test_an_operator_proves_consents_before_and_after_the_closing(portal: Portal) -> None:
    email = "nachweis@example.com"
    token = portal.a_client(email)["access_token"]
    for closed in (False, True):
        (page,) = write_proofs(shared_stack().state, email)
        proof = json.loads(page.with_suffix(".json").read_text())
        assert proof["complete"]
        assert (proof["closed_at"] is not None) is closed
        assert proof["consents"][0]["consent"]["sha256"] in page.read_text()
        if not closed:
            assert portal.request("DELETE", "/api/profile", token=token).status_code == 204


def test_a_wrong_event_is_an_answer(portal: Portal) -> None:
    del portal
    assert ops(action="status", email="nobody.operator@example.com") == {"ok": False, "code": "not_found"}
    assert ops(action="status")["code"] == "invalid_input"
