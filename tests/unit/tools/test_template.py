"""Templates are read with their functions, and values that depend on parameters are worked out."""

from pathlib import Path
from typing import Any

import pytest

from tools.local.template import Resolver, is_true, load

TEMPLATE: dict[str, Any] = {
    "Parameters": {"Environment": {"Default": "local"}, "Backups": {"Default": True}, "Url": {}},
    "Conditions": {
        "IsLocal": {"Fn::Equals": [{"Ref": "Environment"}, "local"]},
        "IsCloud": {"Fn::Not": [{"Condition": "IsLocal"}]},
        "HasBackups": {"Fn::Equals": [{"Ref": "Backups"}, "true"]},
        "Both": {"Fn::And": [{"Condition": "IsLocal"}, {"Condition": "HasBackups"}]},
        "Either": {"Fn::Or": [{"Condition": "IsCloud"}, {"Condition": "HasBackups"}]},
        "Unknown": {"Fn::Contains": [[], ""]},
    },
}


def resolver(**parameters: str) -> Resolver:
    return Resolver(TEMPLATE, {"Url": "http://x", **parameters}, {"Table": "stack-Table-1"})


def test_short_forms_are_read_as_long_ones(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text("A: !Ref B\nC: !GetAtt D.E\nF: !If [G, !Sub '${H}', I]\nJ: !Transform {K: !Ref L}\nM: !Condition N")
    assert load(file) == {
        "A": {"Ref": "B"},
        "C": {"Fn::GetAtt": ["D", "E"]},
        "F": {"Fn::If": ["G", {"Fn::Sub": "${H}"}, "I"]},
        "J": {"Fn::Transform": {"K": {"Ref": "L"}}},
        "M": {"Condition": "N"},
    }


@pytest.mark.parametrize(
    ("node", "value"),
    [
        ({"Ref": "Url"}, "http://x"),
        ({"Ref": "Table"}, "stack-Table-1"),
        ({"Ref": "AWS::Region"}, "eu-central-1"),
        ({"Fn::Sub": "'${Url}/a' ${!Url} ${Nobody.Arn}"}, "'http://x/a' ${Url} ${Nobody.Arn}"),
        ({"Fn::Sub": ["${Name}-${Backups}", {"Name": {"Ref": "Environment"}}]}, "local-true"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Environment"}]]}, "a-local"),
        ({"Fn::If": ["IsLocal", {"a": {"Ref": "Url"}}, "no"]}, {"a": "http://x"}),
        ({"a": {"Ref": "AWS::NoValue"}, "b": [{"Ref": "AWS::NoValue"}, 1]}, {"b": [1]}),
        ({"Fn::GetAtt": ["Table", "Arn"]}, {"Fn::GetAtt": ["Table", "Arn"]}),
        ({"a": 1, "b": True}, {"a": 1, "b": True}),
    ],
)
def test_values_are_worked_out(node: Any, value: Any) -> None:
    assert resolver().resolve(node) == value


def test_conditions_follow_the_parameters() -> None:
    names = ["IsLocal", "IsCloud", "HasBackups", "Both", "Either"]
    assert [resolver().condition(name) for name in names] == [True, False, True, True, True]
    cloud = resolver(Environment="prod", Backups="false")
    assert [cloud.condition(name) for name in names] == [False, True, False, False, True]


def test_a_condition_that_cannot_be_worked_out_is_named() -> None:
    with pytest.raises(ValueError, match="Fn::Contains"):
        resolver().condition("Unknown")


@pytest.mark.parametrize(("value", "truth"), [(True, True), ("true", True), (False, False), ("false", False)])
def test_booleans_may_come_as_text(value: Any, truth: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    assert is_true(value) is truth
