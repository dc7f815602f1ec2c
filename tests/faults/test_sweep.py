"""Nothing lost, nothing half done, whatever fails where: `make faults` plays all scenarios, `make test` a sample."""

import os
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, get_args

import pytest

from portal.domain.outbox import MailKind
from portal.events.ops_event import AnyEvent
from tests.faults.conftest import SWEPT
from tests.support.sweep.flow import Flow
from tests.support.sweep.flows import FLOWS
from tests.support.sweep.play import Play, Stage
from tests.support.template import functions

ONLY = os.environ.get("FAULTS_ONLY", "")
ALL = "FAULTS_ALL" in os.environ or bool(ONLY)
SAMPLE = 200


def wanted(flow: Flow) -> bool:
    """Tell whether a flow takes part: all do, unless one line of a failure is played again."""
    return not ONLY or flow.name == ONLY.partition("/")[0]


def share(flow: Flow) -> int:
    """Return how many scenarios of a flow the sample has."""
    place = FLOWS.index(flow)
    return SAMPLE * (place + 1) // len(FLOWS) - SAMPLE * place // len(FLOWS)


def chosen(flow: Flow, scenarios: list[str]) -> list[str]:
    """Return the scenarios to play: all of them, those that begin with ``ONLY``, or the flow's share of the sample."""
    if not ALL:
        return Random(flow.name).sample(scenarios, share(flow))  # noqa: S311 - the same sample each time
    return [one for one in scenarios if not ONLY or f"{one}/".startswith(f"{ONLY}/")]


@pytest.mark.parametrize("flow", [flow for flow in FLOWS if wanted(flow)], ids=lambda flow: flow.name)
def test_whatever_fails_in_a_flow_nothing_is_lost(
    stage: Stage, flow: Flow, record_property: Callable[[str, object], None]
) -> None:
    play = Play(stage, flow)
    assert set(flow.mails) <= play.kinds.keys()
    scenarios = chosen(flow, play.scenarios())
    assert scenarios, "no such scenario"
    broken = {scenario: found for scenario in scenarios if (found := play.play(scenario))}
    record_property(SWEPT, (len(play.calls), len(scenarios), len(broken)))
    lines = [f"make faults ONLY={scenario}\n    {'; '.join(found)}" for scenario, found in broken.items()]
    assert not broken, "\n" + "\n".join(lines)


# ------------------------------------------------------------ nothing is left out


def literals(kind: Any) -> Iterator[str]:
    """Return the words of a type that is made of literals."""
    for part in get_args(kind):
        if isinstance(part, str):
            yield part
        else:
            yield from literals(part)


def test_every_kind_of_mail_has_a_flow() -> None:
    assert {kind for flow in FLOWS for kind in flow.mails} == set(literals(MailKind))


def test_every_action_of_operators_has_a_flow() -> None:
    actions = {word for event in get_args(AnyEvent) for word in literals(event.model_fields["action"].annotation)}
    assert actions <= {flow.name.removeprefix("ops-").replace("-", "_") for flow in FLOWS}


def test_every_function_that_events_start_has_a_flow() -> None:
    """Those that requests start have one for each journey, and each route has a journey."""
    started = {
        name
        for name, properties in functions().items()
        if any(event["Type"] != "Api" for event in properties.get("Events", {}).values())
    }
    assert started
    swept = {flow.name.partition("-")[0].replace("mail", "mailer") for flow in FLOWS}
    assert started <= swept
