"""What operators do: each action, its races, and an account that is given back after a theft."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.people import OTHER_IBAN, PASSWORD
from tests.support.world import START, World, faults

EMAIL = "erika.muster@example.com"
THIEF = "dieb@example.net"
NEW_PASSWORD = "Ein anderer Satz über Birken"
THIEVES_PASSWORD = "Das will der Dieb nun haben"
ONE_ACCOUNT_ACTIONS = ("block", "unblock", "end_sessions", "restrict", "lift_restriction", "restore")


def account_id(world: World, email: str = EMAIL) -> str:
    """Return the id of the account that has an address."""
    return str(next(item["account_id"] for item in world.items("AccountsTable") if item["pk"] == f"credential#{email}"))


def state(world: World, email: str = EMAIL) -> Any:
    return world.ops(action="status", email=email)["account"]["state"]


def profile_status(world: World, token: str) -> int:
    return world.request("GET", "/api/profile", token=token).status


def change_email(world: World, token: str, new_email: str) -> None:
    """Ask for another address and press the button behind its link."""
    assert world.request("POST", "/api/profile/email-change", {"new_email": new_email}, token=token).status == 202
    link = world.next_mail(new_email).token("email-change")
    assert world.request("POST", "/api/email-changes/confirm", {"token": link}).status == 200
    world.run_mailer()


def reset_link(world: World, email: str) -> str:
    """Ask for a password reset and return the token of the mailed link."""
    # Notices that wait go first.
    world.run_mailer()
    world.request("POST", "/api/password-reset", {"email": email})
    return world.next_mail(email).token("reset")


def reset(world: World, token: str, password: str = NEW_PASSWORD) -> int:
    body = {"token": token, "new_password": password}
    return world.request("POST", "/api/password-reset/confirm", body).status


def once(deed: Callable[[], Any]) -> Callable[[str, str, Any], None]:
    """Return a hook that does something just before the first transaction of an operator."""
    done: list[Any] = []

    def before(_service: str, operation: str, _parameters: Any) -> None:
        if operation == "transact_write_items" and not done:
            done.append(None)
            done[0] = deed()

    return before


# ------------------------------------------------------------ status


def test_status_of_a_pending_registration_has_times_and_no_content(world: World) -> None:
    world.register()
    (attempt,) = world.items("RegistrationsTable")
    assert world.ops(action="status", email="Erika.Muster@EXAMPLE.com") == {
        "ok": True,
        "outcome": "done",
        "attempts": [
            {
                "reference": attempt["reference"],
                "requested_at": "2026-11-18T11:06:40Z",
                "expires_at": "2026-12-18T11:06:40Z",
                "mail_sent_at": "2026-11-18T11:06:40Z",
                "refused_at": None,
            }
        ],
        "account": None,
        "former_address_of": [],
    }


def test_a_mail_that_did_not_leave_and_an_expired_attempt_show(world: World) -> None:
    from tests.support.people import a_registration

    world.request("POST", "/api/registrations", a_registration())
    assert world.ops(action="status", email=EMAIL)["attempts"][0]["mail_sent_at"] is None
    world.clock.advance(30 * 86_400)
    assert world.ops(action="status", email=EMAIL) == {"ok": False, "code": "not_found"}


def test_status_follows_an_account_through_its_states(world: World) -> None:
    world.confirm(world.register())
    assert state(world) == "no_password_yet"
    world.run_mailer()
    assert state(world) == "initial_password"
    world.clock.advance(7 * 86_400)
    assert state(world) == "initial_password_expired"
    assert reset(world, reset_link(world, EMAIL)) == 204
    assert state(world) == "active"
    world.ops(action="block", email=EMAIL)
    assert state(world) == "blocked"


def test_status_says_when_the_opt_in_mail_left(world: World) -> None:
    mail = world.register()
    world.clock.advance(60)
    world.confirm(mail)
    found = world.ops(action="status", email=EMAIL)["account"]
    assert (found["id"], found["created_at"]) == (account_id(world), "2026-11-18T11:07:40Z")
    assert found["opt_in_mail_sent_at"] == "2026-11-18T11:06:40Z"


def test_an_opt_in_mail_that_was_noted_after_the_click_shows_too(world: World) -> None:
    """The mail is sent, the person clicks at once, and only then the mailer notes it: with the evidence."""

    def click(_service: str, operation: str, _parameters: Any) -> None:
        if operation == "send_email" and len(world.mails()) == 1:
            world.confirm(world.mails()[0])

    with faults(world, after=click):
        world.register()
    assert world.ops(action="status", email=EMAIL)["account"]["opt_in_mail_sent_at"] == "2026-11-18T11:06:40Z"


def test_status_finds_an_account_by_the_address_that_it_had(world: World) -> None:
    change_email(world, world.a_client(), THIEF)
    assert world.ops(action="status", email=EMAIL)["former_address_of"] == [
        {
            "id": account_id(world, THIEF),
            "state": "active",
            "created_at": "2026-11-18T11:06:40Z",
            "opt_in_mail_sent_at": "2026-11-18T11:06:40Z",
            "processing_restricted": None,
            "unreachable": None,
            "changed_at": "2026-11-18T11:06:40Z",
            "until": "2026-12-18T11:06:40Z",
        }
    ]
    world.clock.advance(30 * 86_400)
    assert world.ops(action="status", email=EMAIL) == {"ok": False, "code": "not_found"}


def test_a_flood_of_registrations_does_not_hide_a_former_address(world: World) -> None:
    change_email(world, world.a_client(), THIEF)
    (former,) = world.dynamodb.scan(TableName="RegistrationsTable")["Items"]
    for number in range(60):
        other = {"pk": {"S": f"change#{number}"}, "requested_at": {"N": str(START + 1 + number)}}
        world.dynamodb.put_item(TableName="RegistrationsTable", Item={**former, **other})
    assert len(world.ops(action="status", email=EMAIL)["former_address_of"]) == 1


# ------------------------------------------------------------ block, unblock, end_sessions


@pytest.mark.parametrize("by", ["email", "account_id"])
def test_a_block_shuts_out_and_an_unblock_lets_in_with_the_same_password(world: World, by: str) -> None:
    token = world.a_client()
    own = account_id(world)
    who: dict[str, Any] = {by: {"email": EMAIL, "account_id": own}[by]}
    assert world.ops(action="block", **who) == {"ok": True, "outcome": "done", "account_id": own}
    assert (profile_status(world, token), world.log_in(PASSWORD).status) == (401, 401)
    assert world.ops(action="block", **who)["outcome"] == "already"
    assert world.ops(action="unblock", **who) == {"ok": True, "outcome": "done", "account_id": own}
    assert (profile_status(world, token), world.log_in(PASSWORD).status) == (401, 200)
    assert world.ops(action="unblock", **who)["outcome"] == "already"


def test_end_sessions_ends_all_of_one_account_and_its_links_but_not_the_password(world: World) -> None:
    token, other = world.a_client(), world.a_client(email="otto@example.org")
    link = reset_link(world, EMAIL)
    assert world.ops(action="end_sessions", email=EMAIL)["outcome"] == "done"
    assert (profile_status(world, token), profile_status(world, other), reset(world, link)) == (401, 200, 410)
    assert world.log_in(PASSWORD).status == 200


def test_the_sessions_of_a_blocked_account_are_over_already(world: World) -> None:
    world.a_client()
    world.ops(action="block", email=EMAIL)
    before = world.items("AccountsTable")
    assert world.ops(action="end_sessions", email=EMAIL)["outcome"] == "already"
    assert world.items("AccountsTable") == before


@pytest.mark.parametrize("action", ["block", "end_sessions", "restore"])
def test_an_account_that_changes_in_the_same_moment_is_looked_at_again(world: World, action: str) -> None:
    token = world.a_client()

    def reset_in_between() -> None:
        assert reset(world, link) == 204

    link = reset_link(world, EMAIL)
    with faults(world, before=once(reset_in_between)):
        assert world.ops(action=action, email=EMAIL)["outcome"] == "done"
    assert profile_status(world, token) == 401
    generations = {item["generation"] for item in world.items("AccountsTable")}
    assert generations == {3}  # password chosen, reset, and the operator


def test_of_two_unblocks_at_once_the_second_finds_it_done(world: World) -> None:
    world.a_client()
    world.ops(action="block", email=EMAIL)
    with faults(world, before=once(lambda: world.ops(action="unblock", email=EMAIL))):
        assert world.ops(action="unblock", email=EMAIL)["outcome"] == "already"
    assert state(world) == "active"


def test_an_unblock_does_not_undo_what_ended_meanwhile(world: World) -> None:
    """Between look and write the account is opened and blocked again by its owner's notice: another generation."""
    world.a_client()
    world.ops(action="block", email=EMAIL)

    def again() -> None:
        world.ops(action="unblock", email=EMAIL)
        world.ops(action="block", email=EMAIL)

    with faults(world, before=once(again)):
        assert world.ops(action="unblock", email=EMAIL)["outcome"] == "done"
    assert {(item["generation"], item["blocked"]) for item in world.items("AccountsTable")} == {(3, False)}


