"""Each route of docs/api.md over HTTP: success and each refusal; the list of both is printed at the end of the run."""

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from portal.domain.consent import CURRENT_VERSIONS, ConsentKind
from portal.domain.token import ACCESS, EMAIL_CHANGE, FREEZE, OPT_IN, PASSWORD_RESET, REJECT, Purpose
from portal.http.routes import Route
from tests.support.contract import api_document
from tests.support.people import IBAN, OTHER_IBAN, PASSWORD
from tests.support.stack import SEEN, Portal, link_token
from tools.openapi.routes import api_routes

EMAIL, NEWCOMER, OTHER_EMAIL = "routes@example.com", "newcomer@example.com", "other.routes@example.org"
PROFILE, BANK, CONSENTS = "/api/profile", "/api/profile/bank-details", "/api/profile/consents"
JSON = "application/json"
ROUTES = api_routes()
WITH_BODY = [route for route in ROUTES if "requestBody" in api_document()["paths"][route.path][route.method.lower()]]
LINKS = {
    "/api/registrations/confirm": OPT_IN,
    "/api/registrations/reject": REJECT,
    "/api/email-changes/confirm": EMAIL_CHANGE,
    "/api/accounts/freeze": FREEZE,
    "/api/password-reset/confirm": PASSWORD_RESET,
}


@pytest.fixture(scope="module")
def client(portal: Portal) -> str:
    """The address of a client whose password is ``PASSWORD``."""
    portal.a_client(EMAIL)
    return EMAIL


@pytest.fixture(scope="module")
def newcomer(portal: Portal) -> tuple[str, str]:
    """Initial password and limited token of somebody else."""
    return portal.a_newcomer(NEWCOMER)


@pytest.fixture
def token(portal: Portal, client: str) -> str:
    """An access token of the client, of a session of its own."""
    return str(portal.log_in(client)["access_token"])


def needing(*needs: str) -> Iterator[tuple[str, str]]:
    """Yield method and path of the routes with one of these needs."""
    return ((route.method, filled(route)) for route in ROUTES if route.needs in needs)


def filled(route: Route) -> str:
    return re.sub(r"\{\w+\}", "unknown", route.path)


def forged(purpose: Purpose, key_arn: str, size: int) -> str:
    """Return a token that names a real key and is signed with nothing, in bytes of the given size."""
    algorithm = "ES256" if purpose is ACCESS else "HS256"
    header = {"alg": algorithm, "kid": key_arn.rpartition("/")[2], "typ": purpose.typ}
    parts = (json.dumps(header).encode(), b"{}", b"\1" * size)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def refused(portal: Portal, method: str, path: str, status: int, code: str, **sent: Any) -> None:
    """Send a request and see how it is refused."""
    body = sent.pop("body", None)
    answer = portal.request(method, path, body, **sent)
    assert (answer.status_code, answer.json()["code"]) == (status, code), (method, path)


def session_of(token: str) -> dict[str, Any]:
    """Return what an access token says of its session."""
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return claims


def age_password(portal: Portal, token: str, seconds: int = 601) -> None:
    """Let the password of a session have been given so long ago."""
    portal.dynamodb.update_item(
        TableName=portal.outputs["SessionsTable"],
        Key={"pk": {"S": f"session#{session_of(token)['sid']}"}},
        UpdateExpression="SET auth_time = auth_time - :seconds",
        ExpressionAttributeValues={":seconds": {"N": str(seconds)}},
    )


def outdate_consent(portal: Portal, token: str) -> ConsentKind:
    """Let a client have consented to an older wording; return its kind."""
    key = f"account#{session_of(token)['sub']}"
    (account,) = [item for item in portal.items("AccountsTable") if item["pk"] == key]
    portal.dynamodb.update_item(
        TableName=portal.outputs["AccountsTable"],
        Key={"pk": {"S": key}},
        UpdateExpression="SET consents[0].version = :old",
        ExpressionAttributeValues={":old": {"S": "2020-01-01"}},
    )
    kind: ConsentKind = account["consents"][0]["kind"]
    return kind


# ------------------------------------------------------------ refusals that many routes share


@pytest.mark.parametrize(
    ("status", "code", "text", "media_type"),
    [
        (400, "malformed_json", "{", JSON),
        (413, "body_too_large", json.dumps({"a": "x" * 33_000}), JSON),
        (415, "unsupported_media_type", "{}", "text/plain"),
        (422, "invalid_input", "[]", JSON),
    ],
)
def test_every_body_is_refused_for_its_reason(
    portal: Portal, token: str, status: int, code: str, text: str, media_type: str
) -> None:
    for route in WITH_BODY:
        bearer = None if route.needs == "nothing" else token
        headers = {"Content-Type": media_type, "If-Match": "*"}
        refused(portal, route.method, filled(route), status, code, token=bearer, data=text, headers=headers)


