"""Accounts that nobody uses are told in time, and then closed; a login keeps them (GDPR Art. 5(1)(e))."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError

from portal.adapters.dynamodb.records import credential_from_item
from portal.adapters.dynamodb.reviews import ReviewsTable
from portal.domain.credential import Credential
from portal.domain.lifecycle import REVIEW_SHARDS
from portal.domain.outbox import order_mail
from portal.events.review import ReviewFailed
from tests.support.people import PASSWORD
from tests.support.world import START, World, faults

DAY = 86_400
EMAIL = "erika.muster@example.com"
NEW_EMAIL = "erika.neu@example.org"
SOON = "Ihr Konto wird bald geschlossen"
CLOSED = "Ihr Konto ist geschlossen"
OTHERS = ("anna@example.com", "bert@example.net", "carla@example.org")

Hook = Callable[[str, str, dict[str, Any]], None]


def review(world: World, day: int) -> dict[str, Any]:
    """Run the review so many days after the opening, and then the mailer."""
    world.clock.now = START + day * DAY
    answer = world.run_review()
    world.run_mailer()
    return answer


def subjects(world: World, to: str = EMAIL) -> list[str]:
    return [mail.subject.partition(": ")[2] for mail in world.mails(to)]


def told(world: World, to: str = EMAIL) -> int:
    return subjects(world, to).count(SOON)


def credential(world: World) -> Credential:
    (found,) = [item for item in world.items("AccountsTable") if item["pk"].startswith("credential#")]
    return credential_from_item(found)


def unactivated(world: World, *emails: str) -> None:
    for email in emails:
        world.a_client_with_initial_password(email=email)


def test_an_account_without_a_password_of_its_own_is_told_at_day_76_and_closed_at_day_90(world: World) -> None:
    world.a_client_with_initial_password()
    for day in (0, 30, 60, 75):
        review(world, day)
    assert told(world) == 0
    assert review(world, 76)["announced"] == 1
    notice = world.mails(EMAIL)[-1]
    assert "Am 16.02.2027 um 12:06 Uhr " in notice.text
    assert "#token=" not in notice.text
    assert review(world, 89)["closed"] == 0
    assert review(world, 90)["closed"] == 1
    assert subjects(world)[-2:] == [SOON, CLOSED]
    assert world.items("AccountsTable") == []
    assert {row["kind"] for row in world.items("EvidenceTable")} == {"opt_in", "closing"}
    assert all("expires_at" in row for row in world.items("EvidenceTable"))


def test_an_account_unused_for_36_months_is_told_and_closed(world: World) -> None:
    token = world.a_client()
    world.request("POST", "/api/profile/email-change", {"new_email": NEW_EMAIL}, token=token)
    assert review(world, 1081)["kept"] == 1
    assert review(world, 1082)["announced"] == 1
    assert review(world, 1095)["closed"] == 0
    assert review(world, 1096)["closed"] == 1
    assert subjects(world)[-2:] == [SOON, CLOSED]
    assert world.items("RegistrationsTable") == []
    assert world.log_in(PASSWORD).status == 401


def test_a_login_after_the_announcement_keeps_the_account(world: World) -> None:
    world.a_client()
    review(world, 1082)
    world.clock.now = START + 1096 * DAY - 1
    assert world.log_in(PASSWORD).status == 200
    assert credential(world).closing_announced_at is None
    assert review(world, 1096)["kept"] == 1
    assert review(world, 1096 + 1082)["announced"] == 1
    assert review(world, 1096 + 1095)["closed"] == 0
    assert told(world) == 2
    assert world.items("AccountsTable")


def test_only_who_is_let_in_keeps_an_account(world: World) -> None:
    initial = world.a_client_with_initial_password()
    review(world, 6)
    world.clock.now -= 1
    assert world.log_in(initial).status == 200
    assert credential(world).last_login_at is None
    review(world, 76)
    world.log_in("falsch")
    assert review(world, 90)["closed"] == 1


def test_a_login_before_the_mail_leaves_takes_it_back(world: World) -> None:
    world.a_client()
    world.clock.now = START + 1082 * DAY
    assert world.run_review()["announced"] == 1
    world.clock.advance(1)
    world.log_in(PASSWORD)
    world.run_mailer()
    assert told(world) == 0


def test_a_password_chosen_after_the_announcement_keeps_the_account(world: World) -> None:
    world.a_client_with_initial_password()
    review(world, 76)
    world.request("POST", "/api/password-reset", {"email": EMAIL})
    body = {"token": world.next_mail(EMAIL).token("reset"), "new_password": PASSWORD}
    assert world.request("POST", "/api/password-reset/confirm", body).status == 204
    assert review(world, 90)["kept"] == 1
    assert credential(world).closing_announced_at is None
    assert review(world, 1082)["announced"] == 1


def test_a_blocked_account_stays_and_is_told_anew_when_it_is_given_back(world: World) -> None:
    world.a_client()
    review(world, 1082)
    assert world.ops(action="block", email=EMAIL)["ok"]
    for day in (1096, 1126, 1500):
        assert review(world, day)["kept"] == 1
    assert world.ops(action="unblock", email=EMAIL)["ok"]
    assert review(world, 1530)["announced"] == 1
    assert review(world, 1544)["closed"] == 1


@pytest.mark.parametrize("action", [("block", "unblock"), ("restore",)])
def test_what_operators_do_takes_an_announcement_back(world: World, action: tuple[str, ...]) -> None:
    world.a_client()
    review(world, 1082)
    world.clock.advance(10 * DAY)
    for each in action:
        assert world.ops(action=each, email=EMAIL)["outcome"] == "done"
    assert review(world, 1096)["announced"] == 1
    assert review(world, 1109)["closed"] == 0
    assert review(world, 1110)["closed"] == 1


def test_an_account_given_back_with_its_former_address_counts_from_its_last_login(world: World) -> None:
    token = world.a_client()
    world.request("POST", "/api/profile/email-change", {"new_email": NEW_EMAIL}, token=token)
    link = world.next_mail(NEW_EMAIL).token("email-change")
    assert world.request("POST", "/api/email-changes/confirm", {"token": link}).status == 200
    assert world.ops(action="restore", email=EMAIL, to_former_address=True)["outcome"] == "done"
    assert (credential(world).last_login_at, credential(world).review_at) == (START, START)
    assert review(world, 1081)["kept"] == 1
    assert review(world, 1082)["announced"] == 1


def test_a_change_of_address_takes_the_review_along_and_an_announcement_back(world: World) -> None:
    token = world.a_client()
    world.request("POST", "/api/profile/email-change", {"new_email": NEW_EMAIL}, token=token)
    link = world.next_mail(NEW_EMAIL).token("email-change")
    before = credential(world)
    closes_at = START + 20 * DAY
    order = order_mail("closing_announced", before.account_id, "de", START)
    ReviewsTable(world.aws, "AccountsTable", "OutboxTable").announce(before, closes_at, START, order)
    assert world.request("POST", "/api/email-changes/confirm", {"token": link}).status == 200
    moved = credential(world)
    assert (moved.review_at, moved.closing_announced_at, moved.last_login_at) == (closes_at, None, START)
    assert review(world, 20)["kept"] == 1
    assert review(world, 1082)["announced"] == 1
    assert (told(world), told(world, NEW_EMAIL)) == (0, 1)
    assert review(world, 1096)["closed"] == 1


# ------------------------------------------------------------ faults and races


def fail_at(wanted: str, place: int) -> Hook:
    """Fail the ``place``-th call of an operation and all that come after it."""
    seen = 0

    def hook(_service: str, operation: str, _parameters: Any) -> None:
        nonlocal seen
        seen += operation == wanted
        if operation == wanted and seen >= place:
            raise ConnectTimeoutError(endpoint_url="")

    return hook


@pytest.mark.parametrize(
    ("operation", "place"), [("query", 9), ("get_item", 3), ("transact_write_items", 2), ("transact_write_items", 3)]
)
@pytest.mark.parametrize("answer_is_lost", [False, True])
def test_a_run_that_dies_in_the_middle_is_made_up_for_by_the_next(
    world: World, operation: str, place: int, *, answer_is_lost: bool
) -> None:
    unactivated(world, *OTHERS)
    for day, subject in ((76, SOON), (90, CLOSED)):
        world.clock.now = START + day * DAY
        failure = fail_at(operation, place)
        with faults(world, **{"after" if answer_is_lost else "before": failure}), pytest.raises(ReviewFailed):
            world.run_review()
        review(world, day)
        assert [subjects(world, email).count(subject) for email in OTHERS] == [1, 1, 1]
    assert world.items("AccountsTable") == []


def test_a_key_that_does_not_answer_closes_nothing(world: World) -> None:
    world.a_client_with_initial_password()
    review(world, 76)
    world.clock.now = START + 90 * DAY
    before = world.items("AccountsTable")
    for operation in ("encrypt", "generate_mac"):
        with faults(world, before=fail_at(operation, 1)), pytest.raises(ReviewFailed):
            world.run_review()
    assert world.items("AccountsTable") == before
    assert review(world, 90)["closed"] == 1


def test_time_that_runs_out_is_said_and_the_next_run_goes_on(world: World) -> None:
    unactivated(world, *OTHERS)
    world.clock.now = START + 76 * DAY
    first = world.run_review(accounts=2)
    assert (first["announced"], first["complete"]) == (2, False)
    second = review(world, 76)
    assert (second["announced"], second["complete"]) == (1, True)
    assert [told(world, email) for email in OTHERS] == [1, 1, 1]


def at_call(place: int, act: Callable[[], None]) -> Hook:
    """Act before the ``place``-th call of a run, not counting those that ask the index."""
    seen = 0

    def hook(_service: str, _operation: str, parameters: Any) -> None:
        nonlocal seen
        if parameters.get("IndexName") != "by-review":
            seen += 1
            if seen == place:
                act()

    return hook


def two_runs(world: World, place: int) -> list[dict[str, Any]]:
    """Let a whole run happen before one call of another."""
    answers: list[dict[str, Any]] = []
    with faults(world, before=at_call(place, lambda: answers.append(world.run_review()))):
        answers.append(world.run_review())
    return answers


@pytest.mark.parametrize("place", [1, 2, 3, 6, 9, 12])
def test_two_runs_at_once_tell_once_and_close_once(world: World, place: int) -> None:
    """Of an account a run makes three calls to announce (two reads, one transaction), and seven to close."""
    unactivated(world, *OTHERS[:2])
    for day, subject in ((76, SOON), (90, CLOSED)):
        world.clock.now = START + day * DAY
        answers = two_runs(world, place)
        world.run_mailer()
        assert sum(answer["announced"] + answer["closed"] for answer in answers) == 2
        assert [subjects(world, email).count(subject) for email in OTHERS[:2]] == [1, 1]
    assert len([row for row in world.items("EvidenceTable") if row["kind"] == "closing"]) == 2


@pytest.mark.parametrize(("day", "place"), [(1082, place) for place in (1, 2, 3)] + [(1096, n) for n in range(1, 8)])
def test_a_login_keeps_the_account_up_to_the_last_moment_of_a_run(world: World, day: int, place: int) -> None:
    world.a_client()
    if day == 1096:
        review(world, 1082)
    world.clock.now = START + day * DAY
    logins: list[int] = []
    with faults(world, before=at_call(place, lambda: logins.append(world.log_in(PASSWORD).status))):
        answer = world.run_review()
    assert (logins, answer["closed"]) == ([200], 0)
    assert credential(world).announced_at is None
    assert review(world, 1096)["closed"] == 0


# ------------------------------------------------------------ cost


@pytest.mark.parametrize("resting", [0, 6])
def test_a_run_costs_what_is_due_however_many_accounts_rest(world: World, resting: int) -> None:
    unactivated(world, *(f"resting{number}@example.com" for number in range(resting)))
    review(world, 0)
    unactivated(world, EMAIL)
    world.call_counts()
    world.run_review()
    assert world.call_counts() == {"dynamodb:query": REVIEW_SHARDS, "dynamodb:get_item": 2, "dynamodb:update_item": 1}


def test_a_shard_of_many_pages_is_read_to_its_end(world: World) -> None:
    emails = [f"client{number}@example.com" for number in range(24)]
    unactivated(world, *emails)

    def one_a_page(_service: str, operation: str, parameters: Any) -> None:
        if operation == "query":
            parameters["Limit"] = 1

    with faults(world, before=one_a_page):
        assert world.run_review()["kept"] == len(emails)
