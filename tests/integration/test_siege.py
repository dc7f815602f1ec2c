"""Attacker and owner at one address, in any order (pre-hijacking after Sudhodanan and Paverd, takeover, lock-out)."""

import os
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from moto import mock_aws

from portal.domain import ids
from tests.integration.conftest import SIEGE
from tests.support.siege import GUESSES, HOME, OWN_PASSWORDS, Dice, Siege
from tests.support.tables import Tables
from tests.support.world import World

# `make siege` runs longer, and other games each time.
LONG = "SIEGE_RUNS" in os.environ
RUNS = int(os.environ.get("SIEGE_RUNS", "12"))
STEPS = 60 if LONG else 25

CLIENT = ("registered", "confirmed", "client")
Step = Callable[[Siege], None]

# What is known to have worked elsewhere (pre-hijacking after Sudhodanan and Paverd: unexpired session, trojan
# identifier, unexpired change of address), and what short games seldom reach.
PLOTS: dict[str, tuple[tuple[str, ...], tuple[Step, ...]]] = {
    "a session from before the reset": (
        CLIENT,
        (
            lambda game: game.attacker_steals_what_the_browser_holds(),
            lambda game: game.owner_asks_for_a_reset(),
            lambda game: game.owner_resets(OWN_PASSWORDS[1], 0),
            lambda game: game.attacker_refreshes_what_he_stole(),
        ),
    ),
    "a session from before the change of the password": (
        CLIENT,
        (
            lambda game: game.attacker_steals_what_the_browser_holds(),
            lambda game: game.owner_changes_the_password(OWN_PASSWORDS[1]),
            lambda game: game.attacker_guesses(HOME, 2),
            lambda game: game.attacker_changes_the_password(GUESSES[0], 2),
        ),
    ),
    "a session from before the logout": (
        CLIENT,
        (
            lambda game: game.attacker_steals_what_the_browser_holds(),
            lambda game: game.owner_logs_out(),
        ),
    ),
    "a change of address from before the reset": (
        (*CLIENT, "robbed"),
        (
            lambda game: game.owner_asks_for_a_reset(),
            lambda game: game.owner_resets(OWN_PASSWORDS[1], 0),
            lambda game: game.attacker_uses_all_his_links(GUESSES[0]),
        ),
    ),
    "an attempt of the attacker before that of the owner, and after it": (
        (),
        (
            lambda game: game.attacker_registers_the_owner(HOME),
            lambda game: game.owner_registers(),
            lambda game: game.attacker_registers_the_owner(HOME),
            lambda game: game.owner_asks_for_the_mail_again(),
            lambda game: game.owner_confirms_what_she_knows(0),
            lambda game: game.owner_rejects_what_she_does_not_know(0),
        ),
    ),
    "two attempts of the owner, both confirmed": (
        ("registered", "registered"),
        (
            lambda game: game.owner_confirms_what_she_knows(0),
            lambda game: game.owner_confirms_what_she_knows(1),
        ),
    ),
    "an attempt of the owner, confirmed after she closed": (
        ("registered", *CLIENT),
        (
            lambda game: game.owner_closes(),
            lambda game: game.owner_confirms_what_she_knows(1),
        ),
    ),
    "two changes to the same address": (
        (*CLIENT, "moving", "rivalled"),
        (
            lambda game: game.owner_confirms_an_address(0),
            lambda game: game.owner_logs_in(),
        ),
    ),
    "the whole account, and back": (
        CLIENT,
        (
            lambda game: game.attacker_takes_the_account_along(confirms=True),
            lambda game: game.attacker_uses_all_his_links(GUESSES[0]),
            lambda game: game.owner_freezes(0),
            lambda game: game.operators_give_the_account_back(),
            lambda game: game.attacker_uses_all_his_links(GUESSES[1]),
        ),
    ),
    "the whole account, and a new one in its place": (
        CLIENT,
        (
            lambda game: game.attacker_takes_the_account_along(confirms=True),
            lambda game: game.owner_registers(),
            lambda game: game.owner_confirms_what_she_knows(0),
            lambda game: game.owner_changes_the_password(OWN_PASSWORDS[1]),
            lambda game: game.attacker_uses_all_his_links(GUESSES[0]),
        ),
    ),
}


@pytest.fixture
def siege(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Siege]]:
    """The machine, with a portal of its own."""
    with mock_aws():
        world = World()
        dice = Dice(0)
        monkeypatch.setattr(ids, "secrets", dice)
        attributes = {"world": world, "dice": dice, "empty": Tables(world.dynamodb).read(), "seen": Counter()}
        yield type("SiegeOfThisPortal", (Siege,), attributes)


@pytest.mark.parametrize("plot", PLOTS)
def test_a_known_plot_fails(siege: type[Siege], plot: str) -> None:
    beginning, steps = PLOTS[plot]
    game = siege()
    game.begins(beginning, own=False)
    for step in steps:
        step(game)
        game.each_address_has_one_account_with_the_data_of_its_holder()
        game.what_ended_stays_over()
    game.teardown()


def test_the_owner_wins(siege: type[Siege]) -> None:
    run_state_machine_as_test(
        siege,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            derandomize=not LONG,
            deadline=None,
            # A game is short enough to be read as it is; the shortest one takes minutes to find.
            phases=(Phase.generate, Phase.shrink) if LONG else (Phase.generate,),
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    SIEGE.update(siege.seen)
