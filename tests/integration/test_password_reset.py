"""A forgotten password."""

import pytest

from tests.support.people import PASSWORD
from tests.support.world import Answer, SentMail, World

EMAIL = "erika.muster@example.com"
OTHER_PASSWORD = "Ein anderer Satz über Birken"


def ask(world: World, email: str = EMAIL, **headers: str) -> Answer:
    return world.request("POST", "/api/password-reset", {"email": email}, headers=headers)


def reset(world: World, mail: SentMail, password: str = OTHER_PASSWORD) -> Answer:
    body = {"token": mail.token("reset"), "new_password": password}
    return world.request("POST", "/api/password-reset/confirm", body)


def test_a_reset_sets_a_new_password_ends_all_sessions_and_logs_nobody_in(world: World) -> None:
    token = world.a_client()
    answer = ask(world)
    assert (answer.status, answer.json) == (202, {"status": "reset_sent"})
    done = reset(world, world.next_mail(EMAIL))
    assert (done.status, done.text, done.cookies) == (204, "", [])
    assert world.request("GET", "/api/profile", token=token).status == 401
    assert world.log_in(PASSWORD).status == 401
    assert world.log_in(OTHER_PASSWORD).json["scope"] == "portal"


def test_the_owner_is_told_of_a_reset_and_can_block_the_account(world: World) -> None:
    world.a_client()
    ask(world)
    assert reset(world, world.next_mail(EMAIL)).status == 204
    mail = world.next_mail(EMAIL)
    assert mail.subject == "Mandantenportal: Ihr Passwort wurde neu gesetzt"
    assert OTHER_PASSWORD not in mail.text
    assert world.request("POST", "/api/accounts/freeze", {"token": mail.token("freeze")}).status == 204
    assert world.log_in(OTHER_PASSWORD).status == 401


def test_a_link_works_once(world: World) -> None:
    world.a_client()
    ask(world)
    mail = world.next_mail()
    reset(world, mail)
    again = reset(world, mail, "Noch ein Satz von anderen Bäumen")
    assert (again.status, again.json["code"]) == (410, "link_expired")


def test_of_two_links_the_one_used_ends_the_other(world: World) -> None:
    world.a_client()
    for _ in range(2):
        ask(world)
        world.run_mailer()
    first, second = world.mails()[-2:]
    assert reset(world, second).status == 204
    assert reset(world, first).status == 410


@pytest.mark.parametrize(("seconds", "status"), [(3599, 204), (3600, 410)])
def test_a_link_lasts_an_hour(world: World, seconds: int, status: int) -> None:
    world.a_client()
    ask(world)
    mail = world.next_mail()
    world.clock.advance(seconds)
    assert reset(world, mail).status == status


def test_a_password_change_or_the_end_of_all_sessions_ends_the_link(world: World) -> None:
    token = world.a_client()
    ask(world)
    mail = world.next_mail()
    assert world.request("DELETE", "/api/sessions", token=token).status == 204
    assert reset(world, mail).status == 410


def test_a_refused_password_leaves_the_link_usable(world: World) -> None:
    world.a_client()
    ask(world)
    mail = world.next_mail()
    for password, code in (("kurz", "password_too_short"), ("Erika Mustermann 1985", "password_too_personal")):
        answer = reset(world, mail, password)
        assert (answer.status, answer.errors) == (422, {"/new_password": code})
    assert reset(world, mail).status == 204


def test_a_reset_replaces_an_expired_initial_password(world: World) -> None:
    initial = world.a_client_with_initial_password()
    world.clock.advance(8 * 86400)
    assert world.log_in(initial).status == 401
    ask(world)
    assert reset(world, world.next_mail()).status == 204
    assert world.log_in(OTHER_PASSWORD).json["scope"] == "portal"


def test_a_reset_works_before_the_credential_mail_was_sent_and_is_not_undone_by_it(world: World) -> None:
    world.confirm(world.register())
    ask(world)
    (row,) = [item for item in world.items("OutboxTable") if item["kind"] == "credentials"]
    world.dynamodb.update_item(
        TableName="OutboxTable",
        Key={"pk": {"S": row["pk"]}},
        UpdateExpression="SET next_attempt_at = :later",
        ExpressionAttributeValues={":later": {"N": str(world.clock.now + 100)}},
    )
    assert reset(world, world.next_mail()).status == 204
    world.run_mailer()  # the notice of the reset
    world.clock.advance(100)
    sent = len(world.mails())
    world.run_mailer()
    assert len(world.mails()) == sent
    assert world.log_in(OTHER_PASSWORD).status == 200


def test_a_known_address_gets_a_mail_in_any_spelling_and_an_unknown_one_none(world: World) -> None:
    world.a_client()
    for email in (EMAIL, "nobody@example.com", "Erika.Muster@EXAMPLE.com"):
        ask(world, email)
    sent = len(world.mails())
    world.run_mailer()
    assert [mail.to for mail in world.mails()[sent:]] == [[EMAIL]] * 2


def test_the_order_of_a_reset_names_nobody(world: World) -> None:
    ask(world, "nobody@example.com")
    (row,) = world.items("OutboxTable")
    assert "nobody" not in str(row)
    world.run_mailer()
    (row,) = world.items("OutboxTable")
    assert (row["status"], "recipient" in row) == ("dropped", False)


@pytest.mark.parametrize("kind", ["confirm", "reject"])
def test_the_link_of_another_purpose_resets_nothing(world: World, kind: str) -> None:
    mail = world.register()
    body = {"token": mail.token(kind), "new_password": OTHER_PASSWORD}
    answer = world.request("POST", "/api/password-reset/confirm", body)
    assert (answer.status, answer.json["code"]) == (400, "invalid_link")


def test_the_mail_is_in_the_language_of_the_account_and_promises_nothing_in_the_url(world: World) -> None:
    world.a_client(locale="en")
    ask(world, **{"Accept-Language": "de"})
    mail = world.next_mail()
    assert "password" in mail.subject
    assert "/reset#token=" in mail.text
