"""Whoever finds a weakness finds out where to report it (RFC 9116)."""

from datetime import datetime

from tests.support.world import World

PATH = "/.well-known/security.txt"


def fields(world: World) -> dict[str, str]:
    answer = world.request("GET", PATH)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert answer.text.endswith("\n")
    return dict(line.split(": ", 1) for line in answer.text.splitlines())


def test_it_names_contact_end_languages_and_its_own_address(world: World) -> None:
    found = fields(world)
    assert list(found) == ["Contact", "Expires", "Preferred-Languages", "Canonical"]
    assert found["Contact"] == "mailto:security@portal.example.com"
    assert found["Canonical"] == f"https://portal.example.com{PATH}"


def test_it_never_lapses_and_says_less_than_a_year(world: World) -> None:
    for _ in range(3):
        end = datetime.fromisoformat(fields(world)["Expires"]).timestamp()
        assert 179 * 86_400 <= end - world.clock() <= 180 * 86_400
        world.clock.advance(200 * 86_400)


def test_a_page_on_how_reports_are_handled_is_named_where_there_is_one(world: World) -> None:
    world.deploy(SecurityPolicyUrl="https://portal.example.com/sicherheit")
    assert fields(world)["Policy"] == "https://portal.example.com/sicherheit"