@pytest.mark.parametrize("action", ONE_ACCOUNT_ACTIONS)
@pytest.mark.parametrize("who", [{"email": "nobody@example.org"}, {"account_id": "nobody"}])
def test_nobody_is_not_found(world: World, action: str, who: dict[str, Any]) -> None:
    assert world.ops(action=action, **who) == {"ok": False, "code": "not_found"}


def test_a_former_address_blocks_nobody(world: World) -> None:
    change_email(world, world.a_client(), THIEF)
    assert world.ops(action="block", email=EMAIL) == {"ok": False, "code": "not_found"}


# ------------------------------------------------------------ restore


def test_a_stolen_account_goes_back_to_its_owner(world: World) -> None:
    token = world.a_client()
    change_email(world, token, THIEF)
    notice = world.mails(EMAIL)[-1].token("freeze")
    thief = world.log_in(PASSWORD, THIEF).json["access_token"]
    body = {"current_password": PASSWORD, "new_password": THIEVES_PASSWORD, "delivery": "body"}
    thief = world.request("PUT", "/api/password", body, token=thief).json
    thieves_reset = reset_link(world, THIEF)
    own = account_id(world, THIEF)

    assert world.request("POST", "/api/accounts/freeze", {"token": notice}).status == 204
    (found,) = world.ops(action="status", email=EMAIL)["former_address_of"]
    assert (found["id"], found["state"]) == (own, "blocked")
    answer = world.ops(action="restore", email=EMAIL, to_former_address=True)
    assert answer == {"ok": True, "outcome": "done", "account_id": own}
    assert state(world) == "no_password_yet"

    for password in (PASSWORD, THIEVES_PASSWORD):
        assert {world.log_in(password, email).status for email in (EMAIL, THIEF)} == {401}
    assert profile_status(world, thief["access_token"]) == 401
    refresh = {"refresh_token": thief["refresh_token"]}
    assert world.request("POST", "/api/session/refresh", refresh).status == 401
    assert reset(world, thieves_reset, THIEVES_PASSWORD) == 410
    sent = len(world.mails(THIEF))
    world.request("POST", "/api/password-reset", {"email": THIEF})
    world.run_mailer()
    assert not [mail for mail in world.mails(THIEF)[sent:] if "/reset#" in mail.text]

    assert reset(world, reset_link(world, EMAIL)) == 204
    back = world.log_in(NEW_PASSWORD).json["access_token"]
    assert world.request("GET", "/api/profile", token=back).json["email"] == EMAIL
    assert world.ops(action="status", email=THIEF) == {"ok": False, "code": "not_found"}
    assert not [item for item in world.items("RegistrationsTable") if item["pk"].startswith("former#")]


