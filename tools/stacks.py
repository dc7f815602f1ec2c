"""Stacks of samconfig.toml, and the local one of `make run`, as operators' tools reach them."""

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from tools.local import environment
from tools.local.layout import Layout
from tools.local.options import PROJECT
from tools.local.sam import STACK_NAME

LOCAL = "local"


class UnknownStack(Exception):
    """What a person can act on; printed without a traceback."""


@dataclass(frozen=True, slots=True)
class Account:
    """Where a stack lies.

    Args:
        session: with an operator's credentials.
        stack: its name.
        endpoint: of the emulator; None for AWS.
    """

    session: Any
    stack: str
    endpoint: str | None = None

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 makes its clients at run time
        """Return a client of a service."""
        return self.session.client(service, endpoint_url=self.endpoint)

    def outputs(self) -> dict[str, str]:
        """Return the outputs of the stack."""
        (found,) = self.client("cloudformation").describe_stacks(StackName=self.stack)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}


def account_of(env: str, state: Path) -> Account:
    """Return where the stack of an environment lies.

    Args:
        env: of samconfig.toml.
        state: directory of the running local stack.

    Raises:
        UnknownStack: there is no such environment, or no local stack runs.
    """
    config = tomllib.loads((PROJECT / "samconfig.toml").read_text(encoding="utf-8"))
    environments = [name for name in config if name != "version"]
    if env not in environments:
        raise UnknownStack(f"say which environment: ENV={' or ENV='.join(environments)}")
    if env != LOCAL:
        deploy = config[env]["deploy"]["parameters"]
        return Account(boto3.Session(region_name=deploy["region"]), deploy["stack_name"])
    layout = Layout(PROJECT, state.resolve())
    if not layout.stack.exists():
        raise UnknownStack(f"no local stack runs in {state}; start one with `make run`")
    environment.isolate()
    session = boto3.Session(environment.CREDENTIAL, environment.CREDENTIAL, region_name=environment.REGION)
    return Account(session, STACK_NAME, json.loads(layout.stack.read_text(encoding="utf-8"))["endpoint_url"])
