"""The sweep can fail: with a hole made on purpose, in one place, it says so."""

from typing import Any

import pytest

from portal.adapters.aws import Aws
from portal.adapters.dynamodb.outbox import OutboxTable
from portal.domain.ids import OutboxId
from portal.domain.outbox import NOBODY, OutboxRow, Told
from tests.support.sweep.flow import Flow
from tests.support.sweep.flows import FLOWS
from tests.support.sweep.play import Play, Stage

BY_NAME = {flow.name: flow for flow in FLOWS}
SINGLE = {"Put": "put_item", "Update": "update_item", "Delete": "delete_item"}


def swept(stage: Stage, flow: Flow, *faults: str) -> dict[str, list[str]]:
    """Return what is broken by which scenario."""
    play = Play(stage, flow)
    scenarios = [one for one in play.scenarios() if one.endswith(faults)]
    return {scenario: found for scenario in scenarios if (found := play.play(scenario))}


def words(broken: dict[str, list[str]]) -> str:
    return "; ".join(one for found in broken.values() for one in found)


def test_a_confirmation_that_is_five_writes_leaves_half_accounts_and_is_found(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    transact = Aws.transact

    def one_by_one(aws: Aws, *writes: dict[str, Any]) -> None:
        if not any(write.get("Put", {}).get("TableName") == "AccountsTable" for write in writes):
            transact(aws, *writes)
            return
        for write in writes:
            ((kind, parameters),) = write.items()
            aws.call("dynamodb", SINGLE[kind], **parameters)

    flow = BY_NAME["post-registrations-confirm"]
    assert not swept(stage, flow, "error-before", "killed-after")
    monkeypatch.setattr(Aws, "transact", one_by_one)
    broken = swept(stage, flow, "error-before", "killed-after")
    assert "half account: 0 credentials" in words(broken)
    assert "0 opt-ins of one account" in words(broken)
    assert "never ordered: ['credentials']" in words(broken)
    # Every place between two of its writes is a hole, by whichever end.
    assert {scenario.split("/")[1] for scenario in broken} >= {"2", "3", "4", "5", "6"}


def test_a_mailer_that_notes_a_mail_as_sent_before_it_sends_it_loses_mails_and_is_found(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = OutboxTable.claim

    def claim_and_close(outbox: OutboxTable, row_id: OutboxId, now: int) -> OutboxRow | None:
        row = claim(outbox, row_id, now)
        if row:
            outbox.finish(row, "sent", now)
        return row

    flow = BY_NAME["mail-credentials-by-stream"]
    assert not swept(stage, flow, "killed-before")
    monkeypatch.setattr(OutboxTable, "claim", claim_and_close)
    broken = swept(stage, flow, "killed-before")
    assert "credentials counts as sent and was not" in words(broken)


def test_a_mailer_that_forgets_thrice_what_it_sent_is_found(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    finish, forgotten = OutboxTable.finish, list[str]()

    def forget(outbox: OutboxTable, row: OutboxRow, status: str, now: int, told: Told = NOBODY) -> None:
        if row.kind != "farewell" or len(forgotten) == 3:
            finish(outbox, row, status, now, told)
        else:
            forgotten.append(row.id)

    monkeypatch.setattr(OutboxTable, "finish", forget)
    with pytest.raises(AssertionError, match="farewell sent 4 times"):
        Play(stage, BY_NAME["mail-farewell-by-stream"])
