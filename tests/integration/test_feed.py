"""The feed against simulated AWS: what comes in, in which version, and what is counted."""

from collections import Counter
from itertools import count
from typing import Any

import pytest
from moto import mock_aws

from portal.adapters.dynamodb import mirror as mirror_module
from portal.adapters.dynamodb.feed_progress import LEASE_SECONDS
from portal.adapters.dynamodb.mirror_records import case_from_item, client_from_item, figures_from_item
from portal.domain import feed as feed_module
from portal.domain.case import CaseStatus, contribution
from portal.domain.errors import Contended
from portal.domain.feed import REMEMBERED_SECONDS
from portal.domain.ids import ClientId
from portal.domain.search import terms_of
from portal.events.ingest import IngestFailed
from portal.flows import take_in_feed
from tests.support.feed import (
    ERIKA,
    FeedWorld,
    Line,
    a_case_line,
    a_client_line,
    a_file,
    a_removal_line,
    bring,
    objects,
    report_on,
)
from tests.support.mirror import TODAY, a_client, put_mirrored
from tests.support.world import World, faults

COUNTS = ("taken_in", "unchanged", "older", "removed", "refused")


def mirror(world: World | FeedWorld) -> dict[tuple[str, str], dict[str, Any]]:
    """Return what the table holds of clients and cases, by key."""
    return {(item["pk"], item["sk"]): item for item in world.items("MirrorTable")}


NUMBERS = count(1)


def take(world: World, *lines: Line, file: str | None = None) -> dict[str, int]:
    """Bring a file, of a name of its own where none is given, and return its counts that are not 0."""
    file = file or f"{next(NUMBERS)}.jsonl"
    bring(world, file, *lines)
    world.run_ingest()
    report = report_on(world, file)
    return {name: report[name] for name in COUNTS if report[name]}


def require_consistency(world: World | FeedWorld, client_id: str = "10") -> None:
    """Require that figures, terms and rights are what cases and client say."""
    items = mirror(world)
    partition = f"client#{client_id}"
    lying = [(item, case_from_item(item)) for (pk, sk), item in items.items() if (pk, sk[:5]) == (partition, "case#")]
    cases = [(item, case) for item, case in lying if case is not None]
    counted = sum((contribution(case, TODAY) for _, case in cases), Counter[str]())
    found = {name: value for name, value in figures_from_item(items[partition, "figures"]).counted.items() if value}
    assert found == {name: value for name, value in counted.items() if value}
    assert {sk for pk, sk in items if pk == f"{partition}#terms"} == {
        f"{term}#{case.id}" for _, case in cases for term in terms_of(case)
    }
    for item, case in cases:
        assert item["terms"] == sorted(terms_of(case))
        before = None
        for term in sorted(terms_of(case)):
            row = items[f"{partition}#terms", f"{term}#{case.id}"]
            assert (row["status"], row["paid"], row.get("previous")) == (case.status, case.paid, before)
            before = term
    client = client_from_item(items[partition, "client"])
    assert client is not None
    rights = {sk for pk, sk in items if pk == partition and sk.startswith("person#")}
    assert rights == {f"person#{email}" for email in client.people}


def test_a_file_becomes_a_client_with_cases_and_figures_and_goes_away_with_a_report(world: World) -> None:
    lines = [a_client_line(), a_case_line(), a_case_line("A-2", status="court")]
    assert take(world, *lines, file="one.jsonl") == {"taken_in": 3}
    require_consistency(world)
    items = mirror(world)
    figures = figures_from_item(items["client#10", "figures"])
    assert (figures.claimed, figures.recovered, figures.as_of) == (20_000, 6_000, world.clock())
    assert figures.cases[CaseStatus.COURT] == figures.cases[CaseStatus.PRE_COURT] == 1
    assert sorted(objects(world)) == ["done/one.jsonl", "reports/one.jsonl.json"]
    report = report_on(world, "one.jsonl")
    assert (report["file"], report["lines"], report["refusals"]) == ("one.jsonl", 3, [])
    assert not [key for key in items if key[0].startswith("feed#")]


