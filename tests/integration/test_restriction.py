"""Restriction of processing (GDPR Art. 18): the data are kept, nothing is done with them, and the client is told."""

from importlib import import_module
from typing import Any

import pytest

from portal.http.routes import Route
from tests.support.people import OTHER_IBAN, PASSWORD
from tests.support.world import HTTP_FUNCTIONS, START, Answer, World, faults, some_path

DAY = 86_400
EMAIL = "erika.muster@example.com"
NEW_EMAIL = "erika.neu@example.org"
STARTED = "Die Verarbeitung Ihrer Daten ist eingeschränkt"
ENDING = "Die Einschränkung der Verarbeitung endet"
# START is 18 November 2026, 12:06:40 in Berlin; seven whole days lie before this moment, its first.
ENDS = 1_795_647_600
ROUTES: list[Route] = [
    route
    for name in HTTP_FUNCTIONS
    for route in import_module(f"functions.{name}.app").ROUTES
    if route.needs != "nothing"
]


def restrict(world: World, action: str = "restrict") -> str:
    """Let an operator restrict (or lift), and the mail go out."""
    answer = world.ops(action=action, email=EMAIL)
    world.run_mailer()
    return str(answer.get("outcome") or answer["code"])


def lift(world: World) -> str:
    return restrict(world, "lift_restriction")


def subjects(world: World) -> list[str]:
    return [mail.subject.partition(": ")[2] for mail in world.mails(EMAIL)]


def account(world: World) -> dict[str, Any]:
    return next(item for item in world.items("AccountsTable") if item["pk"].startswith("account#"))


def edit(world: World, token: str, etag: str = '"1"') -> Answer:
    return world.request("PATCH", "/api/profile", {"city": "Bonn"}, token=token, headers={"If-Match": etag})


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_a_route_says_truly_whether_a_restriction_stops_it(world: World, route: Route) -> None:
    token = world.a_client()
    restrict(world)
    before = account(world)
    body: dict[str, Any] | None = None if route.method in {"GET", "DELETE"} else {}
    answer = world.request(route.method, some_path(route.path, kind="x"), body, token=token)
    assert ("processing_restricted" in answer.text and answer.status == 403) is route.processing
    if route.processing:
        assert account(world) == before


def test_what_changes_or_pays_is_stopped_and_nothing_else() -> None:
    assert {f"{route.method} {route.path}" for route in ROUTES if route.processing} == {
        "PATCH /api/profile",
        "PUT /api/profile/bank-details",
        "POST /api/profile/bank-details/accept",
        "POST /api/profile/email-change",
    }


def test_a_client_sees_the_restriction_and_can_log_in_read_and_export(world: World) -> None:
    token = world.a_client()
    assert world.request("GET", "/api/profile", token=token).json["processing_restricted"] is None
    assert restrict(world) == "done"
    assert world.log_in(PASSWORD).status == 200
    shown = world.request("GET", "/api/profile", token=token)
    assert shown.json["processing_restricted"] == {"since": "2026-11-18T11:06:40Z", "until": None}
    exported = world.request("GET", "/api/profile/export", token=token).json["account"]
    assert exported["restricted_at"] == "2026-11-18T11:06:40Z"
    assert world.request("GET", "/api/profile/bank-details", token=token).status == 200


def test_a_restriction_is_confirmed_by_mail_and_its_end_announced_before_it_comes(world: World) -> None:
    token = world.a_client()
    restrict(world)
    assert subjects(world)[-1] == STARTED
    assert lift(world) == "done"
    assert subjects(world)[-1] == ENDING
    assert "mit Beginn des 26.11.2026" in " ".join(world.mails(EMAIL)[-1].text.split())
    assert account(world)["restriction_ends_at"] == ENDS >= START + 7 * DAY
    assert world.request("GET", "/api/profile", token=token).json["processing_restricted"] == {
        "since": "2026-11-18T11:06:40Z",
        "until": "2026-11-25T23:00:00Z",
    }


def test_it_ends_on_the_day_that_was_named_and_not_a_second_sooner(world: World) -> None:
    world.a_client()
    restrict(world)
    lift(world)
    world.clock.now = ENDS - 1
    token = world.log_in(PASSWORD).json["access_token"]
    etag = world.request("GET", "/api/profile", token=token).headers["ETag"]
    assert edit(world, token, etag).json["code"] == "processing_restricted"
    world.clock.now = ENDS
    assert edit(world, token, etag).json["processing_restricted"] is None
    assert world.ops(action="status", email=EMAIL)["account"]["processing_restricted"] is None
    assert world.request("POST", "/api/profile/email-change", {"new_email": NEW_EMAIL}, token=token).status == 202


def test_operators_see_it_and_a_second_action_changes_nothing(world: World) -> None:
    world.a_client()
    assert lift(world) == "already"
    outcomes = [restrict(world), restrict(world)]
    since = {"since": "2026-11-18T11:06:40Z", "until": None}
    assert world.ops(action="status", email=EMAIL)["account"]["processing_restricted"] == since
    before = account(world)
    outcomes += [lift(world), lift(world)]
    assert outcomes == ["done", "already", "done", "already"]
    assert before["version"] + 1 == account(world)["version"]
    assert (subjects(world).count(STARTED), subjects(world).count(ENDING)) == (1, 1)


