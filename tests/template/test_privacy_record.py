"""The record of processing (GDPR Art. 30) lists everything that template.yaml and the code keep, and nothing else."""

import ast
import inspect
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import EnumType
from importlib import import_module
from itertools import chain
from pkgutil import iter_modules
from types import NoneType, UnionType
from typing import Any, Literal, TypeAliasType, Union, get_args, get_origin, get_type_hints

import pytest

from portal import domain
from portal.adapters.dynamodb import mirror_records, records
from portal.domain.consent import FACTS
from tests.support.template import ROOT, functions, resources, template
from tools.privacy.record import RECORD, facts, names_of, written

STORES = facts()["store"]
LISTED = [name for store in STORES for name in names_of(store) if "name" not in store]
MAP = {record["name"]: record for record in facts()["record"]}
MEMBERS = {member: record for record in MAP.values() for member in record.get("member", ())}

# Types that keep nothing of a person whatever is written into them. A type that stands neither here nor below is new:
# give its resources a row in docs/privacy.toml, or say here that it keeps nothing.
KEEPS_NOTHING = {
    "AWS::ApiGateway::Account",
    "AWS::ApiGateway::BasePathMapping",
    "AWS::ApiGateway::DomainName",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Role",
    "AWS::S3::BucketPolicy",
    "AWS::SES::ConfigurationSetEventDestination",
    "AWS::SQS::QueuePolicy",
    "AWS::Serverless::Api",
    # Logs and samples of requests are off (test_privacy_of_the_platform.py).
    "AWS::WAFv2::WebACL",
    "AWS::WAFv2::WebACLAssociation",
    "AWS::Serverless::Function",
}
KEEPS = {
    "AWS::DynamoDB::Table",
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
    "AWS::SES::ConfigurationSet",
    "AWS::SES::EmailIdentity",
    "AWS::SQS::Queue",
    "AWS::S3::Bucket",
    "AWS::Serverless::LayerVersion",
}


def deployed() -> Iterator[str]:
    """Yield every store of the template, by the name that the record has for it."""
    for kind in KEEPS:
        yield from resources(kind)
    for name, table in resources("AWS::DynamoDB::Table").items():
        yield from (f"{name}/{index['IndexName']}" for index in table.get("GlobalSecondaryIndexes", []))
        if "StreamSpecification" in table:
            yield f"{name}.stream"
        if table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]:
            yield f"{name}.backups"


def test_every_store_of_the_template_has_one_row_and_every_row_a_store() -> None:
    assert sorted(LISTED) == sorted(deployed())


def test_every_type_of_resource_is_known_to_keep_something_or_nothing() -> None:
    used = {resource["Type"] for resource in template()["Resources"].values()}
    assert used - KEEPS - KEEPS_NOTHING == set()


def test_every_service_that_the_template_uses_is_named() -> None:
    known = tuple(kind for service in facts()["service"] for kind in service["types"])
    types = {resource["Type"] for resource in template()["Resources"].values()}
    types |= {event["Type"] for props in functions().values() for event in props.get("Events", {}).values()}
    assert [kind for kind in sorted(types) if not kind.startswith(known)] == []


def test_records_are_stored_where_the_record_says() -> None:
    held = " ".join(store["holds"] for store in STORES)
    inside = {name for name, record in MAP.items() if "member" in record}
    assert [name for name in MAP if name not in inside and not re.search(rf"\b{name}\b", held)] == []


# ------------------------------------------------------------ fields


# Of types that only checkers import, annotations know no more than the name.
TYPES = {"Mapping": Mapping} | {
    name: value
    for found in iter_modules(domain.__path__)
    for name, value in vars(import_module(f"portal.domain.{found.name}")).items()
    if not name.startswith("_")
}


def sample(kind: Any) -> Any:  # noqa: PLR0911 - one for each kind of type
    """Return a value of a type with every voluntary member given."""
    if named := getattr(kind, "__value__", None) or getattr(kind, "__supertype__", None):
        return sample(named)
    if get_origin(kind) is Literal:
        return get_args(kind)[0]
    if get_origin(kind) in {Union, UnionType}:
        return sample(next(part for part in get_args(kind) if part is not NoneType))
    if get_origin(kind) is tuple:
        return (sample(get_args(kind)[0]),)
    if get_origin(kind) is Mapping:
        return dict.fromkeys(FACTS, "x")
    if is_dataclass(kind):
        hints = get_type_hints(kind, localns=TYPES | vars(import_module(kind.__module__)))
        return kind(**{field.name: sample(hints[field.name]) for field in fields(kind)})  # type: ignore[operator]  # a class
    if get_origin(kind) is frozenset:
        return frozenset({sample(get_args(kind)[0])})
    if isinstance(kind, EnumType):
        return next(iter(kind))
    return {str: "x", int: 1, bool: True, date: date(2026, 11, 27)}[kind]


