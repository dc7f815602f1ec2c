"""What the feed's adapters make of answers that come seldom."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from portal.adapters.dynamodb.feed_progress import FeedProgress
from portal.adapters.dynamodb.items import add_to_existing, replace_existing, to_item
from portal.adapters.dynamodb.mirror import MirrorTable
from portal.adapters.feed_bucket import FeedBucket
from portal.domain.errors import ConditionFailed, Unavailable
from portal.domain.feed import Drop, DropGone, Known, LeaseLost, Progress
from portal.domain.ids import CaseId, ClientId
from tests.support.fakes import NOW, FakeAws

DROP = Drop("a.jsonl", '"e"', NOW, 10)
PLACE = (ClientId("10"), CaseId("A"))
ITEM = {"pk": "client#10", "sk": "case#A", "version": 2, "digest": "d", "source": "s"}


def test_keys_that_did_not_fit_into_an_answer_are_asked_for_again() -> None:
    rest = {"Mirror": {"Keys": [{"pk": {"S": "client#10"}}]}}
    answers = iter([{"Responses": {}, "UnprocessedKeys": rest}, {"Responses": {"Mirror": [to_item(ITEM)]}}])
    aws = FakeAws({"dynamodb:batch_get_item": lambda _: next(answers)})
    assert MirrorTable(aws, "Mirror").known([PLACE]) == {PLACE: Known(2, "d", "s")}
    assert aws.calls[1][1]["RequestItems"] == rest


def test_a_table_that_never_answers_all_is_unavailable() -> None:
    aws = FakeAws({"dynamodb:batch_get_item": {"Responses": {}, "UnprocessedKeys": {"Mirror": {"Keys": []}}}})
    with pytest.raises(Unavailable):
        MirrorTable(aws, "Mirror").known([PLACE])


def test_more_than_a_hundred_places_are_read_in_pieces() -> None:
    aws = FakeAws({"dynamodb:batch_get_item": {"Responses": {}}})
    MirrorTable(aws, "Mirror").known([(ClientId("10"), CaseId(f"A{number}")) for number in range(150)])
    asked = [call["RequestItems"]["Mirror"] for _, call in aws.calls]
    assert [len(table["Keys"]) for table in asked] == [100, 50]
    assert all(table["ConsistentRead"] for table in asked)


def failing(failure: Exception) -> Callable[[dict[str, Any]], Any]:
    def fail(_: dict[str, Any]) -> Any:
        raise failure

    return fail


def test_a_lease_that_another_run_has_is_lost() -> None:
    progresses = FeedProgress(FakeAws({"dynamodb:update_item": failing(ConditionFailed())}), "Mirror")
    with pytest.raises(LeaseLost):
        progresses.note(DROP, Progress(NOW, "mine"), NOW)
    progresses.let_go(DROP, Progress(NOW, "mine"))


def test_a_file_that_two_runs_begin_at_once_is_one_s() -> None:
    answers = {"dynamodb:update_item": failing(ConditionFailed()), "dynamodb:put_item": failing(ConditionFailed())}
    assert FeedProgress(FakeAws(answers), "Mirror").begin(DROP, NOW) is None


def test_a_file_is_read_in_the_version_that_was_listed_or_not_at_all() -> None:
    aws = FakeAws({"s3:get_object": failing(ConditionFailed())})
    with pytest.raises(DropGone):
        list(FeedBucket(aws, "feed").pieces(DROP, 4))
    assert (aws.calls[0][1]["IfMatch"], aws.calls[0][1]["Range"]) == ('"e"', "bytes=4-9")


class Broken:
    def read(self) -> bytes:
        raise ReadTimeoutError(endpoint_url="feed")


def test_a_file_that_breaks_off_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        list(FeedBucket(FakeAws({"s3:get_object": {"Body": Broken()}}), "feed").pieces(DROP, 0))


def test_another_file_of_the_same_name_stays() -> None:
    aws = FakeAws({"s3:copy_object": {}, "s3:delete_object": failing(ConditionFailed())})
    FeedBucket(aws, "feed").put_away(DROP)
    assert (aws.calls[0][1]["CopySourceIfMatch"], aws.calls[1][1]["IfMatch"]) == ('"e"', '"e"')


def test_the_inbox_is_listed_whole_and_by_age() -> None:
    from datetime import UTC, datetime

    def listed(asked: dict[str, Any]) -> dict[str, Any]:
        later = "ContinuationToken" in asked
        key, second = ("inbox/old", 1) if later else ("inbox/new", 2)
        found = {"Key": key, "ETag": '"e"', "Size": 1, "LastModified": datetime(2026, 11, 27, 0, 0, second, tzinfo=UTC)}
        folder = {**found, "Key": "inbox/", "Size": 0}
        return {"Contents": [folder, found], "IsTruncated": not later, "NextContinuationToken": "more"}

    assert [drop.file for drop in FeedBucket(FakeAws({"s3:list_objects_v2": listed}), "feed").waiting()] == [
        "old",
        "new",
    ]


def test_a_put_over_an_item_requires_that_it_exists_in_that_version() -> None:
    put = replace_existing("T", {"pk": "a", "n": 1}, {"pk": "a"}, {"version": 7})
    assert put["ConditionExpression"] == "attribute_exists(#key) AND #n0 = :v0"
    assert put["ExpressionAttributeNames"] == {"#key": "pk", "#n0": "version"}
    assert put["ExpressionAttributeValues"] == {":v0": {"N": "7"}}
    assert replace_existing("T", {"pk": "a"}, {"pk": "a"})["ConditionExpression"] == "attribute_exists(#key)"


def test_adding_requires_that_the_item_exists() -> None:
    update = add_to_existing("T", {"pk": "a"}, {"claimed": 5, "paid": -2}, {"as_of": 9})
    assert update["UpdateExpression"] == "SET #s0 = :s0 ADD #a0 :a0, #a1 :a1"
    assert update["ConditionExpression"] == "attribute_exists(#key)"
    assert update["ExpressionAttributeNames"] == {"#a0": "claimed", "#a1": "paid", "#s0": "as_of", "#key": "pk"}
    assert add_to_existing("T", {"pk": "a"}, {}, {"as_of": 9})["UpdateExpression"] == "SET #s0 = :s0"