def test_the_same_file_again_changes_nothing(world: World) -> None:
    lines = [a_client_line(), a_case_line()]
    take(world, *lines)
    before = mirror(world)
    world.clock.advance(60)
    assert take(world, *lines) == {"unchanged": 2}
    assert mirror(world) == before


def test_versions_decide_and_not_the_order_of_files(world: World) -> None:
    take(world, a_client_line(), a_case_line(version=3, status="court"))
    assert take(world, a_case_line(version=2)) == {"older": 1}
    assert take(world, a_case_line(version=3, reference="other"), file="one.jsonl") == {"refused": 1}
    assert report_on(world, "one.jsonl")["refusals"] == [
        {
            "line": 1,
            "type": "case",
            "client_id": "10",
            "case_id": "A-1",
            "errors": [{"pointer": "/version", "code": "version_reused"}],
        }
    ]
    changed = a_case_line(
        version=4, status="settled", closed_on="2026-11-20", debtors=[{"kind": "company", "name": "Neu AG"}]
    )
    assert take(world, changed) == {"taken_in": 1}
    require_consistency(world)
    assert figures_from_item(mirror(world)["client#10", "figures"]).cases[CaseStatus.SETTLED] == 1


def test_later_lines_of_a_file_see_the_earlier_ones(world: World) -> None:
    counts = take(
        world,
        a_client_line(),
        a_case_line(version=1),
        a_case_line(version=2, status="court"),
        a_case_line(version=2, status="court"),
        a_case_line(version=1),
        a_removal_line("A-1", version=3),
        a_case_line(version=2, status="court"),
        a_client_line(version=2, people=["max.muster@example.org", ERIKA]),
        a_client_line(version=3, people=["max.muster@example.org"]),
    )
    assert counts == {"taken_in": 5, "unchanged": 1, "older": 2, "removed": 1}
    require_consistency(world)
    assert ("client#10", f"person#{ERIKA}") not in mirror(world)


def test_a_case_of_a_client_that_nobody_knows_is_refused_until_the_client_is_there(world: World) -> None:
    assert take(world, a_case_line(), file="one.jsonl") == {"refused": 1}
    assert report_on(world, "one.jsonl")["refusals"][0]["errors"] == [
        {"pointer": "/client_id", "code": "unknown_client"}
    ]
    assert mirror(world) == {}
    assert take(world, a_client_line()) == {"taken_in": 1}
    assert take(world, a_case_line()) == {"taken_in": 1}


def test_a_removed_case_leaves_nothing_of_itself_and_does_not_come_back(world: World) -> None:
    take(world, a_client_line(), a_case_line(), a_case_line("A-2"))
    assert take(world, a_removal_line("A-1")) == {"removed": 1}
    require_consistency(world)
    memory = mirror(world)["client#10", "case#A-1"]
    assert memory.keys() == {"pk", "sk", "version", "digest", "source", "removed", "expires_at"}
    assert memory["expires_at"] == world.clock() + REMEMBERED_SECONDS
    assert take(world, a_case_line(), a_removal_line("A-1", version=1)) == {"older": 2}
    assert take(world, a_removal_line("A-1")) == {"unchanged": 1}
    assert take(world, a_case_line(version=2)) == {"refused": 1}
    world.clock.advance(REMEMBERED_SECONDS)
    assert take(world, a_case_line()) == {"taken_in": 1}
    require_consistency(world)


def test_a_case_may_come_back_in_a_higher_version(world: World) -> None:
    take(world, a_client_line(), a_case_line(), a_removal_line("A-1"))
    assert take(world, a_case_line(version=3)) == {"taken_in": 1}
    require_consistency(world)