def test_a_restriction_asked_for_again_before_its_end_stays_without_an_end(world: World) -> None:
    world.a_client()
    restrict(world)
    lift(world)
    world.clock.advance(DAY)
    assert restrict(world) == "done"
    assert "restriction_ends_at" not in account(world)
    assert account(world)["restricted_at"] == START + DAY


def test_a_restriction_after_one_that_is_over_counts_anew(world: World) -> None:
    world.a_client()
    restrict(world)
    lift(world)
    world.clock.now = ENDS
    assert restrict(world) == "done"
    assert (account(world)["restricted_at"], subjects(world).count(STARTED)) == (ENDS, 2)


def test_a_mail_that_is_overtaken_is_not_sent(world: World) -> None:
    world.a_client()
    world.ops(action="restrict", email=EMAIL)
    world.ops(action="lift_restriction", email=EMAIL)
    world.ops(action="restrict", email=EMAIL)
    world.run_mailer()
    assert (subjects(world).count(STARTED), subjects(world).count(ENDING)) == (2, 0)


def test_an_announcement_of_the_end_is_not_sent_when_it_is_past(world: World) -> None:
    world.a_client()
    restrict(world)
    world.ops(action="lift_restriction", email=EMAIL)
    world.clock.now = ENDS
    world.run_mailer()
    assert ENDING not in subjects(world)


# ------------------------------------------------------------ what was under way


def restriction_before_the_write(world: World) -> tuple[list[Any], Any]:
    """Return what an operator is told, and the hook that lets them restrict just before the next transaction."""
    done: list[Any] = []

    def before(_service: str, operation: str, _parameters: Any) -> None:
        if operation == "transact_write_items" and not done:
            done.append(None)
            done[0] = world.ops(action="restrict", email=EMAIL)

    return done, before


def test_a_new_address_that_waits_is_forgotten_and_its_link_is_over(world: World) -> None:
    token = world.a_client()
    world.request("POST", "/api/profile/email-change", {"new_email": NEW_EMAIL}, token=token)
    link = world.next_mail(NEW_EMAIL).token("email-change")
    restrict(world)
    assert world.request("POST", "/api/email-changes/confirm", {"token": link}).json["code"] == "link_expired"
    assert (world.items("RegistrationsTable"), account(world)["canonical_email"]) == ([], EMAIL)


@pytest.mark.parametrize(
    ("method", "path", "body", "headers"),
    [
        ("PATCH", "/api/profile", {"city": "Bonn"}, {"If-Match": '"1"'}),
        ("PUT", "/api/profile/bank-details", {"iban": OTHER_IBAN}, {"If-Match": '"1"'}),
        ("POST", "/api/profile/bank-details/accept", {}, {}),
        ("POST", "/api/profile/email-change", {"new_email": NEW_EMAIL}, {}),
    ],
)
def test_a_change_of_the_same_moment_loses(
    world: World, method: str, path: str, body: Any, headers: dict[str, str]
) -> None:
    """The account is read, then restricted, then the change is written."""
    token = world.a_client()
    done, before = restriction_before_the_write(world)
    with faults(world, before=before):
        answer = world.request(method, path, body, token=token, headers=headers)
    assert done[0]["outcome"] == "done"
    assert answer.status >= 400
    found = account(world)
    assert (found["person"]["city"], found["bank_reviewed"], found["bank_details"]["iban"] != OTHER_IBAN) == (
        "Köln",
        False,
        True,
    )
    assert world.items("RegistrationsTable") == []


def test_an_unused_account_is_neither_told_nor_closed(world: World) -> None:
    world.a_client()
    world.clock.now = START + 1082 * DAY
    assert world.run_review()["announced"] == 1
    restrict(world)
    assert "Ihr Konto wird bald geschlossen" not in subjects(world)
    for day in (1096, 1127, 2000):
        world.clock.now = START + day * DAY
        assert world.run_review() == {
            "kept": 1,
            "announced": 0,
            "closed": 0,
            "changed": 0,
            "failed": 0,
            "complete": True,
        }
    lift(world)
    world.clock.now = START + 2031 * DAY
    assert world.run_review()["announced"] == 1
    world.clock.advance(14 * DAY)
    assert world.run_review()["closed"] == 1


def test_a_restriction_in_the_moment_of_the_closing_keeps_the_account(world: World) -> None:
    world.a_client()
    world.clock.now = START + 1082 * DAY
    world.run_review()
    world.clock.now = START + 1096 * DAY
    done, before = restriction_before_the_write(world)
    with faults(world, before=before):
        assert world.run_review()["closed"] == 0
    assert done[0]["outcome"] == "done"
    assert account(world)["restricted_at"] == START + 1096 * DAY


@pytest.mark.parametrize("path", ["/api/profile", "/api/profile/consents/terms"])
def test_the_clients_own_wish_ends_it_with_the_account(world: World, path: str) -> None:
    token = world.a_client()
    restrict(world)
    assert world.request("DELETE", path, token=token).status in {200, 204}
    assert world.items("AccountsTable") == []


def test_an_account_can_be_blocked_and_given_back_and_stays_restricted(world: World) -> None:
    world.a_client()
    restrict(world)
    for action in ("block", "restore"):
        assert world.ops(action=action, email=EMAIL)["outcome"] == "done"
    assert world.ops(action="status", email=EMAIL)["account"]["processing_restricted"]["until"] is None
