"""The opt-in mail once more."""

import pytest

from tests.support.people import a_registration
from tests.support.world import Answer, World

EMAIL = "erika.muster@example.com"


def resend(world: World, email: str = EMAIL) -> Answer:
    return world.request("POST", "/api/registrations/resend", {"email": email})


def test_one_mail_names_all_pending_attempts_newest_first_and_each_link_works(world: World) -> None:
    references = []
    for _ in range(2):
        answer = world.request("POST", "/api/registrations", a_registration())
        references.append(answer.json["reference"])
        world.clock.advance(60)
    world.run_mailer()
    # The budget of a mailbox: three mails an hour.
    world.clock.advance(3600)
    assert (resend(world).status, resend(world, EMAIL.upper()).json) == (202, {"status": "confirmation_sent"})
    sent = len(world.mails())
    mail = world.next_mail()
    assert len(world.mails()) == sent + 2
    assert mail.text.index(references[1]) < mail.text.index(references[0])
    tokens = [line.partition("#token=")[2] for line in mail.text.splitlines() if "/confirm#token=" in line]
    assert len(tokens) == 2
    assert world.request("POST", "/api/registrations/confirm", {"token": tokens[1]}).status == 200


def test_of_many_attempts_the_three_newest_are_named(world: World) -> None:
    references = []
    for _ in range(4):
        references.append(world.request("POST", "/api/registrations", a_registration()).json["reference"])
        world.run_mailer()
        world.clock.advance(1200)
    resend(world)
    mail = world.next_mail()
    assert [reference in mail.text for reference in references] == [False, True, True, True]


def test_a_resend_does_not_prolong_anything(world: World) -> None:
    world.register()
    (before,) = world.items("RegistrationsTable")
    world.clock.advance(3600)
    resend(world)
    world.run_mailer()
    (after,) = world.items("RegistrationsTable")
    changed = {"last_mail_sent_at", "last_mail_message_id"}
    assert {k: v for k, v in after.items() if k not in changed} == {k: v for k, v in before.items() if k not in changed}


def test_the_proof_names_the_first_mail_and_the_last(world: World) -> None:
    """All of them hold the same link, so which one was clicked is not known."""
    world.register()
    for _ in range(2):
        world.clock.advance(3600)
        resend(world)
        world.run_mailer()
    world.clock.advance(3600)
    assert world.confirm(world.mails()[-1]).status == 200
    (given,) = world.ops(action="proof", email=EMAIL)["proofs"]
    assert [(event["step"], event["at"]) for event in given["events"]] == [
        ("requested", "2026-11-18T11:06:40Z"),
        ("mail_sent", "2026-11-18T11:06:40Z"),
        ("mail_sent_again", "2026-11-18T13:06:40Z"),
        ("confirmed", "2026-11-18T14:06:40Z"),
    ]
    assert given["complete"]
    ids = [event["facts"]["mail_message_id"] for event in given["events"][1:3]]
    assert len(set(ids)) == 2


@pytest.mark.parametrize("lag", [0, 1])
def test_an_expired_attempt_is_not_named(world: World, lag: int) -> None:
    world.register()
    world.clock.advance(30 * 86400 + lag)
    resend(world)
    sent = len(world.mails())
    world.run_mailer()
    assert len(world.mails()) == sent


def test_known_and_pending_addresses_get_a_mail_and_an_unknown_one_none(world: World) -> None:
    world.a_client()
    world.register(email="pending@example.org")
    for email in (EMAIL, "pending@example.org", "nobody@example.net"):
        resend(world, email)
    sent = len(world.mails())
    world.run_mailer()
    assert {tuple(mail.to) for mail in world.mails()[sent:]} == {(EMAIL,), ("pending@example.org",)}


def test_what_is_no_address_is_refused_by_its_name(world: World) -> None:
    assert resend(world, "no address").errors == {"/email": "email_invalid"}