def test_a_removed_client_is_gone_with_all_cases_in_as_many_runs_as_it_takes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirror_module, "_SWEPT_TOGETHER", 5)
    take(world, a_client_line(), *(a_case_line(f"A-{number}") for number in range(12)))
    bring(world, "bye.jsonl", a_removal_line(), a_case_line())
    summary = world.run_ingest(steps=2)  # the file, its chunk, and one part of the removal
    assert (summary["finished"], summary["waiting"]) == (0, 1)
    left = mirror(world)
    assert ("client#10", f"person#{ERIKA}") not in left
    assert 0 < len([key for key in left if key[1].startswith("case#")]) < 12
    assert world.run_ingest()["finished"] == 1
    assert set(mirror(world)) == {("client#10", "client")}
    report = report_on(world, "bye.jsonl")
    assert (report["removed"], report["refused"]) == (1, 1)
    assert take(world, a_client_line(), a_case_line()) == {"older": 1, "refused": 1}
    assert take(world, a_client_line(version=3), a_case_line()) == {"taken_in": 2}
    require_consistency(world)


def test_broken_lines_are_named_and_the_rest_is_in(world: World) -> None:
    broken = [b"{", b"\xff", b'{"type":"note"}', b"[]", b'{"a":1,"a":2}', b'"' + b"x" * 300_000 + b'"', b""]
    lines: list[Line] = [a_client_line(), *broken, a_case_line(), a_case_line("search"), a_case_line("A-2")]
    counts = take(world, *lines, file="one.jsonl")
    assert counts == {"taken_in": 3, "refused": 7}
    told = {entry["line"]: entry["errors"][0]["code"] for entry in report_on(world, "one.jsonl")["refusals"]}
    assert told == {
        2: "not_json",
        3: "not_json",
        4: "unknown_type",
        5: "wrong_type",
        6: "not_json",
        7: "line_too_long",
        10: "invalid_value",
    }


def test_a_run_that_is_out_of_time_leaves_the_rest_to_the_next_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "_LINES_OF_A_CHUNK", 10)
    bring(world, "long.jsonl", a_client_line(), *(a_case_line(f"A-{number}") for number in range(25)))
    first = world.run_ingest(steps=2)
    assert (first["taken_in"], first["finished"]) == (10, 0)
    second = world.run_ingest()
    assert (second["taken_in"], second["finished"]) == (16, 1)
    assert report_on(world, "long.jsonl")["taken_in"] == 26
    require_consistency(world)


def test_a_file_that_was_overwritten_meanwhile_is_not_lost(world: World) -> None:
    bring(world, "one.jsonl", a_client_line(), a_case_line())

    def overwrite(_: str, operation: str, parameters: dict[str, Any]) -> None:
        if operation == "put_object" and parameters["Key"] == "reports/one.jsonl.json":
            world.hooks.before = None
            bring(world, "one.jsonl", a_case_line("A-2"))

    with faults(world, before=overwrite):
        world.run_ingest()
    assert "inbox/one.jsonl" in objects(world)
    world.run_ingest()
    assert ("client#10", "case#A-2") in mirror(world)
    assert sorted(objects(world)) == ["done/one.jsonl", "reports/one.jsonl.json"]


def test_two_runs_never_work_on_one_file(world: World) -> None:
    bring(world, "one.jsonl", a_client_line(), a_case_line())
    seen: list[dict[str, Any]] = []

    def meanwhile(_: str, operation: str, __: dict[str, Any]) -> None:
        if operation == "batch_get_item" and not seen:
            seen.append({})
            seen[0] = world.run_ingest()

    with faults(world, before=meanwhile):
        assert world.run_ingest()["finished"] == 1
    assert (seen[0]["finished"], seen[0]["taken_in"]) == (0, 0)


class Killed(BaseException):
    """The run ends here, without a word."""


LINES: list[Line] = [
    a_client_line(),
    a_case_line("A-0"),
    a_case_line("A-1"),
    b"{broken",
    a_case_line("A-0", version=2, status="court"),
    a_case_line("B-1", client_id="11"),
    a_removal_line("A-1"),
    a_client_line("12"),
    a_case_line("C-1", client_id="12"),
    a_removal_line(client_id="12"),
    a_case_line("C-1", client_id="12", version=2),
    a_client_line(version=2, people=[]),
]


