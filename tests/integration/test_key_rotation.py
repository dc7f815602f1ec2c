"""Keys rotate while a session is open, a link is pending and a refresh token is held (ASVS 11.2.2)."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass

from portal.domain.key import SWITCH_SECONDS, KeyUse
from tests.support.people import PASSWORD
from tests.support.world import World
from tools.keys.rotation import USES, Action, run

LINK_DAYS = 30 * 86_400


@dataclass
class WorldDeployment:
    """Satisfies ``tools.keys.rotation.Deployment``."""

    world: World

    def parameters(self) -> Mapping[str, str]:
        return self.world.names

    def made_at(self, logical_id: str) -> int:
        return self.world.key_made_at[logical_id]

    def update(self, changes: Mapping[str, str]) -> None:
        # Never in the same second: a key's age says which is the newer one.
        self.world.clock.advance(60)
        self.world.deploy(**changes)


def change_keys(world: World, action: Action, use: KeyUse) -> list[dict[str, str]]:
    return [step.changes for step in run(action, use, WorldDeployment(world), world.clock())]


def kid(token: str) -> str:
    header = token.partition(".")[0]
    found: str = json.loads(urlsafe_b64decode(header + "=" * (-len(header) % 4)))["kid"]
    return found


def published(world: World) -> set[str]:
    return {key["kid"] for key in world.request("GET", "/.well-known/jwks.json").json["keys"]}


def refreshed(world: World, refresh_token: str) -> dict[str, str]:
    answer = world.request("POST", "/api/session/refresh", {"refresh_token": refresh_token})
    assert answer.status == 200, answer.text
    found: dict[str, str] = answer.json
    return found


def test_a_rotation_logs_nobody_out_and_kills_no_link(world: World) -> None:
    world.a_client()
    held = world.log_in(PASSWORD, delivery="body").json
    pending = world.register(email="max.beispiel@example.org")
    for use in USES:
        assert len(change_keys(world, "rotate", use)) == 2

    assert published(world) > {kid(held["access_token"])}
    assert world.request("GET", "/api/profile", token=held["access_token"]).status == 200
    renewed = refreshed(world, held["refresh_token"])
    assert kid(renewed["access_token"]) in published(world) - {kid(held["access_token"])}
    assert world.request("GET", "/api/profile", token=renewed["access_token"]).status == 200
    newer = world.register(email="eva.beispiel@example.net")
    assert kid(newer.token("confirm")) != kid(pending.token("confirm"))
    assert [world.confirm(mail).status for mail in (pending, newer)] == [200, 200]


def test_a_link_of_before_works_until_its_own_time_is_over_and_then_its_key_goes(world: World) -> None:
    pending = world.register()
    change_keys(world, "rotate", "link")
    world.clock.now = world.items("RegistrationsTable")[0]["expires_at"] - 1
    assert world.confirm(pending).status == 200
    world.clock.now = world.key_made_at["LinkKeyB"] + LINK_DAYS + SWITCH_SECONDS
    assert [change["LinkKeySlots"] for change in change_keys(world, "retire", "link")] == ["one"]
    assert world.confirm(pending).json["code"] == "invalid_link"


def test_a_rotation_follows_on_the_next_and_each_key_is_a_new_one(world: World) -> None:
    kids = [published(world)]
    for _ in range(3):
        change_keys(world, "rotate", "access-token")
        world.clock.advance(LINK_DAYS)
        change_keys(world, "retire", "access-token")
        kids.append(published(world))
    assert all(len(found) == 1 for found in kids)
    assert len(set.union(*kids)) == 4


def test_in_an_emergency_tokens_of_before_die_and_the_session_lives(world: World) -> None:
    world.a_client()
    held = world.log_in(PASSWORD, delivery="body").json
    change_keys(world, "revoke", "access-token")
    assert world.request("GET", "/api/profile", token=held["access_token"]).status == 401
    assert kid(held["access_token"]) not in published(world)
    renewed = refreshed(world, held["refresh_token"])
    assert world.request("GET", "/api/profile", token=renewed["access_token"]).status == 200


def test_in_an_emergency_links_of_before_die_and_a_resend_brings_one_that_works(world: World) -> None:
    pending = world.register()
    change_keys(world, "rotate", "link")
    change_keys(world, "revoke", "link")
    assert world.confirm(pending).json["code"] == "invalid_link"
    world.request("POST", "/api/registrations/resend", {"email": "erika.muster@example.com"})
    assert world.confirm(world.next_mail()).status == 200


def test_every_function_reads_the_keys_that_there_are(world: World) -> None:
    world.a_client()
    change_keys(world, "rotate", "access-token")
    change_keys(world, "rotate", "link")
    keys = world.review({"task": "keys"}, None)["keys"]
    assert [key["use"] for key in keys] == ["link", "access-token"]