# Records that more than one function writes, or whose function takes no dataclass.
NAMED = {"right_to_values": "Right", "terms_to_values": "Term", "owed_to_values": "Owed"}


def stored() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each record that can be stored, by its dataclass, with all attributes that it is stored with."""
    of_both = (inspect.getmembers(module, inspect.isfunction) for module in (records, mirror_records))
    for name, to_values in chain.from_iterable(of_both):
        if name.endswith("_to_values"):
            hints = get_type_hints(to_values, localns=TYPES)
            # An ending of names says of which range a counter is, and nothing of what it holds.
            first, *more = [name for name in inspect.signature(to_values).parameters if name != "ending"]
            kind = hints[first].__value__ if isinstance(hints[first], TypeAliasType) else hints[first]
            for one in get_args(kind) or (kind,):
                values = to_values(sample(one), *(sample(hints[parameter]) for parameter in more))
                # Terms come together, by their words.
                yield NAMED.get(name, one.__name__), values["x"] if name == "terms_to_values" else values


STORED = dict(stored())


def test_every_record_that_is_stored_is_in_the_map() -> None:
    assert {name for name, record in MAP.items() if "member" not in record} == set(STORED)


@pytest.mark.parametrize("name", sorted(STORED))
def test_every_attribute_has_a_purpose_and_every_purpose_an_attribute(name: str) -> None:
    assert set(MAP[name]["attributes"]) == set(STORED[name])
    for attribute, value in STORED[name].items():
        if attribute == "details":
            for member, entries in json.loads(value).items():
                assert set(MEMBERS[member]["attributes"]) == set(entries[0]), member
        inner = value[0] if isinstance(value, tuple) else value
        # Names of figures, made by ``domain.case.contribution``.
        if isinstance(inner, dict) and attribute != "counted":
            assert set(MEMBERS[attribute]["attributes"]) == set(inner), attribute


# How update expressions begin, and parts that are put together to one.
_SETS = ("SET ", ", ")


def update_expressions() -> Iterator[str]:
    for path in sorted((ROOT / "layers/portal/portal/adapters/dynamodb").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith(_SETS):
                yield node.value


def test_updates_set_no_attribute_that_is_not_in_the_map() -> None:
    written_later = {name for record in MAP.values() for name in record.get("updated", {})}
    known = written_later | {name for record in MAP.values() for name in record["attributes"]}
    found = {name for text in update_expressions() for name in re.findall(r"#?(\w+) = ", text)}
    assert found - known == set()
    assert written_later <= found


def test_what_a_person_may_leave_out_is_voluntary() -> None:
    from portal.http.bodies.registration import BankDetailsBody, RegistrationBody

    members = facts()["members"]
    required = {name for name, field in RegistrationBody.model_fields.items() if field.is_required()}
    # Completed by the portal, hence stored, though IBAN or account number and bank code are enough to give.
    bank = set(BankDetailsBody.model_fields)
    assert set(members["mandatory"]) == (required - {"bank_details"}) | bank
    assert set(members["voluntary"]) == set(RegistrationBody.model_fields) - required - {"locale"}


def test_the_written_record_is_fresh() -> None:
    text = RECORD.read_text(encoding="utf-8")
    assert text == written(text), "run `make privacy`"
    assert text.count("<!-- begin ") == 5


def test_the_record_is_refused_when_a_table_or_an_attribute_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests above can fail: each of them does when the template or the code keeps one thing more."""
    new = {
        **template()["Resources"],
        "NotesTable": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
                "StreamSpecification": {},
                "GlobalSecondaryIndexes": [{"IndexName": "by-x"}],
            },
        },
    }
    monkeypatch.setitem(template(), "Resources", new)
    added = {"NotesTable", "NotesTable/by-x", "NotesTable.stream", "NotesTable.backups"}
    assert set(deployed()) - set(LISTED) == added
    monkeypatch.delitem(MAP["Session"]["attributes"], "user_agent")
    with pytest.raises(AssertionError):
        test_every_attribute_has_a_purpose_and_every_purpose_an_attribute("Session")
