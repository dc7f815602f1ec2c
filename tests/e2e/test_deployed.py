"""The portal as ``make run`` deploys it: real functions under the template's own roles."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from portal.http import routes
from portal.http.routes import Handler, Wiring, serve
from portal.settings import load
from portal.settings.confirm import ConfirmSettings
from tests.support.people import IBAN, OTHER_IBAN, PASSWORD
from tests.support.stack import ANSWER_SECONDS, TABLES, Portal, link_token, password_of, shared_stack

CONFIRM = "/api/registrations/confirm"


def test_the_journey_works_over_http(portal: Portal) -> None:
    email = "journey@example.com"
    opt_in = portal.register(email, title="Dr.", phone="0221 1234567")
    assert portal.confirm(opt_in).json() == {"status": "confirmed"}
    credentials = portal.next_mail(email, 2)
    assert f"Benutzername: {email}" in credentials["text"]

    initial = password_of(credentials)
    login = portal.request("POST", "/api/login", {"email": email, "password": initial})
    assert (login.status_code, login.json()["scope"]) == (200, "password:change")
    limited = login.json()["access_token"]
    assert portal.request("GET", "/api/profile", token=limited).json()["code"] == "password_change_required"

    body = {"current_password": initial, "new_password": PASSWORD}
    changed = portal.request("PUT", "/api/password", body, token=limited)
    assert changed.json()["scope"] == "portal"
    assert "__Host-refresh=" in changed.headers["Set-Cookie"]
    profile = portal.request("GET", "/api/profile", token=changed.json()["access_token"])
    assert profile.json()["title"] == "Dr."
    assert profile.json()["bank_details"]["iban"] == f"{'*' * 18}{IBAN[-4:]}"
    assert portal.request("POST", "/api/login", {"email": email, "password": initial}).status_code == 401


def test_fifty_parallel_confirms_make_one_account_and_one_credential_mail(portal: Portal) -> None:
    email = "fifty@example.com"
    token = link_token(portal.register(email), "confirm")

    def click(_: int) -> tuple[int, str]:
        answer = Portal(shared_stack()).request("POST", CONFIRM, {"token": token})
        return answer.status_code, answer.json().get("status", answer.json().get("code"))

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(click, range(50)))
    assert answers.count((200, "confirmed")) == 1
    assert set(answers) <= {(200, "confirmed"), (200, "already_confirmed"), (503, "unavailable")}
    accounts = [item for item in portal.items("AccountsTable") if item.get("canonical_email") == email]
    assert len([item for item in accounts if item["pk"].startswith("account#")]) == 1
    account_id = next(item["id"] for item in accounts if item["pk"].startswith("account#"))
    assert (
        len([row for row in portal.items("OutboxTable") if row["ref"] == account_id and row["kind"] == "credentials"])
        == 1
    )
    evidence = [row for row in portal.items("EvidenceTable") if row["subject"] == account_id]
    # Where the click was quicker than the note of its mail, that stands beside.
    assert [row["kind"] for row in evidence if row["kind"] != "opt_in_mail"] == ["opt_in"]
    portal.next_mail(email, 2)
    assert len(portal.mails(email)) == 2
    assert portal.request("POST", CONFIRM, {"token": token}).json() == {"status": "already_confirmed"}


def test_of_two_attempts_for_one_address_the_confirmed_one_wins(portal: Portal) -> None:
    email = "two@example.com"
    first = portal.register(email, first_name="Erste", bank_details={"iban": OTHER_IBAN})
    second = portal.register(email, first_name="Zweite")
    assert portal.confirm(second).json() == {"status": "confirmed"}
    refused = portal.confirm(first)
    assert (refused.status_code, refused.json()["code"]) == (410, "link_expired")
    accounts = [item for item in portal.items("AccountsTable") if item.get("email") == email]
    assert [account["person"]["first_name"] for account in accounts] == ["Zweite"]
    assert OTHER_IBAN not in str(accounts)


def test_an_expired_attempt_is_refused_although_it_still_lies_there(portal: Portal) -> None:
    mail = portal.register("expired@example.com")
    (item,) = [row for row in portal.items("RegistrationsTable") if row["email"] == "expired@example.com"]
    portal.dynamodb.update_item(
        TableName=portal.outputs["RegistrationsTable"],
        Key={"pk": {"S": item["pk"]}},
        UpdateExpression="SET expires_at = :past",
        ExpressionAttributeValues={":past": {"N": str(item["requested_at"] - 1)}},
    )
    answer = portal.confirm(mail)
    assert (answer.status_code, answer.json()["code"]) == (410, "link_expired")


def test_following_the_links_of_a_mail_changes_nothing(portal: Portal) -> None:
    mail = portal.register("scanner@example.com")
    for url in re.findall(r"https?://\S+#token=\S+", mail["text"]):
        assert url.startswith(portal.url)
        for method in ("GET", "HEAD", "GET"):
            answer = portal.http.request(method, url, timeout=60)
            assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
            assert "Set-Cookie" not in answer.headers
    assert portal.confirm(mail).json() == {"status": "confirmed"}


def test_not_me_deletes_the_attempt(portal: Portal) -> None:
    mail = portal.register("notme@example.com")
    answer = portal.request("POST", "/api/registrations/reject", {"token": link_token(mail, "reject")})
    assert answer.status_code == 204
    assert not [row for row in portal.items("RegistrationsTable") if row["email"] == "notme@example.com"]
    assert portal.confirm(mail).status_code == 410


def test_a_known_address_is_told_by_mail_only(portal: Portal) -> None:
    email = "known@example.com"
    portal.a_client(email)
    told = portal.register(email.upper())
    assert "#token=" not in told["text"]
    assert told["to"].lower() == email


GATEWAY_ANSWERS: list[tuple[str, str, dict[str, Any], int, str]] = [
    ("GET", "/api/nothing", {}, 404, "not_found"),
    ("DELETE", "/api/login", {}, 404, "not_found"),
    ("POST", "/api/health", {"body": {}}, 404, "not_found"),
    ("GET", "/api/profile", {}, 401, "not_authenticated"),
    ("POST", "/api/login", {"data": "x", "headers": {"Content-Type": "text/plain"}}, 415, "unsupported_media_type"),
    ("POST", "/api/login", {"data": "{", "headers": {"Content-Type": "application/json"}}, 400, "malformed_json"),
    (
        "POST",
        "/api/login",
        {"data": "{}", "headers": {"Content-Type": "application/json", "Content-Encoding": "gzip"}},
        422,
        "invalid_input",
    ),
    ("POST", "/api/registrations", {"body": {"email": "x" * 33_000}}, 413, "body_too_large"),
    ("POST", "/api/registrations", {"body": []}, 422, "invalid_input"),
]


@pytest.mark.parametrize(("method", "path", "sent", "status", "code"), GATEWAY_ANSWERS)
def test_every_refusal_is_a_problem_with_the_headers_of_the_portal(
    portal: Portal, method: str, path: str, sent: dict[str, Any], status: int, code: str
) -> None:
    answer = portal.request(method, path, sent.get("body"), **{key: sent[key] for key in sent if key != "body"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "max-age=63072000" in answer.headers["Strict-Transport-Security"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_an_unknown_page_is_a_page(portal: Portal) -> None:
    answer = portal.request("GET", "/gibt-es-nicht")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


def test_a_forged_forwarding_header_is_not_believed(portal: Portal) -> None:
    email = "forged@example.com"
    from tests.support.people import a_registration

    forged = {"X-Forwarded-For": "198.51.100.9", "Forwarded": "for=198.51.100.9", "X-Real-IP": "198.51.100.9"}
    portal.request("POST", "/api/registrations", a_registration(email=email), headers=forged)
    (item,) = [row for row in portal.items("RegistrationsTable") if row["email"] == email]
    assert item["ip"] in {"127.0.0.0", "::"}


def test_tables_have_the_time_to_live_that_the_template_declares(portal: Portal) -> None:
    for table in ("RegistrationsTable", "SessionsTable", "OutboxTable", "EvidenceTable"):
        described = portal.dynamodb.describe_time_to_live(TableName=portal.outputs[table])["TimeToLiveDescription"]
        assert described == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}


def test_nothing_leaks_into_logs_or_tables(portal: Portal) -> None:
    """The canary of the deployed portal: all log groups, all tables, after a whole journey."""
    email, name = "kanarienvogel@example.com", "Zeisigwirt"
    answer = portal.a_client(email, last_name=name)
    opt_in, credentials = (portal.next_mail(email, says=line) for line in ("/confirm#token=", "Passwort: "))
    portal.request("GET", "/api/profile", token=answer["access_token"])
    links = [link_token(opt_in, "confirm"), link_token(opt_in, "reject")]
    secrets = [
        *links,
        password_of(credentials),
        PASSWORD,
        answer["access_token"],
        answer["refresh_token"].split(".")[1],
    ]
    logs, stored = "\n".join(portal.logs()), str([portal.items(table) for table in TABLES])
    assert '"route":"/api/profile"' in logs
    assert name in stored
    assert not [secret for secret in secrets if secret in logs or secret in stored]
    assert not [text for text in (email, "kanarienvogel", name, IBAN, "127.0.0.1") if text in logs]
    assert not re.search(r"eyJ[\w-]{10,}\.", logs)


def test_fifty_threads_at_one_table_make_one_account(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """The race itself, without the queue of the front door: fifty transactions start at the same moment."""
    email = "race@example.com"
    token = link_token(portal.register(email), "confirm")
    handler = confirm_handler(portal, monkeypatch)
    # One process makes fifty clients of each service here, where fifty functions would make one.
    monkeypatch.setattr(routes, "REQUEST_SECONDS", ANSWER_SECONDS)
    barrier = Barrier(50)

    def click(_: int) -> tuple[int, str]:
        barrier.wait()
        answer = handler(confirm_event(token), None)
        document = json.loads(answer["body"])
        return answer["statusCode"], document.get("status", document.get("code"))

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(click, range(50)))
    assert answers.count((200, "confirmed")) == 1
    assert set(answers) <= {(200, "confirmed"), (200, "already_confirmed"), (503, "unavailable")}
    accounts = [item for item in portal.items("AccountsTable") if item.get("email") == email]
    assert len(accounts) == 1
    portal.next_mail(email, 2)
    assert (
        len(
            [
                row
                for row in portal.items("OutboxTable")
                if row["ref"] == accounts[0]["id"] and row["kind"] == "credentials"
            ]
        )
        == 1
    )


def confirm_event(token: str) -> dict[str, Any]:
    return {
        "httpMethod": "POST",
        "resource": CONFIRM,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps({"token": token}),
        "requestContext": {"identity": {"sourceIp": "203.0.113.7"}},
    }


def confirm_handler(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Handler:
    """The function's own code in this process, on the deployed tables and keys."""
    from functions.confirm.app import ROUTES

    monkeypatch.setenv("AWS_ENDPOINT_URL", portal.endpoint)
    function = portal.client("lambda").get_function_configuration(FunctionName=portal.resources["ConfirmFunction"])
    settings = load(ConfirmSettings, function["Environment"]["Variables"])
    handler = serve(ROUTES, Wiring(settings))
    handler(confirm_event("warm-up"), None)
    return handler