def test_bank_details_of_a_thief_wait_for_the_owner(world: World) -> None:
    token = world.a_client()
    etag = world.request("GET", "/api/profile", token=token).headers["ETag"]
    changed = world.request(
        "PUT", "/api/profile/bank-details", {"iban": OTHER_IBAN}, token=token, headers={"If-Match": etag}
    )
    assert changed.status == 200, changed.text
    (account,) = [item for item in world.items("AccountsTable") if item["pk"].startswith("account#")]
    assert account["bank_reviewed"] is True
    world.ops(action="restore", email=EMAIL)
    (after,) = [item for item in world.items("AccountsTable") if item["pk"].startswith("account#")]
    assert (after["bank_reviewed"], after["version"]) == (False, account["version"] + 1)


def test_a_restore_without_a_change_of_address_takes_the_password_only(world: World) -> None:
    token = world.a_client()
    world.ops(action="block", email=EMAIL)
    assert world.ops(action="restore", email=EMAIL)["outcome"] == "done"
    assert (state(world), profile_status(world, token), world.log_in(PASSWORD).status) == ("no_password_yet", 401, 401)
    before = world.items("AccountsTable")
    assert world.ops(action="restore", email=EMAIL)["outcome"] == "already"
    assert world.items("AccountsTable") == before
    assert reset(world, reset_link(world, EMAIL)) == 204


