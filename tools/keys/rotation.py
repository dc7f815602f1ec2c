"""What a rotation does, step by step; each step is one change of the deployed stack's parameters."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from portal.domain.key import KeyPair, KeyUse
from portal.domain.times import rfc3339

Action = Literal["status", "rotate", "retire", "revoke"]

_NAMES: dict[KeyUse, str] = {"link": "LinkKey", "access-token": "AccessTokenKey"}
USES = tuple(_NAMES)


class NotNow(Exception):
    """A step would log somebody out or leave somebody with a dead link; the text says what to do instead."""


class Deployment(Protocol):
    """A deployed stack."""

    def parameters(self) -> Mapping[str, str]:
        """Return its parameters as they are now."""

    def made_at(self, logical_id: str) -> int:
        """Return when one of its keys was made, in epoch seconds."""

    def update(self, changes: Mapping[str, str]) -> None:
        """Change parameters and nothing else, and wait until that is done."""


@dataclass(frozen=True, slots=True)
class Step:
    """One change, and what it is for.

    Args:
        changes: parameters with their new values.
        why: for whoever watches.
        at_once: whether it must not wait for a gradual deployment, in which versions of before go on.
    """

    changes: dict[str, str]
    why: str
    at_once: bool = False

    @property
    def update(self) -> dict[str, str]:
        """What is deployed: a change that must not wait turns gradual deployments off, until the next deployment."""
        return {**self.changes, "GradualDeployments": "false"} if self.at_once else self.changes


@dataclass(frozen=True, slots=True)
class State:
    """The keys of one use as they are deployed."""

    use: KeyUse
    active: str
    pair: KeyPair

    @property
    def other(self) -> str:
        """The slot that does not sign."""
        return "B" if self.active == "A" else "A"

    def step(self, why: str, *, active: str | None = None, slots: str, at_once: bool = False) -> Step:
        """Return the change to another state."""
        name = _NAMES[self.use]
        return Step({f"Active{name}Slot": active or self.active, f"{name}Slots": slots}, why, at_once)


def parameter_names(use: KeyUse) -> tuple[str, str]:
    """Return the parameters of one use: active slot, and how many there are."""
    return f"Active{_NAMES[use]}Slot", f"{_NAMES[use]}Slots"


def read(use: KeyUse, deployment: Deployment) -> State:
    """Return what is deployed."""
    found = deployment.parameters()
    active, slots = (found[name] for name in parameter_names(use))
    state = State(use, active, KeyPair(use, deployment.made_at(f"{_NAMES[use]}{active}")))
    if slots == "one":
        return state
    other = deployment.made_at(f"{_NAMES[use]}{state.other}")
    return State(use, active, KeyPair(use, state.pair.active_since, other))


def steps(action: Action, state: State, now: int) -> list[Step]:
    """Return what is to be done, in this order.

    Raises:
        NotNow: it would break what was promised.
    """
    match action:
        case "rotate":
            return _rotate(state, now)
        case "retire":
            return _retire(state, now)
        case "revoke":
            return _revoke(state)
        case "status":
            return []


def run(action: Action, use: KeyUse, deployment: Deployment, now: int) -> Iterator[Step]:
    """Take the steps; each is given out when it is done."""
    for step in steps(action, read(use, deployment), now):
        deployment.update(step.update)
        yield step


def describe(state: State, now: int) -> str:
    """Return the state in words."""
    pair = state.pair
    text = f"{state.use}: slot {state.active} signs, made {rfc3339(pair.active_since)} ({pair.age_days(now)} days old)"
    match pair.phase:
        case "settled":
            return f"{text}; slot {state.other} is empty"
        case "prepared":
            return f"{text}; slot {state.other} is accepted and has not signed yet"
        case "rotated":
            return f"{text}; slot {state.other} is still accepted, needed until {rfc3339(pair.retirable_at)}"


def _rotate(state: State, now: int) -> list[Step]:
    pair, found = state.pair, []
    if pair.phase == "rotated":
        found += _retire(state, now)
    elif pair.phase == "prepared" and not pair.is_fresh(now):
        found.append(state.step(f"empty slot {state.other}: its key was made too long ago", slots="one"))
    if pair.phase != "prepared" or found:
        found.append(state.step(f"make a key in slot {state.other}, accepted by everyone", slots="both"))
    return [*found, state.step(f"sign with slot {state.other}", active=state.other, slots="both")]


def _retire(state: State, now: int) -> list[Step]:
    pair = state.pair
    if pair.phase == "settled":
        return []
    if pair.phase == "prepared":
        raise NotNow(f"slot {state.other} has not signed yet: go on with rotate")
    if not pair.to_retire(now):
        raise NotNow(
            f"what slot {state.other} signed may be valid until {rfc3339(pair.retirable_at)}: wait until then. "
            "If somebody may know a key: revoke"
        )
    return [state.step(f"empty slot {state.other}: nothing that it signed is valid any more", slots="one")]


def _revoke(state: State) -> list[Step]:
    found = []
    if state.pair.phase != "settled":
        found.append(state.step(f"empty slot {state.other}", slots="one", at_once=True))
    why = f"sign with a new key in slot {state.other}, and accept nothing of before"
    return [*found, state.step(why, active=state.other, slots="one", at_once=True)]
