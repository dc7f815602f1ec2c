"""Where rotations happen: a stack in CloudFormation, and the file that its next deployment reads."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.release.name import after
from tools.stacks import Account

_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
# A stack update takes a minute or two, and five more where deployments are gradual.
_WAIT = {"Delay": 5, "MaxAttempts": 240}


@dataclass(frozen=True, slots=True)
class CloudStack:
    """Satisfies ``rotation.Deployment``.

    An update takes the template that is deployed, so that whatever lies in the working directory stays out of it.

    Args:
        name: of the stack.
        cloudformation: client.
        kms: client.
        wait: how to wait for an update, as botocore's waiters take it.
    """

    name: str
    cloudformation: Any
    kms: Any
    wait: Mapping[str, int]

    @staticmethod
    def of(account: Account, wait: Mapping[str, int] | None = None) -> "CloudStack":
        """Return a stack of an account."""
        cloudformation, kms = (account.client(service) for service in ("cloudformation", "kms"))
        return CloudStack(account.stack, cloudformation, kms, wait or _WAIT)

    def parameters(self) -> dict[str, str]:
        """Return its parameters as they are now."""
        (stack,) = self.cloudformation.describe_stacks(StackName=self.name)["Stacks"]
        return {entry["ParameterKey"]: entry["ParameterValue"] for entry in stack["Parameters"]}

    def made_at(self, logical_id: str) -> int:
        """Return when one of its keys was made, in epoch seconds."""
        found = self.cloudformation.describe_stack_resource(StackName=self.name, LogicalResourceId=logical_id)
        key_id = found["StackResourceDetail"]["PhysicalResourceId"]
        return int(self.kms.describe_key(KeyId=key_id)["KeyMetadata"]["CreationDate"].timestamp())

    def update(self, changes: Mapping[str, str]) -> None:
        """Change parameters and nothing else, and wait until that is done.

        The name of the release changes too: without that, functions would keep their versions with the old values.
        """
        deployed = self.parameters()
        changed = {**changes, "Release": after(deployed["Release"], changes)}
        given = [{"ParameterKey": name, "ParameterValue": value} for name, value in changed.items()]
        kept = [{"ParameterKey": name, "UsePreviousValue": True} for name in deployed if name not in changed]
        self.cloudformation.update_stack(
            StackName=self.name, UsePreviousTemplate=True, Parameters=[*given, *kept], Capabilities=_CAPABILITIES
        )
        waiter = self.cloudformation.get_waiter("stack_update_complete")
        waiter.wait(StackName=self.name, WaiterConfig=dict(self.wait))


def noted(samconfig: str, environment: str, changes: Mapping[str, str]) -> str:
    """Return a samconfig.toml with parameters of one environment changed, and every other sign as it was.

    Raises:
        ValueError: the environment does not give one of the parameters.
    """
    start = samconfig.find(f"[{environment}.deploy.parameters]")
    end = samconfig.find("\n[", start + 1)
    if start < 0:
        raise ValueError(f"samconfig.toml has no environment {environment}")
    section = samconfig[start : end if end >= 0 else None]
    for name, value in changes.items():
        section, found = re.subn(rf'"{name}=[^"]*"', f'"{name}={value}"', section)
        if found != 1:
            raise ValueError(f"samconfig.toml does not give {name} of {environment}")
    return samconfig[:start] + section + (samconfig[end:] if end >= 0 else "")


def note(path: Path, environment: str, changes: Mapping[str, str]) -> None:
    """Write changed parameters of one environment into a samconfig.toml, which the next deployment reads."""
    path.write_text(noted(path.read_text(encoding="utf-8"), environment, changes), encoding="utf-8")
