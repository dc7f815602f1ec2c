"""Which assertions of template.yaml's Rules a set of parameters breaks."""

from collections.abc import Mapping
from typing import Any

from tests.support.template import template


def broken_rules(parameters: Mapping[str, str]) -> list[str]:
    """Return the descriptions of the assertions that do not hold, as CloudFormation evaluates them."""
    return [
        assertion["AssertDescription"]
        for rule in template()["Rules"].values()
        if _holds(rule.get("RuleCondition", {"Fn::Equals": ["", ""]}), parameters)
        for assertion in rule["Assertions"]
        if not _holds(assertion["Assert"], parameters)
    ]


def _holds(node: Any, parameters: Mapping[str, str]) -> bool:
    ((name, argument),) = node.items()
    match name:
        case "Fn::Equals":
            first, second = (_value(part, parameters) for part in argument)
            return first == second
        case "Fn::Contains":
            allowed, value = argument
            return _value(value, parameters) in allowed
        case "Fn::Not":
            return not _holds(argument[0], parameters)
        case "Fn::Or":
            return any(_holds(part, parameters) for part in argument)
    raise AssertionError(f"Rules know no {name}, or this evaluator does not")


def _value(node: Any, parameters: Mapping[str, str]) -> str:
    return parameters[node["Ref"]] if isinstance(node, dict) else str(node)
