"""The steps of rotations, and what the file of the next deployment says afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from portal.domain.key import LONGEST_VALID_SECONDS, SWITCH_SECONDS, KeyPair, KeyUse
from tests.support.template import ROOT
from tools.keys import __main__ as command
from tools.keys.cloud import noted
from tools.keys.rotation import Action, NotNow, State, describe, steps
from tools.local.parameters import read_environment

NOW = 1_795_000_000
YEAR, MINUTE = 365 * 86_400, 60
LONG_AGO = NOW - YEAR

Change = tuple[str, str]


def changes(action: Action, state: State) -> list[Change]:
    """Return active slot and slots after each step."""
    return [(step.changes["ActiveLinkKeySlot"], step.changes["LinkKeySlots"]) for step in steps(action, state, NOW)]


def link_keys(active: str, active_since: int, other_since: int | None = None) -> State:
    return State("link", active, KeyPair("link", active_since, other_since))


@pytest.mark.parametrize(("active", "other"), [("A", "B"), ("B", "A")])
def test_a_rotation_makes_the_key_known_before_it_signs(active: str, other: str) -> None:
    assert changes("rotate", link_keys(active, LONG_AGO)) == [(active, "both"), (other, "both")]


def test_a_rotation_that_was_cut_short_goes_on() -> None:
    assert changes("rotate", link_keys("A", LONG_AGO, NOW - MINUTE)) == [("B", "both")]


def test_a_key_that_waited_for_longer_than_a_day_never_signs() -> None:
    waited = link_keys("A", LONG_AGO, NOW - SWITCH_SECONDS)
    assert changes("rotate", waited) == [("A", "one"), ("A", "both"), ("B", "both")]


def test_the_next_rotation_takes_along_what_was_not_retired() -> None:
    assert changes("rotate", link_keys("B", LONG_AGO, LONG_AGO - YEAR)) == [("B", "one"), ("B", "both"), ("A", "both")]


@pytest.mark.parametrize("action", ["rotate", "retire"])
def test_no_key_goes_while_something_that_it_signed_may_be_valid(action: Action) -> None:
    since = NOW - LONGEST_VALID_SECONDS["link"]
    with pytest.raises(NotNow, match="slot A signed may be valid until 2026-11-19"):
        steps(action, link_keys("B", since, LONG_AGO), NOW)


def test_a_key_of_before_is_retired_when_its_time_is_over() -> None:
    since = NOW - LONGEST_VALID_SECONDS["link"] - SWITCH_SECONDS
    assert changes("retire", link_keys("B", since, LONG_AGO)) == [("B", "one")]
    assert changes("retire", link_keys("B", since)) == []


def test_a_key_that_has_not_signed_yet_is_not_retired() -> None:
    with pytest.raises(NotNow, match="go on with rotate"):
        steps("retire", link_keys("A", LONG_AGO, NOW - MINUTE), NOW)


def test_in_an_emergency_nothing_of_before_stays() -> None:
    assert changes("revoke", link_keys("A", LONG_AGO)) == [("B", "one")]
    assert changes("revoke", link_keys("B", NOW - MINUTE, LONG_AGO)) == [("B", "one"), ("A", "one")]
    assert changes("revoke", link_keys("A", LONG_AGO, NOW - MINUTE)) == [("A", "one"), ("B", "one")]


def test_the_status_changes_nothing_and_says_where_the_rotation_stands() -> None:
    pairs = [(LONG_AGO, None), (LONG_AGO, NOW), (NOW, LONG_AGO)]
    told = [describe(link_keys("A", *pair), NOW) for pair in pairs]
    assert changes("status", link_keys("A", LONG_AGO)) == []
    assert "365 days old" in told[0]
    for text, words in zip(told, ["B is empty", "has not signed yet", "needed until 2026-12-19T"], strict=True):
        assert words in text


@pytest.mark.parametrize("use", ["link", "access-token"])
def test_every_step_names_parameters_of_the_template(use: KeyUse) -> None:
    from tests.support.template import template

    (first, *_) = steps("rotate", State(use, "A", KeyPair(use, LONG_AGO)), NOW)
    for name, value in first.changes.items():
        assert value in template()["Parameters"][name]["AllowedValues"]


def test_samconfig_is_changed_for_one_environment_and_nowhere_else() -> None:
    before = (ROOT / "samconfig.toml").read_text()
    after = noted(before, "prod", {"ActiveLinkKeySlot": "B", "LinkKeySlots": "both"})
    changed = [line for line, other in zip(after.splitlines(), before.splitlines(), strict=True) if line != other]
    assert changed == ['  "ActiveLinkKeySlot=B",', '  "LinkKeySlots=both",']
    assert after.index('"ActiveLinkKeySlot=B"') > after.index("[prod.deploy.parameters]")
    of_dev = noted(before, "dev", {"ActiveLinkKeySlot": "B"})
    assert of_dev.index("[dev.deploy") < of_dev.index('"ActiveLinkKeySlot=B"') < of_dev.index("[prod.")


def test_samconfig_must_have_what_is_to_be_changed() -> None:
    samconfig = (ROOT / "samconfig.toml").read_text()
    with pytest.raises(ValueError, match="no environment stage"):
        noted(samconfig, "stage", {"ActiveLinkKeySlot": "B"})
    with pytest.raises(ValueError, match="does not give Unknown of dev"):
        noted(samconfig, "dev", {"Unknown": "B"})
    assert read_environment(ROOT / "samconfig.toml", "prod")["ActiveLinkKeySlot"] in {"A", "B"}


@dataclass
class FakeDeployment:
    """Satisfies ``rotation.Deployment``: a stack with keys of long ago in every slot A, and new ones in B."""

    values: dict[str, str] = field(default_factory=lambda: read_environment(ROOT / "samconfig.toml", "prod"))

    def parameters(self) -> Mapping[str, str]:
        return self.values

    def made_at(self, logical_id: str) -> int:
        return LONG_AGO if logical_id.endswith("A") else NOW * 2

    def update(self, changes: Mapping[str, str]) -> None:
        self.values |= changes


@pytest.fixture
def samconfig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a samconfig.toml that the command may change."""
    copy = tmp_path / "samconfig.toml"
    copy.write_text((ROOT / "samconfig.toml").read_text())
    monkeypatch.setattr(command, "SAMCONFIG", copy)
    return copy