def outcome(world: World | FeedWorld) -> tuple[Any, Any, Any]:
    report = report_on(world, "one.jsonl")
    items = {
        key: {name: value for name, value in item.items() if name not in {"expires_at", "as_of", "source"}}
        for key, item in mirror(world).items()
        if not key[0].startswith("feed#")
    }
    kept = {name: value for name, value in report.items() if name not in {"started_at", "finished_at", "etag"}}
    return items, kept, sorted(objects(world))


def killed_at(world: FeedWorld, place: int) -> bool:
    """Kill a run at a call, which is as good as after the one before, and let the next run go on.

    Tell whether the run has such a call.
    """
    left = [place]
    world.clear()
    bring(world, "one.jsonl", *LINES)

    def kill(*_: object) -> None:
        left[0] -= 1
        if left[0] == -1:
            raise Killed

    world.hooks.before = kill
    try:
        world.run_ingest()
    except Killed:
        world.hooks.before = None
        world.clock.advance(LEASE_SECONDS)
        world.run_ingest()
        return True
    world.hooks.before = None
    return False


@pytest.mark.parametrize("first", range(4))
def test_a_run_that_is_killed_at_any_call_is_completed_by_the_next_one_with_the_same_result(first: int) -> None:
    with mock_aws():
        world = FeedWorld()
        bring(world, "one.jsonl", *LINES)
        world.run_ingest()
        wanted = outcome(world)
        assert (wanted[1]["taken_in"], wanted[1]["removed"], wanted[1]["refused"]) == (7, 2, 3)
        for place in count(first, 4):
            if not killed_at(world, place):
                break
            assert outcome(world) == wanted, place
            require_consistency(world)
    assert place > 30


def test_a_service_that_does_not_answer_fails_the_run_and_the_next_one_goes_on_at_once(world: World) -> None:
    from portal.domain.errors import Unavailable

    bring(world, "one.jsonl", *LINES)

    def fail(_: str, operation: str, __: dict[str, Any]) -> None:
        if operation == "transact_write_items":
            raise Unavailable

    with faults(world, before=fail), pytest.raises(IngestFailed):
        world.run_ingest()
    assert world.run_ingest()["finished"] == 1


def test_what_a_run_writes_names_nothing_of_lines_and_files(world: World, written: Any) -> None:
    bring(
        world, "geheim-4711.jsonl", a_client_line(), a_case_line(), b'{"type":"case","client_id":"10","case_id":"X-99"}'
    )
    world.run_ingest()
    text = written.getvalue()
    assert '"FeedLinesRefused":[1.0]' in text.replace(" ", "")
    for secret in ("geheim", "Schuldner", "A-1", "X-99", ERIKA, "RE-2026", a_file(a_case_line()).decode()):
        assert secret not in text


def test_a_file_that_fails_for_good_holds_no_other_one_up(world: World) -> None:
    bring(world, "a.jsonl", a_client_line("12"))
    bring(world, "b.jsonl", a_client_line())

    def fail(_: str, operation: str, parameters: dict[str, Any]) -> None:
        if operation == "get_object" and parameters["Key"] == "inbox/a.jsonl":
            raise Contended

    with faults(world, before=fail), pytest.raises(IngestFailed):
        world.run_ingest()
    assert ("client#10", "client") in mirror(world)
    assert sorted(key for key in objects(world) if key.startswith("inbox/")) == ["inbox/a.jsonl"]
    assert world.run_ingest()["finished"] == 1


