"""Read a CloudFormation template and work out values that depend on its parameters."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tools.local.environment import REGION

type Node = Any
"""A piece of a template: what YAML can hold."""

_VARIABLE = re.compile(r"\$\{(!?)([A-Za-z0-9.:]+)\}")
_NO_VALUE = "AWS::NoValue"


class _Loader(yaml.SafeLoader):
    """YAML with the short forms of the intrinsic functions."""


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> Node:
    name = suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}"
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    if isinstance(node, yaml.MappingNode):
        return {name: loader.construct_mapping(node, deep=True)}
    return {name: node.value.split(".", 1) if name == "Fn::GetAtt" else node.value}


_Loader.add_multi_constructor("!", _short_form)


def load(path: Path) -> dict[str, Node]:
    """Return the template with every function in its long form."""
    document = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506  (a SafeLoader)
    return dict(document)


class Resolver:
    """Works out Ref, If, Sub, Join and conditions for one set of parameters.

    Everything else stays as it is: nothing that the local tool sets after a deploy needs more.
    """

    def __init__(self, template: Mapping[str, Node], parameters: Mapping[str, str], ids: Mapping[str, str]) -> None:
        """Take the overrides and the physical ids; defaults come from the template."""
        declared = template.get("Parameters", {})
        defaults = {name: _text(entry["Default"]) for name, entry in declared.items() if "Default" in entry}
        self._values = {"AWS::Region": REGION, "AWS::Partition": "aws", **ids, **defaults, **parameters}
        self._conditions = template.get("Conditions", {})

    def resolve(self, node: Node) -> Node:
        """Return the node with every function in it worked out; None for AWS::NoValue."""
        if isinstance(node, list):
            return [value for item in node if (value := self.resolve(item)) is not None]
        if not isinstance(node, dict):
            return node
        if len(node) == 1 and (found := self._function(*next(iter(node.items())))) is not node:
            return found
        resolved = {key: self.resolve(value) for key, value in node.items()}
        return {key: value for key, value in resolved.items() if value is not None}

    def condition(self, name: str) -> bool:
        """Tell whether a condition of the template holds."""
        return self._holds(self._conditions[name])

    def _function(self, name: str, argument: Node) -> Node:
        match name:
            case "Ref":
                return None if argument == _NO_VALUE else self._values.get(argument, argument)
            case "Fn::If":
                condition, then, otherwise = argument
                return self.resolve(then if self.condition(condition) else otherwise)
            case "Fn::Sub":
                return self._substitute(argument)
            case "Fn::Join":
                separator, parts = argument
                return separator.join(_text(part) for part in self.resolve(parts))
        return {name: self.resolve(argument)}

    def _substitute(self, argument: Node) -> str:
        text, own = (argument, {}) if isinstance(argument, str) else argument
        values = {**self._values, **self.resolve(own)}

        def value(match: re.Match[str]) -> str:
            literal, name = match.groups()
            return f"${{{name}}}" if literal else _text(values.get(name, match[0]))

        return _VARIABLE.sub(value, text)

    def _holds(self, node: Node) -> bool:
        ((name, argument),) = node.items()
        match name:
            case "Fn::Equals":
                first, second = argument
                return _text(self.resolve(first)) == _text(self.resolve(second))
            case "Fn::Not":
                return not self._holds(argument[0])
            case "Fn::And":
                return all(self._holds(item) for item in argument)
            case "Fn::Or":
                return any(self._holds(item) for item in argument)
            case "Condition":
                return self.condition(argument)
        message = f"the local stack cannot work out the condition {name}"
        raise ValueError(message)


def _text(value: Node) -> str:
    """Write a value as CloudFormation does: booleans in lower case."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def is_true(value: Node) -> bool:
    """Read a boolean property, which may come as text from a parameter."""
    return _text(value) == "true"
