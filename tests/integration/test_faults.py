"""Fault rows: what a client is told, and what is stored, when AWS fails in the middle of a request or of a mail."""

import json
import re
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from portal.domain.errors import Unavailable
from portal.domain.outbox import LEASE_SECONDS
from tests.support.journeys import JOURNEYS, Journey
from tests.support.tables import Items, Tables
from tests.support.world import Answer, World, faults

Hook = Callable[[str, str, dict[str, Any]], None]
Tells = Literal["503", "success", "either"]

WRITES = ("put_item", "update_item", "delete_item")
# Ids, secrets, hashes, references and encrypted addresses: other ones in each run.
RANDOM = re.compile(r"(\w+#)?([\w-]{22}|[\w-]{43}|[0-9a-f]{64}|[2-9A-Z]{6}|\$argon2.+|[\w+/=]{100,})")


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which one call fails.

    Args:
        name: for messages of failed tests.
        failure: raised in the call's stead; None where AWS's library itself tries again and succeeds.
        tells: what the client hears.
        moment: whether the call took effect, and nobody heard of it.
        times: how often in a row.
    """

    name: str
    failure: Exception | None
    tells: Tells = "503"
    moment: Literal["before", "after"] = "before"
    times: int = 1


def answered(code: str, *reasons: str) -> ClientError:
    answer: Any = {"Error": {"Code": code}, "CancellationReasons": [{"Code": reason} for reason in reasons]}
    return ClientError(answer, "Operation")


LOST = ReadTimeoutError(endpoint_url="")
CONFLICT = answered("TransactionCanceledException", "None", "TransactionConflict")
TABLE_FAULTS = (
    Fault("throttled", answered("ProvisionedThroughputExceededException")),
    Fault("unreachable", LOST),
)
KEY_FAULTS = (
    Fault("throttled", answered("ThrottlingException")),
    Fault("key store down", answered("KMSInternalException")),
)
ANSWER_LOST = Fault("answer lost", LOST, moment="after")
TRANSACTION_FAULTS = (
    ANSWER_LOST,
    Fault("two conflicts", CONFLICT, "either", times=2),
    Fault("conflicts without end", CONFLICT, times=99),
    Fault("cancelled by throttling", answered("TransactionCanceledException", "ThrottlingError", "None")),
)
WRITE_FAULTS = (
    ANSWER_LOST,
    # A transaction carries a token that keeps it from taking effect twice; a single write does not.
    Fault("answer lost, sent again by the library", None, "success"),
    Fault("conflict with a transaction", answered("TransactionConflictException"), times=99),
)


def faults_of(service: str, operation: str) -> tuple[Fault, ...]:
    if service == "kms":
        return KEY_FAULTS
    more = {"transact_write_items": TRANSACTION_FAULTS, **dict.fromkeys(WRITES, WRITE_FAULTS)}
    return (*TABLE_FAULTS, *more.get(operation, ()))


def at(world: World, place: int, fault: Fault, struck: list[int]) -> dict[str, Hook]:
    """Return the hook by which a call of a request fails; its repetitions inside the request follow it directly.

    Args:
        world: where.
        place: of the call, from 0.
        fault: how.
        struck: gets the places of the calls that failed.
    """
    calls = count()

    def strike(_service: str, operation: str, parameters: dict[str, Any]) -> None:
        if place <= (this := next(calls)) < place + fault.times:
            struck.append(this)
            if fault.failure:
                raise fault.failure
            getattr(world.dynamodb, operation)(**parameters)

    return {fault.moment: strike}


def shown_items(items: Items, known: str) -> Counter[str]:
    """Return all items as text, with a star in place of what is random and was not there before.

    Without counters: an attempt counts before anything is done, and whether it is done or not.
    """

    def shown(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                name: "*" if name in {"expiry_shard", "due_shard", "review_shard"} else shown(value[name])
                for name in value
            }
        if isinstance(value, list):
            return [shown(member) for member in value]
        return "*" if isinstance(value, str) and RANDOM.fullmatch(value) and value not in known else value

    others = [(table, item) for (table, _), item in items.items() if not item.get("pk", "").startswith("counter#")]
    return Counter(json.dumps([table, shown(item)], sort_keys=True) for table, item in others)


def ended(items: Counter[str]) -> Counter[str]:
    """Return items of any generation: ending all sessions once more raises it once more."""
    return Counter(re.sub(r'("generation": )\d+', r"\1*", item) for item in items.elements())


def check_told(answer: Answer, journey: Journey, tells: Tells, where: str) -> None:
    allowed = {"503": {503}, "success": {journey.status}, "either": {503, journey.status}}[tells]
    assert answer.status in allowed, where
    if answer.status == 503:
        assert int(answer.headers["Retry-After"]) >= 1
        assert answer.headers["Content-Type"].startswith("application/problem+json")
        assert answer.json["code"] == "unavailable"
        assert answer.cookies == []


@pytest.mark.parametrize(
    "journey", [one for one in JOURNEYS if one.tables + one.keys], ids=lambda journey: journey.name
)
def test_a_failing_call_makes_a_503_and_nothing_half_done(world: World, journey: Journey) -> None:
    request = journey.prepare(world)
    tables = Tables(world.dynamodb)
    start = tables.read()
    known = str(start)
    world.call_counts()
    assert request().status == journey.status
    calls, present = list(world.hooks.calls), tables.read()
    before, done = shown_items(start, known), shown_items(present, known)
    for place, (service, operation, _) in enumerate(calls):
        for fault in faults_of(service, operation):
            tables.restore(start, present)
            where, struck = f"{operation} ({place}), {fault.name}", list[int]()
            with faults(world, **at(world, place, fault, struck)):
                answer = request()
            # A write whose condition does not hold has no effect whose answer could be lost.
            check_told(answer, journey, fault.tells if struck else "success", where)
            left = shown_items(tables.read(), known)
            assert left == done or (left == before and answer.status == 503), where
            assert request().status == (journey.again if left == done and journey.again else journey.status), where
            present = tables.read()
            # A request that may be made twice (a login, a registration) may have been carried out twice.
            assert ended(done) <= ended(shown_items(present, known)) <= ended(done + (done - before)), where


# ------------------------------------------------------------ mails

# Requests that order mails, of every kind together.
ORDERING = [
    "POST /api/registrations",
    "POST /api/registrations/resend",
    "POST /api/registrations/confirm",
    "POST /api/password-reset",
    "POST /api/password-reset/confirm",
    "PUT /api/password",
    "PUT /api/profile/bank-details",
    "POST /api/profile/email-change",
    "POST /api/email-changes/confirm",
    "DELETE /api/profile",
]
MAIL_FAULTS = (Fault("unreachable", LOST), ANSWER_LOST, Fault("throttled", answered("TooManyRequestsException")))


FAULTS_OF_MAILS = {"send_email": 3, "update_item": 2, "put_item": 2}
"""How many of them make a difference; reads and KMS only fail or don't."""


