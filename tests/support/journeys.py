"""One successful request for each route of the API, with everything that has to happen before it."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.support.mirror import CLIENT, a_case, a_client, put_mirrored
from tests.support.people import OTHER_IBAN, PASSWORD, a_registration
from tests.support.world import Answer, World

EMAIL, NEW_EMAIL = "erika.muster@example.com", "Erika.Neu@example.org"
CASES = f"/api/clients/{CLIENT}/cases"
OTHER_PASSWORD = "Ein anderer Satz über Birken"

Act = Callable[[World], Callable[[], Answer]]
"""Prepares a world and returns the request, which may be sent again."""


@dataclass(frozen=True, slots=True)
class Journey:
    """A request and what it costs, warm.

    Args:
        name: method and path, and a note in brackets where a route has several journeys.
        prepare: everything up to the request.
        status: of the answer.
        tables: calls to DynamoDB (design, section 3).
        keys: calls to KMS.
        again: status of the same request once it took effect; None where it is the same.
    """

    name: str
    prepare: Act
    status: int
    tables: int = 0
    keys: int = 0
    again: int | None = None

    @property
    def route(self) -> str:
        """Method and path."""
        return self.name.partition(" (")[0]


def signed_in(world: World) -> str:
    """Return an access token of full scope; both functions that check it know its public key already."""
    token = world.a_client()
    for path in ("/api/profile", "/api/sessions"):
        assert world.request("GET", path, token=token).status == 200
    return token


def get(path: str) -> Act:
    return lambda world: lambda: world.request("GET", path)


def get_own(path: str) -> Act:
    def prepare(world: World) -> Callable[[], Answer]:
        token = signed_in(world)
        return lambda: world.request("GET", path, token=token)

    return prepare


def looking_up_a_bank(world: World) -> Callable[[], Answer]:
    return lambda: world.request("POST", "/api/bank-details/resolve", {"iban": OTHER_IBAN})


def registering(world: World) -> Callable[[], Answer]:
    return lambda: world.request("POST", "/api/registrations", a_registration())


def asking_for_the_mail_again(world: World) -> Callable[[], Answer]:
    world.register()
    return lambda: world.request("POST", "/api/registrations/resend", {"email": EMAIL})


def confirming(world: World) -> Callable[[], Answer]:
    mail = world.register()
    return lambda: world.confirm(mail)


def confirming_again(world: World) -> Callable[[], Answer]:
    confirm = confirming(world)
    confirm()
    return confirm


def rejecting(world: World) -> Callable[[], Answer]:
    token = world.register().token("reject")
    return lambda: world.request("POST", "/api/registrations/reject", {"token": token})


def logging_in(world: World) -> Callable[[], Answer]:
    initial = world.a_client_with_initial_password()
    return lambda: world.log_in(initial)


def by_a_device(world: World) -> Callable[[], Answer]:
    body = {"email": "erika.muster@example.com", "password": PASSWORD}
    # One and the same: another one at each try would be remembered beside the others.
    device = {"Cookie": f"__Host-device={'d' * 43}"}
    return lambda: world.request("POST", "/api/login", body, headers=device)


def logging_in_by_a_new_device(world: World) -> Callable[[], Answer]:
    world.a_client()
    return by_a_device(world)


def logging_in_on_another_day(world: World) -> Callable[[], Answer]:
    world.a_client()
    log_in = by_a_device(world)
    log_in()
    world.run_mailer()
    world.clock.advance(86_401)
    return log_in


def refreshing(world: World) -> Callable[[], Answer]:
    world.a_client()
    body = {"refresh_token": world.log_in(PASSWORD, delivery="body").json["refresh_token"]}
    return lambda: world.request("POST", "/api/session/refresh", body)


def logging_out(world: World) -> Callable[[], Answer]:
    signed_in(world)
    login = world.log_in(PASSWORD, delivery="body").json
    cookie = {"Cookie": f"__Host-refresh={login['refresh_token']}"}
    return lambda: world.request("POST", "/api/logout", {}, token=login["access_token"], headers=cookie)


def ending_a_session(world: World) -> Callable[[], Answer]:
    token = signed_in(world)
    other = world.log_in(PASSWORD, delivery="body").json["refresh_token"].partition(".")[0]
    return lambda: world.request("DELETE", f"/api/sessions/{other}", token=token)


def ending_other_sessions(world: World) -> Callable[[], Answer]:
    token = signed_in(world)
    world.log_in(PASSWORD)
    return lambda: world.request("DELETE", "/api/sessions", token=token)


def reauthenticating(world: World) -> Callable[[], Answer]:
    token = signed_in(world)
    return lambda: world.request("POST", "/api/reauthentication", {"password": PASSWORD}, token=token)


def asking_for_a_reset(world: World) -> Callable[[], Answer]:
    world.confirm(world.register())
    return lambda: world.request("POST", "/api/password-reset", {"email": EMAIL})


def resetting_the_password(world: World) -> Callable[[], Answer]:
    world.a_client_with_initial_password()
    world.request("POST", "/api/password-reset", {"email": EMAIL})
    body = {"token": world.next_mail().token("reset"), "new_password": PASSWORD}
    return lambda: world.request("POST", "/api/password-reset/confirm", body)


def changing_the_password(world: World) -> Callable[[], Answer]:
    initial = world.a_client_with_initial_password()
    token = world.log_in(initial).json["access_token"]
    body = {"current_password": initial, "new_password": PASSWORD}
    # The public key is kept by the process: the first request of a process asks for it once.
    world.request("PUT", "/api/password", {}, token=token)
    return lambda: world.request("PUT", "/api/password", body, token=token)


def editing_the_profile(world: World) -> Callable[[], Answer]:
    token = signed_in(world)
    changes, tag = {"last_name": "Müller", "fax": "+49 30 1234568"}, {"If-Match": '"1"'}
    return lambda: world.request("PATCH", "/api/profile", changes, token=token, headers=tag)


def changing_the_bank_details(world: World) -> Callable[[], Answer]:
    token = signed_in(world)
    body, tag = {"iban": OTHER_IBAN}, {"If-Match": '"1"'}
    return lambda: world.request("PUT", "/api/profile/bank-details", body, token=token, headers=tag)


def accepting_the_bank_details(world: World) -> Callable[[], Answer]:
    token = signed_in(world)
    return lambda: world.request("POST", "/api/profile/bank-details/accept", {}, token=token)


def asking_for_another_address(world: World) -> Callable[[], Answer]:
    token = signed_in(world)
    return lambda: world.request("POST", "/api/profile/email-change", {"new_email": NEW_EMAIL}, token=token)


def confirming_another_address(world: World) -> Callable[[], Answer]:
    asking_for_another_address(world)()
    body = {"token": world.next_mail(NEW_EMAIL).token("email-change")}
    return lambda: world.request("POST", "/api/email-changes/confirm", body)


def freezing(world: World) -> Callable[[], Answer]:
    asking_for_another_address(world)()
    body = {"token": world.next_mail(EMAIL).token("freeze")}
    return lambda: world.request("POST", "/api/accounts/freeze", body)


def consenting_to_a_newer_wording(world: World) -> Callable[[], Answer]:
    token = signed_in(world)
    (account,) = [item for item in world.items("AccountsTable") if item.get("email") == EMAIL]
    world.dynamodb.update_item(
        TableName="AccountsTable",
        Key={"pk": {"S": account["pk"]}},
        UpdateExpression="SET consents[0].version = :old",
        ExpressionAttributeValues={":old": {"S": "2020-01-01"}},
    )
    kind = account["consents"][0]["kind"]
    body = {"kind": kind, "version": account["consents"][0]["version"]}
    return lambda: world.request("POST", "/api/profile/consents", body, token=token)


def withdrawing_a_consent(world: World) -> Callable[[], Answer]:
    token = signed_in(world)
    return lambda: world.request("DELETE", "/api/profile/consents/terms", token=token)


def closing(world: World) -> Callable[[], Answer]:
    token = signed_in(world)
    return lambda: world.request("DELETE", "/api/profile", token=token)


def looking_after_a_client(world: World) -> str:
    """Return the access token of a person for whom the feed has a client with a case."""
    put_mirrored(world.dynamodb, "MirrorTable", [a_client(EMAIL)], [a_case()])
    token = signed_in(world)
    assert world.request("GET", "/api/clients", token=token).status == 200
    return token


def of_a_client(method: str, path: str, body: dict[str, str] | None = None) -> Act:
    def prepare(world: World) -> Callable[[], Answer]:
        token = looking_after_a_client(world)
        return lambda: world.request(method, path, body, token=token)

    return prepare


def reading_the_keys(world: World) -> Callable[[], Answer]:
    request = get("/.well-known/jwks.json")(world)
    request()
    return request


JOURNEYS = (
    Journey("GET /api/health", get("/api/health"), 200),
    Journey("GET /api/legal", get("/api/legal"), 200),
    Journey("GET /api/openapi.json", get("/api/openapi.json"), 200),
    Journey("POST /api/bank-details/resolve", looking_up_a_bank, 200, tables=1),
    Journey("POST /api/registrations", registering, 202, tables=2),
    Journey("POST /api/registrations/resend", asking_for_the_mail_again, 202, tables=2, keys=1),
    Journey("POST /api/registrations/confirm", confirming, 200, tables=2, keys=1),
    Journey("POST /api/registrations/confirm (again)", confirming_again, 200, tables=2, keys=1),
    Journey("POST /api/registrations/reject", rejecting, 204, tables=1, keys=1, again=410),
    Journey("POST /api/login", logging_in, 200, tables=3, keys=1),
    Journey("POST /api/login (first of a day)", logging_in_on_another_day, 200, tables=3, keys=1),
    # The address of the notice is encrypted too.
    Journey("POST /api/login (new device)", logging_in_by_a_new_device, 200, tables=3, keys=2),
    Journey("POST /api/session/refresh", refreshing, 200, tables=2, keys=1),
    Journey("POST /api/logout", logging_out, 204, tables=2),
    Journey("GET /api/sessions", get_own("/api/sessions"), 200, tables=2),
    Journey("DELETE /api/sessions", ending_other_sessions, 204, tables=2),
    Journey("DELETE /api/sessions/{id}", ending_a_session, 204, tables=2, again=404),
    Journey("POST /api/reauthentication", reauthenticating, 200, tables=4, keys=1, again=401),
    Journey("POST /api/password-reset", asking_for_a_reset, 202, tables=2, keys=1),
    Journey("POST /api/password-reset/confirm", resetting_the_password, 204, tables=2, keys=2, again=410),
    Journey("PUT /api/password", changing_the_password, 200, tables=4, keys=2, again=401),
    Journey("GET /api/profile", get_own("/api/profile"), 200, tables=1),
    Journey("PATCH /api/profile", editing_the_profile, 200, tables=2, again=412),
    Journey("DELETE /api/profile", closing, 204, tables=4, keys=2, again=401),
    Journey("GET /api/profile/consents", get_own("/api/profile/consents"), 200, tables=1),
    Journey("POST /api/profile/consents", consenting_to_a_newer_wording, 201, tables=2),
    Journey("DELETE /api/profile/consents/{kind}", withdrawing_a_consent, 200, tables=4, keys=2, again=401),
    Journey("GET /api/profile/export", get_own("/api/profile/export"), 200, tables=7),
    Journey("GET /api/profile/bank-details", get_own("/api/profile/bank-details"), 200, tables=1),
    Journey("PUT /api/profile/bank-details", changing_the_bank_details, 200, tables=2, keys=1, again=412),
    Journey("POST /api/profile/bank-details/accept", accepting_the_bank_details, 204, tables=2),
    Journey("POST /api/profile/email-change", asking_for_another_address, 202, tables=3, keys=1),
    Journey("GET /api/clients", of_a_client("GET", "/api/clients"), 200, tables=3),
    Journey("GET /api/clients/{client_id}", of_a_client("GET", f"/api/clients/{CLIENT}"), 200, tables=2),
    Journey(
        "POST /api/clients/{client_id}/cases/search",
        of_a_client("POST", f"{CASES}/search", {"status": "court"}),
        200,
        tables=3,
    ),
    Journey(
        "POST /api/clients/{client_id}/cases/search (by words)",
        of_a_client("POST", f"{CASES}/search", {"text": "Schuldner"}),
        200,
        tables=3,
    ),
    Journey("POST /api/clients/{client_id}/cases/export", of_a_client("POST", f"{CASES}/export", {}), 200, tables=3),
    Journey("GET /api/clients/{client_id}/cases/{case_id}", of_a_client("GET", f"{CASES}/2026-0001"), 200, tables=2),
    Journey(
        "POST /api/clients/{client_id}/cases/{case_id}/interest",
        of_a_client("POST", f"{CASES}/2026-0001/interest", {"to": "2026-11-27"}),
        200,
        tables=2,
    ),
    Journey("POST /api/email-changes/confirm", confirming_another_address, 200, tables=4, keys=2),
    Journey("POST /api/accounts/freeze", freezing, 204, tables=2, keys=1),
    Journey("GET /.well-known/jwks.json", reading_the_keys, 200),
)