def test_nobody_gets_in_without_a_genuine_token(portal: Portal) -> None:
    unsigned = forged(ACCESS, portal.resources["AccessTokenKeyA"], 64)
    for method, path in needing("access_token", "any_access_token", "recent_access_token"):
        for token in (None, "x.y.z", unsigned):
            refused(portal, method, path, 401, "not_authenticated", token=token)


def test_an_initial_password_opens_its_replacement_only(portal: Portal, newcomer: tuple[str, str]) -> None:
    for method, path in needing("access_token", "recent_access_token"):
        refused(portal, method, path, 403, "password_change_required", token=newcomer[1])


def test_a_password_given_too_long_ago_is_asked_for_again(portal: Portal, token: str) -> None:
    age_password(portal, token)
    for method, path in needing("recent_access_token"):
        refused(portal, method, path, 403, "reauthentication_required", token=token)
    refused(
        portal, "POST", "/api/reauthentication", 401, "invalid_credentials", token=token, body={"password": "falsch"}
    )
    fresh = portal.request("POST", "/api/reauthentication", {"password": PASSWORD}, token=token)
    assert fresh.status_code == 200
    assert portal.request("GET", BANK, token=fresh.json()["access_token"]).json()["iban"] == IBAN


def test_below_every_route_there_is_nothing(portal: Portal) -> None:
    for route in ROUTES:
        refused(portal, route.method, f"{filled(route)}/unknown/unknown", 404, "not_found")
        SEEN.add((route.method, route.path, 404))


def test_links_that_are_not_genuine_are_refused(portal: Portal) -> None:
    for path, purpose in LINKS.items():
        more = {"new_password": PASSWORD} if purpose is PASSWORD_RESET else {}
        for link in ("eyJ.x.y", forged(purpose, portal.resources["LinkKeyA"], 32)):
            refused(portal, "POST", path, 400, "invalid_link", body={"token": link, **more})


# ------------------------------------------------------------ what anybody may do


@pytest.mark.parametrize("path", ["/api/health", "/api/legal", "/api/openapi.json", "/.well-known/jwks.json"])
def test_what_is_public_is_read(portal: Portal, path: str) -> None:
    assert portal.request("GET", path).status_code == 200


def test_bank_details_are_completed(portal: Portal) -> None:
    answer = portal.request("POST", "/api/bank-details/resolve", {"iban": IBAN})
    assert (answer.status_code, answer.json()["bank_code"]) == (200, IBAN[4:12])


def test_the_opt_in_mail_comes_once_more_and_not_me_works_once(portal: Portal) -> None:
    email = "resend@example.com"
    first = portal.register(email)
    assert portal.request("POST", "/api/registrations/resend", {"email": email}).status_code == 202
    again = portal.next_mail(email, 2)
    link = {"token": link_token(again, "reject")}
    assert link["token"] == link_token(first, "reject")
    assert portal.request("POST", "/api/registrations/reject", link).status_code == 204
    refused(portal, "POST", "/api/registrations/reject", 410, "link_expired", body=link)
    refused(
        portal, "POST", "/api/registrations/confirm", 410, "link_expired", body={"token": link_token(again, "confirm")}
    )


def test_a_forgotten_password_is_replaced_once(portal: Portal, client: str) -> None:
    wrong = {"email": client, "password": "falsch"}
    refused(portal, "POST", "/api/login", 401, "invalid_credentials", body=wrong)
    assert portal.request("POST", "/api/password-reset", {"email": client}).status_code == 202
    mail = portal.next_mail(client, says="/reset#token=")
    body = {"token": link_token(mail, "reset"), "new_password": "kurz"}
    confirm = "/api/password-reset/confirm"
    refused(portal, "POST", confirm, 422, "invalid_input", body=body)
    assert portal.request("POST", confirm, {**body, "new_password": PASSWORD}).status_code == 204
    refused(portal, "POST", confirm, 410, "link_expired", body=body)


# ------------------------------------------------------------ what clients do


def test_a_password_is_changed_by_who_knows_it(portal: Portal, token: str) -> None:
    body = {"current_password": "falsch", "new_password": PASSWORD}
    refused(portal, "PUT", "/api/password", 401, "invalid_credentials", token=token, body=body)


