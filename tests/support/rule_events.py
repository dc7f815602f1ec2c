"""Rules of EventBridge as template.yaml declares them: which events they take, and what of an event they pass on."""

import json
import re
from collections.abc import Mapping
from typing import Any

from tests.support.template import functions, template
from tools.local.template import Resolver


def passed_by_rules(function: str, event: Mapping[str, Any], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return what the rules of a function hand over of an event, one entry for each that takes it."""
    rules = [
        rule["Properties"] for rule in functions()[function]["Events"].values() if rule["Type"] == "EventBridgeRule"
    ]
    resolved = [Resolver(template(), names, {}).resolve(rule) for rule in rules]
    return [_passed_on(rule["InputTransformer"], event) for rule in resolved if _takes(rule["Pattern"], event)]


def _takes(pattern: Mapping[str, Any], event: Any) -> bool:
    return all(
        _takes(wanted, event.get(name, {})) if isinstance(wanted, dict) else _is_one_of(wanted, name, event)
        for name, wanted in pattern.items()
    )


def _is_one_of(wanted: list[Any], name: str, event: Mapping[str, Any]) -> bool:
    there = event.get(name)
    values = there if isinstance(there, list) else [there] if name in event else []
    return any(_fits(one, values) for one in wanted)


def _fits(wanted: Any, values: list[Any]) -> bool:
    match wanted:
        case {"exists": bool(exists)}:
            return bool(values) is exists
        case {"anything-but": list(others)}:
            return any(value not in others for value in values)
        case str():
            return wanted in values
    raise AssertionError(f"this matcher does not know {wanted}")


def _passed_on(transformer: Mapping[str, Any], event: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: json.dumps(_at(path, event)) for name, path in transformer["InputPathsMap"].items()}
    payload: dict[str, Any] = json.loads(
        re.sub(r"<(\w+)>", lambda placeholder: found[placeholder[1]], transformer["InputTemplate"])
    )
    return payload


def _at(path: str, event: Any) -> Any:
    for name in path.removeprefix("$.").split("."):
        event = event[name]
    return event