def sent_since(world: World, place: int) -> Counter[tuple[str, str]]:
    mails = world.mails()[place:]
    return Counter((mail.to[0], mail.text) for mail in mails)


@pytest.mark.parametrize("journey", [one for one in JOURNEYS if one.name in ORDERING], ids=lambda journey: journey.name)
def test_a_failing_call_makes_a_mail_late_but_neither_lost_nor_sent_thrice(world: World, journey: Journey) -> None:
    assert journey.prepare(world)().status == journey.status
    tables, clock, sent = Tables(world.dynamodb), world.clock.now, len(world.mails())
    start = tables.read()
    world.call_counts()
    world.run_mailer()
    calls, expected = [operation for _, operation, _ in world.hooks.calls], sent_since(world, sent)
    assert expected
    for place, operation in enumerate(calls):
        if operation in calls[:place] and operation == "query":
            continue  # one for each shard
        for fault in MAIL_FAULTS[: FAULTS_OF_MAILS.get(operation, 1)]:
            tables.restore(start, tables.read())
            del world.hooks.mails[sent:]
            world.clock.now = clock
            with faults(world, **at(world, place, fault, [])), suppress(Unavailable):
                world.run_mailer()
            for _ in range(2):
                world.clock.advance(LEASE_SECONDS)
                world.run_mailer()
            found, where = sent_since(world, sent), f"{operation} ({place}), {fault.name}"
            assert expected <= found <= expected + expected, where
            assert {row["status"] for row in world.items("OutboxTable")} == {"sent"}, where
