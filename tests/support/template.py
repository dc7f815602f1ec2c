"""template.yaml as data."""

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).parents[2]


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms: ``!Ref X`` becomes ``{"Ref": "X"}``."""


def _intrinsic(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]  # the third of three kinds
    return {name: value}


_Loader.add_multi_constructor("!", _intrinsic)


@cache
def template() -> dict[str, Any]:
    """Return the whole template."""
    document: dict[str, Any] = yaml.load((ROOT / "template.yaml").read_text(), _Loader)  # noqa: S506 - a SafeLoader
    return document


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """Return the properties of all resources of a type, by logical id."""
    found = template()["Resources"].items()
    return {name: resource.get("Properties", {}) for name, resource in found if resource["Type"] == kind}


def functions() -> dict[str, dict[str, Any]]:
    """Return the properties of all functions, by folder name."""
    return {
        props["CodeUri"].removeprefix("functions/"): props for props in resources("AWS::Serverless::Function").values()
    }


def logical_id(function: str) -> str:
    """Return the logical id of a function, by its folder name."""
    return f"{function.capitalize()}Function"


def as_list(value: Any) -> list[Any]:
    """Return what stands alone or in a list."""
    return value if isinstance(value, list) else [value]


def role_of(function: str) -> str:
    """Return the logical id of a function's role."""
    role: str = functions()[function]["Role"]["Fn::GetAtt"][0]
    return role


def statements(role: str) -> list[dict[str, Any]]:
    """Return the statements of a role's policies."""
    policies = resources("AWS::IAM::Role")[role].get("Policies", [])
    return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]


class Right(NamedTuple):
    """One thing that a role allows; ``condition`` as the template has it, empty for none."""

    action: str
    resource: str
    condition: dict[str, Any]


def rights(role: str) -> list[Right]:
    """Return each action and resource that a role allows."""
    found = []
    for statement in statements(role):
        assert statement["Effect"] == "Allow"
        assert statement.keys() <= {"Effect", "Action", "Resource", "Condition"}, role
        names, condition = resource_names(statement["Resource"]), statement.get("Condition", {})
        found += [Right(action, name, condition) for action in as_list(statement["Action"]) for name in sorted(names)]
    return found


def resource_names(resource: Any) -> set[str]:
    """Return short names of what a statement is about: logical ids, or texts with their placeholders."""
    if isinstance(resource, list):
        return {name for each in resource for name in resource_names(each)}
    if isinstance(resource, str):
        return {resource}
    ((intrinsic, value),) = resource.items()
    if intrinsic == "Fn::If":
        condition, then, otherwise = value
        local, elsewhere = resource_names(then), resource_names(otherwise)
        return {f"{name} if {condition}" for name in local} | {f"{name} unless {condition}" for name in elsewhere}
    if intrinsic == "Fn::GetAtt":
        return {".".join(value).removesuffix(".Arn")}
    assert intrinsic == "Fn::Sub", resource
    return {value}


def key_users(key: str) -> set[tuple[str, str]]:
    """Return the roles that a key's policy names, each with what it may do; not those who administer."""
    return {
        (principal["Fn::GetAtt"][0], action)
        for statement in resources("AWS::KMS::Key")[key]["KeyPolicy"]["Statement"]
        if statement["Sid"] != "Administration"
        for principal in as_list(statement["Principal"]["AWS"])
        for action in as_list(statement["Action"])
    }