def test_a_profile_is_changed_by_who_has_seen_it(portal: Portal, token: str) -> None:
    tag = portal.request("GET", PROFILE, token=token).headers["ETag"]
    body = {"first_name": "Erna"}
    refused(portal, "PATCH", PROFILE, 428, "precondition_required", token=token, body=body)
    refused(portal, "PATCH", PROFILE, 412, "precondition_failed", token=token, body=body, headers={"If-Match": '"0"'})
    changed = portal.request("PATCH", PROFILE, body, token=token, headers={"If-Match": tag})
    assert (changed.status_code, changed.json()["first_name"]) == (200, "Erna")
    assert portal.request("POST", f"{BANK}/accept", {}, token=token).status_code == 204


def test_a_newer_wording_is_accepted_before_anything_else(portal: Portal, token: str) -> None:
    kind = outdate_consent(portal, token)
    refused(portal, "GET", PROFILE, 403, "consent_required", token=token)
    body = {"kind": kind, "version": CURRENT_VERSIONS[kind]}
    assert portal.request("POST", CONSENTS, body, token=token).status_code == 201
    shown = portal.request("GET", CONSENTS, token=token).json()["consents"]
    assert {consent["kind"]: consent["version"] for consent in shown} == CURRENT_VERSIONS
    refused(portal, "DELETE", f"{CONSENTS}/unknown", 404, "not_found", token=token)


def change_bank_details(portal: Portal, email: str, token: str) -> str:
    """Change the bank details and return the token of the freeze link in the notice of it."""
    tag = portal.request("GET", BANK, token=token).headers["ETag"]
    body = {"iban": OTHER_IBAN}
    refused(portal, "PUT", BANK, 428, "precondition_required", token=token, body=body)
    refused(portal, "PUT", BANK, 412, "precondition_failed", token=token, body=body, headers={"If-Match": '"0"'})
    assert portal.request("PUT", BANK, body, token=token, headers={"If-Match": tag}).status_code == 200
    return link_token(portal.next_mail(email, says="Ihre Bankverbindung wurde geändert"), "freeze")


def ask_for_email_change(portal: Portal, token: str) -> dict[str, str]:
    """Ask for the other address and return its link as a body."""
    page = "/email-change#token="
    before = sum(page in mail["text"] for mail in portal.mails(OTHER_EMAIL))
    asked = portal.request("POST", f"{PROFILE}/email-change", {"new_email": OTHER_EMAIL}, token=token)
    assert asked.status_code == 202
    return {"token": link_token(portal.next_mail(OTHER_EMAIL, before + 1, says=page), "email-change")}


def test_an_address_changes_by_the_newest_link_until_the_account_is_closed(
    portal: Portal, newcomer: tuple[str, str]
) -> None:
    token = portal.choose_password(*newcomer)["access_token"]
    freeze = {"token": change_bank_details(portal, NEWCOMER, token)}
    overtaken = ask_for_email_change(portal, token)
    assert portal.request("DELETE", "/api/sessions", token=token).status_code == 204
    refused(portal, "POST", "/api/email-changes/confirm", 410, "link_expired", body=overtaken)

    link = ask_for_email_change(portal, token)
    assert portal.request("POST", "/api/email-changes/confirm", link).status_code == 200
    assert "freeze#token=" in portal.next_mail(NEWCOMER, says="Ihre E-Mail-Adresse wurde geändert")["text"]
    token = portal.log_in(OTHER_EMAIL)["access_token"]
    exported = portal.request("GET", f"{PROFILE}/export", token=token)
    assert (exported.status_code, exported.json()["account"]["email"]) == (200, OTHER_EMAIL)
    assert portal.request("DELETE", PROFILE, token=token).status_code == 204
    assert "#token=" not in portal.next_mail(OTHER_EMAIL, says="Ihr Konto ist geschlossen")["text"]
    refused(portal, "POST", "/api/accounts/freeze", 410, "link_expired", body=freeze)


def test_whoever_holds_the_address_stops_the_account(portal: Portal) -> None:
    email = "frozen@example.com"
    token = portal.a_client(email)["access_token"]
    freeze = {"token": change_bank_details(portal, email, token)}
    for _ in range(2):
        assert portal.request("POST", "/api/accounts/freeze", freeze).status_code == 204
    refused(portal, "GET", PROFILE, 401, "not_authenticated", token=token)


def test_a_withdrawn_consent_closes_the_account(portal: Portal, token: str) -> None:
    """Last here: the client of the tests above is gone afterwards."""
    answer = portal.request("DELETE", f"{CONSENTS}/terms", token=token)
    assert (answer.status_code, answer.json()) == (200, {"consequence": "account_closed"})
    refused(portal, "GET", PROFILE, 401, "not_authenticated", token=token)