def test_the_next_deployment_is_told_what_was_rotated(samconfig: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stack = FakeDeployment()
    command._act("rotate", "link", "prod", stack)  # noqa: SLF001 - what the command line leads to
    configured = read_environment(samconfig, "prod")
    assert (configured["ActiveLinkKeySlot"], configured["LinkKeySlots"]) == ("B", "both")
    assert configured == stack.values
    assert read_environment(samconfig, "dev") == read_environment(ROOT / "samconfig.toml", "dev")
    assert "commit it" in capsys.readouterr().out


def test_nothing_is_rotated_while_stack_and_samconfig_disagree(samconfig: Path) -> None:
    stack = FakeDeployment()
    stack.values["LinkKeySlots"] = "both"
    before = samconfig.read_text()
    with pytest.raises(command.KeysError, match="LinkKeySlots is both in the stack and one in samconfig"):
        command._act("rotate", "link", "prod", stack)  # noqa: SLF001 - what the command line leads to
    assert (stack.values["ActiveLinkKeySlot"], samconfig.read_text()) == ("A", before)


def test_a_stack_of_before_is_deployed_first() -> None:
    stack = FakeDeployment()
    del stack.values["LinkKeySlots"]
    with pytest.raises(command.KeysError, match="deploy first"):
        command._act("status", "link", "prod", stack)  # noqa: SLF001 - what the command line leads to