def test_a_restore_by_a_former_address_may_leave_the_present_one(world: World) -> None:
    change_email(world, world.a_client(), THIEF)
    assert world.ops(action="restore", email=EMAIL)["outcome"] == "done"
    assert state(world, THIEF) == "no_password_yet"


def test_a_repeated_restore_to_the_former_address_finds_it_done(world: World) -> None:
    change_email(world, world.a_client(), THIEF)
    answers = [world.ops(action="restore", email=EMAIL, to_former_address=True)["outcome"] for _ in range(2)]
    assert answers == ["done", "already"]


def test_over_several_changes_the_address_that_was_named_comes_back(world: World) -> None:
    change_email(world, world.a_client(), THIEF)
    change_email(world, world.log_in(PASSWORD, THIEF).json["access_token"], "dieb2@example.net")
    own = account_id(world, "dieb2@example.net")
    assert world.ops(action="restore", email=EMAIL, to_former_address=True)["account_id"] == own
    assert account_id(world) == own


def test_an_address_that_was_changed_back_already_stays(world: World) -> None:
    change_email(world, world.a_client(), THIEF)
    change_email(world, world.log_in(PASSWORD, THIEF).json["access_token"], EMAIL)
    assert world.ops(action="restore", email=EMAIL, to_former_address=True)["outcome"] == "done"
    assert state(world) == "no_password_yet"


def test_an_address_with_another_account_is_not_taken_from_it(world: World) -> None:
    change_email(world, world.a_client(), THIEF)
    world.a_client()
    before = world.items("AccountsTable")
    answer = world.ops(action="restore", email=EMAIL, to_former_address=True)
    assert answer == {"ok": False, "code": "address_taken"}
    assert world.items("AccountsTable") == before


def test_an_address_that_gets_an_account_in_the_same_moment_is_not_taken_from_it(world: World) -> None:
    change_email(world, world.a_client(), THIEF)
    opt_in = world.register()
    with faults(world, before=once(lambda: world.confirm(opt_in))):
        answer = world.ops(action="restore", email=EMAIL, to_former_address=True)
    assert answer == {"ok": False, "code": "address_taken"}
    assert account_id(world) != account_id(world, THIEF)


def test_whoever_has_an_address_by_now_keeps_the_password_when_the_record_of_it_is_over(world: World) -> None:
    change_email(world, world.a_client(), THIEF)
    world.clock.advance(30 * 86_400)
    world.a_client()
    answer = world.ops(action="restore", email=EMAIL, to_former_address=True)
    assert answer == {"ok": False, "code": "not_found"}
    assert world.log_in(PASSWORD).status == 200


