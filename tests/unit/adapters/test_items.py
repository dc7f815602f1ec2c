"""Every write carries its existence condition."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.adapters.dynamodb.items import (
    CountersUpdate,
    from_item,
    put_new,
    replace_existing,
    require_existing,
    to_item,
    update_existing,
)

MEMBERS = st.recursive(
    st.booleans() | st.integers(-(10**30), 10**30) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("key", ["pk", "subject"])
def test_a_put_requires_that_the_item_is_new(key: str) -> None:
    put = put_new("Table", {key: "a", "n": 1}, key=key)
    assert put == {
        "TableName": "Table",
        "Item": {key: {"S": "a"}, "n": {"N": "1"}},
        "ConditionExpression": "attribute_not_exists(#key)",
        "ExpressionAttributeNames": {"#key": key},
    }


@pytest.mark.parametrize("condition", ["a = :a", "a = :a OR b = :b", "attribute_not_exists(a) OR b = :b"])
def test_an_update_requires_that_the_item_exists_whatever_else_it_asks(condition: str) -> None:
    update = update_existing("Table", {"pk": "a"}, "SET a = :a", condition, {":a": 1, ":b": 2}, {"#s": "status"})
    assert update["ConditionExpression"] == f"attribute_exists(#key) AND ({condition})"
    assert update["ExpressionAttributeNames"] == {"#s": "status", "#key": "pk"}
    assert update["Key"] == {"pk": {"S": "a"}}


@pytest.mark.parametrize("condition", ["expires_at > :now", "a = :a OR b = :b"])
def test_a_delete_requires_that_the_item_exists_whatever_else_it_asks(condition: str) -> None:
    delete = require_existing("Table", {"pk": "a"}, condition, {":now": 1})
    assert delete["ConditionExpression"] == f"attribute_exists(#key) AND ({condition})"
    assert delete["ExpressionAttributeNames"] == {"#key": "pk"}
    assert delete["ExpressionAttributeValues"] == {":now": {"N": "1"}}


def test_what_is_not_set_is_left_out_at_any_depth() -> None:
    values: dict[str, Any] = {"a": None, "b": {"c": None, "d": 0}, "e": [{"f": None}], "g": "", "h": False}
    assert from_item(to_item(values)) == {"b": {"d": 0}, "e": [{}], "g": "", "h": False}


@given(st.dictionaries(st.text(min_size=1, max_size=8), MEMBERS, max_size=4))
def test_values_come_back_as_they_were(values: dict[str, Any]) -> None:
    assert from_item(to_item(values)) == values


def test_counters_of_one_item_count_together() -> None:
    update = CountersUpdate("T", {"pk": "a"})
    update.add_one("n", "expires_at", 3, 50, {"expires_at": 90})
    update.replace({"n#1": 4}, {"n#1": 5})
    assert update.parameters() == {
        "TableName": "T",
        "Key": {"pk": {"S": "a"}},
        "UpdateExpression": "SET #n1 = :v3, #n2 = :v5 ADD #n0 :v0",
        "ConditionExpression": "(attribute_not_exists(#n0) OR (#n1 > :v1 AND #n0 < :v2)) AND #n2 = :v4",
        "ExpressionAttributeNames": {"#n0": "n", "#n1": "expires_at", "#n2": "n#1"},
        "ExpressionAttributeValues": {
            f":v{place}": {"N": number} for place, number in enumerate(("1", "50", "3", "90", "4", "5"))
        },
    }


def test_counters_without_an_end_are_refused() -> None:
    update = CountersUpdate("T", {"pk": "a"})
    update.add_one("n", "expires_at", 3, 50, {"free_at": 60})
    with pytest.raises(ValueError, match="without an end"):
        update.parameters()


def test_what_is_replaced_has_to_be_as_it_was_found() -> None:
    assert replace_existing("T", {"pk": "a", "n": 1}, {"pk": "a"}, {"n": 3, "expires_at": 9}) == {
        "TableName": "T",
        "Item": {"pk": {"S": "a"}, "n": {"N": "1"}},
        "ConditionExpression": "attribute_exists(#key) AND #n0 = :v0 AND #n1 = :v1",
        "ExpressionAttributeNames": {"#key": "pk", "#n0": "n", "#n1": "expires_at"},
        "ExpressionAttributeValues": {":v0": {"N": "3"}, ":v1": {"N": "9"}},
    }