@pytest.mark.parametrize("gone", ["replaced", "deleted"])
def test_what_a_removed_client_left_goes_though_the_file_that_removed_it_is_gone(
    world: World, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    monkeypatch.setattr(mirror_module, "_SWEPT_TOGETHER", 5)
    take(world, a_client_line(), *(a_case_line(f"A-{number}") for number in range(12)))
    bring(world, "bye.jsonl", a_removal_line())
    world.run_ingest(steps=2)
    assert [sk for _, sk in mirror(world) if sk.startswith("case#")]
    if gone == "replaced":
        bring(world, "bye.jsonl", a_client_line("11"))
    else:
        world.s3.delete_object(Bucket=world.names["FeedBucket"], Key="inbox/bye.jsonl")
    world.run_ingest()
    assert {key for key in mirror(world) if key[0].startswith("client#10")} == {("client#10", "client")}
    assert not [key for key in mirror(world) if key[0] == "feed#owed"]


def test_the_removal_of_a_case_whose_client_is_not_wholly_gone_is_taken_in(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirror_module, "_SWEPT_TOGETHER", 5)
    take(world, a_client_line(), *(a_case_line(f"A-{number}") for number in range(12)))
    bring(world, "bye.jsonl", a_removal_line())
    world.run_ingest(steps=2)
    (left, *_) = sorted(sk.removeprefix("case#") for _, sk in mirror(world) if sk.startswith("case#"))
    bring(world, "more.jsonl", a_removal_line(left), a_removal_line("A-99"))

    def nothing_is_owed(_: str, operation: str, parameters: dict[str, Any]) -> None:
        if operation == "query" and ":prefix" in parameters["ExpressionAttributeValues"]:
            raise Contended

    with faults(world, before=nothing_is_owed), pytest.raises(IngestFailed):
        world.run_ingest()
    assert report_on(world, "more.jsonl")["removed"] == 2
    assert not [pk for pk, sk in mirror(world) if sk.endswith(f"#{left}") and pk.endswith("#terms")]
    world.run_ingest()
    assert {sk for pk, sk in mirror(world) if pk == "client#10"} == {"case#A-99", f"case#{left}", "client"}


def test_thirty_years_of_instalments_fit_into_an_expression_and_leave_the_figures_as_they_came(world: World) -> None:
    """DynamoDB takes 4 KB of an expression; simulated AWS takes any."""
    payments = [
        {"received_on": f"{year}-{month:02d}-01", "on_principal": 1}
        for year in range(1990, 2030)
        for month in range(1, 13)
    ]
    longest: list[int] = []

    def measure(_: str, __: str, parameters: dict[str, Any]) -> None:
        updates = [entry["Update"] for entry in parameters.get("TransactItems", []) if "Update" in entry]
        longest.extend(len(update["UpdateExpression"].encode()) for update in updates)

    with faults(world, before=measure):
        take(world, a_client_line(), a_case_line(payments=payments))
        require_consistency(world)
        world.clock.advance(15 * 365 * 86_400)
        take(world, a_case_line(version=2, payments=payments))
        take(world, a_removal_line("A-1", version=3))
    assert 1_000 < max(longest) < 4_096
    figures = figures_from_item(mirror(world)["client#10", "figures"]).counted
    assert {name: value for name, value in figures.items() if value} == {}


def test_a_report_names_no_line_that_is_in_after_all(world: World) -> None:
    """A run ends before its checkpoint; until the next one the client has come."""
    bring(world, "cases.jsonl", a_case_line())

    def end(_: str, operation: str, parameters: dict[str, Any]) -> None:
        if operation == "update_item" and "done_bytes" in parameters["UpdateExpression"]:
            raise Contended

    with faults(world, before=end), pytest.raises(IngestFailed):
        world.run_ingest()
    world.clock.advance(LEASE_SECONDS)
    put_mirrored(world.dynamodb, "MirrorTable", [a_client(ERIKA, id=ClientId("10"))])
    world.run_ingest()
    report = report_on(world, "cases.jsonl")
    assert (report["taken_in"], report["refused"], report["refusals"]) == (1, 0, [])


def test_a_file_whose_name_ends_like_a_folder_is_taken_in_where_it_holds_something(world: World) -> None:
    bring(world, "sub/", a_client_line())
    world.s3.put_object(Bucket=world.names["FeedBucket"], Key="inbox/empty/", Body=b"")
    assert world.run_ingest()["finished"] == 1
    assert ("client#10", "client") in mirror(world)


def test_a_file_too_large_to_be_put_away_waits_untaken(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(take_in_feed, "LARGEST_BYTES", 10)
    bring(world, "large.jsonl", a_client_line())
    world.clock.advance(3_700)
    summary = world.run_ingest()
    assert (summary["finished"], summary["failed"], summary["waiting"]) == (0, 0, 1)
    assert mirror(world) == {}