def test_a_record_that_expires_in_the_same_moment_is_not_used(world: World) -> None:
    change_email(world, world.a_client(), THIEF)
    world.clock.advance(30 * 86_400 - 1)
    (former,) = world.items("RegistrationsTable")

    def expire() -> None:
        world.dynamodb.delete_item(TableName="RegistrationsTable", Key={"pk": {"S": former["pk"]}})

    with faults(world, before=once(expire)):
        answer = world.ops(action="restore", email=EMAIL, to_former_address=True)
    assert answer == {"ok": False, "code": "not_found"}
    assert state(world, THIEF) == "active"


def test_of_two_accounts_that_had_an_address_the_operator_names_one(world: World) -> None:
    change_email(world, world.a_client(), "first@example.org")
    change_email(world, world.a_client(), "second@example.org")
    ambiguous = world.ops(action="restore", email=EMAIL, to_former_address=True)
    assert ambiguous == {"ok": False, "code": "ambiguous"}
    own = account_id(world, "first@example.org")
    answer = world.ops(action="restore", email=EMAIL, account_id=own, to_former_address=True)
    assert (answer["outcome"], account_id(world)) == ("done", own)


# ------------------------------------------------------------ everyone


def test_everyone_is_logged_out_and_counters_stay(world: World) -> None:
    tokens = [world.a_client(email=f"client{number}@example.org") for number in range(3)]
    counters = [item for item in world.items("SessionsTable") if item["pk"].startswith("counter#")]
    running = len(world.sessions())
    answer = world.ops(action="end_all_sessions", confirm="everyone")
    assert answer == {"ok": True, "outcome": "done", "ended": running, "complete": True, "cursor": None}
    assert {profile_status(world, token) for token in tokens} == {401}
    assert counters
    assert world.items("SessionsTable") == counters
    assert world.log_in(PASSWORD, "client0@example.org").status == 200


def test_the_end_of_all_sessions_goes_on_where_its_time_was_over(world: World) -> None:
    world.a_client()
    for _ in range(4):
        world.log_in(PASSWORD)
    total = len(world.sessions())
    first = world.ops(action="end_all_sessions", confirm="everyone", sessions=2)
    assert (first["ok"], first["outcome"], first["ended"], first["complete"]) == (True, "incomplete", 2, False)
    rest = world.ops(action="end_all_sessions", confirm="everyone", cursor=first["cursor"])
    assert (rest["ended"], rest["complete"]) == (total - 2, True)
    assert world.sessions() == []


def test_without_time_for_one_session_the_cursor_stays(world: World) -> None:
    world.a_client()
    answer = world.ops(action="end_all_sessions", confirm="everyone", sessions=0, cursor="x")
    assert (answer["ended"], answer["complete"], answer["cursor"]) in {(0, False, "x"), (0, True, None)}


def test_sessions_come_page_by_page_although_their_pages_are_deleted(world: World) -> None:
    world.a_client()
    for _ in range(5):
        world.log_in(PASSWORD)

    def small(_service: str, operation: str, parameters: Any) -> None:
        if operation == "scan":
            parameters["Limit"] = 2

    with faults(world, before=small):
        assert world.ops(action="end_all_sessions", confirm="everyone")["complete"]
    assert world.sessions() == []


# ------------------------------------------------------------ failures


@pytest.mark.parametrize("action", [*ONE_ACCOUNT_ACTIONS, "status"])
def test_when_dynamodb_is_away_the_answer_says_so(world: World, action: str) -> None:
    from botocore.exceptions import ConnectTimeoutError

    def away(*_: Any) -> None:
        raise ConnectTimeoutError(endpoint_url="")

    with faults(world, before=away):
        assert world.ops(action=action, email=EMAIL) == {"ok": False, "code": "unavailable"}
