"""What a request or a sweep costs does not grow with the age of the portal (`make capacity`, some minutes).

The same requests and the same sweep, among 10², 10⁴ and 10⁶ items of other people in each table that they use; units
are computed from the items, by the rules of DynamoDB (tests/support/units.py).
"""

import gc
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stdout
from copy import copy
from dataclasses import dataclass
from io import StringIO
from typing import Any

import pytest
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from portal.adapters.dynamodb.items import put_new, to_item
from portal.adapters.dynamodb.records import (
    account_key,
    attempt_key,
    attempt_to_values,
    credential_key,
    expiry_shard,
    review_shard,
    session_key,
    sweep_to_values,
)
from portal.adapters.dynamodb.sweeps import SweepsTable
from portal.domain.registration import new_attempt
from portal.domain.spans import DAY_SECONDS
from portal.domain.sweep import Sweep, Window
from portal.observe import logger
from tests.support.cheap_hashes import make_hashes_cheap
from tests.support.fakes import an_application
from tests.support.people import PASSWORD
from tests.support.units import Units
from tests.support.world import REGION, Answer, World

TABLES = ("AccountsTable", "SessionsTable", "RegistrationsTable", "OutboxTable", "EvidenceTable")
SIZES = (100, 10_000, 1_000_000)
DUE = 10
_EMAIL = "erika.muster@example.com"
_LIFE = 30 * DAY_SECONDS
_SWEEP_EVERY = 900
_RETENTION_YEARS = 3
# Of so many items of Evidence one is that of a sweep.
_ONE_SWEEP_IN = 100
# What Units can count; a filter hides what was read, and a scan reads everything.
_COUNTED = {"get_item", "batch_get_item", "query", "put_item", "update_item", "delete_item", "transact_write_items"}

Values = Mapping[str, Any]
Act = Callable[[], object]


class Kept(Item):
    """An item that no request of the test writes: moto copies whole tables for each entry of a transaction."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Item:
        return self


@dataclass(frozen=True, slots=True)
class Figures:
    """What one act took.

    Args:
        calls: to AWS, by service and operation.
        units: of DynamoDB: ``reads``, ``writes``, and writes by table and by table and index.
    """

    calls: Mapping[str, int]
    units: Mapping[str, float]


# ------------------------------------------------------------ filling


def fill(world: World, number: int) -> None:
    """Put as many items of others into each table, each like one that the portal itself wrote there."""
    tables = _stored()
    now = world.clock()
    attempt = attempt_to_values(new_attempt(an_application(), "203.0.113.0", now, _LIFE))
    newest = now - 2 * _SWEEP_EVERY
    sweep = sweep_to_values(_a_sweep(newest), _RETENTION_YEARS)
    of_sweeps = number // _ONE_SWEEP_IN
    accounts, sessions, registrations, outbox, evidence = (tables[name] for name in TABLES)
    _put(accounts, _present(accounts, account_key("")), map(_account, range(number // 2)))
    _put(accounts, _present(accounts, credential_key("")), map(_credential, range(number // 2)))
    _put(sessions, _present(sessions, session_key("")), (_session(place, now) for place in range(number)))
    _put(outbox, _present(outbox, "", status="sent"), (_order(place, now) for place in range(number)))
    _put(evidence, _present(evidence, "", kind="opt_in"), map(_proof, range(number - of_sweeps)))
    _put(evidence, _typed(sweep), (_sweep_before(newest, place) for place in range(of_sweeps)))
    _put(registrations, _typed(attempt), (_attempt(place, now, number) for place in range(number)))
    for table in (accounts, sessions, registrations, outbox, evidence):
        held = sum(map(len, table.items.values())) if table.range_key_attr else len(table.items)
        assert held >= number, (table.name, held)


def _stored() -> Mapping[str, Table]:
    return dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables


def _put(table: Table, like: Mapping[str, DynamoType], others: Iterator[Values]) -> None:
    """Put items straight into moto: ``like`` one, with other values where each has its own; those alone take room."""
    for values in others:
        attributes = {**like, **_typed(values)}
        item = copy(_EMPTY)
        item.attrs = attributes  # type: ignore[assignment]  # no limit of size: nobody writes to it
        item.hash_key = attributes[table.hash_key_attr]
        if table.range_key_attr:
            item.range_key = attributes[table.range_key_attr]
            table.items[item.hash_key][item.range_key] = item
        else:
            table.items[item.hash_key] = item  # type: ignore[assignment]  # as moto itself does


def _present(table: Table, begin: str, **wanted: str) -> dict[str, DynamoType]:
    """Return the attributes of an item that the one client of this portal has."""
    return next(
        item.attrs
        for item in table.all_items()
        if item.hash_key.value.startswith(begin)
        and all(item.attrs[name].value == value for name, value in wanted.items())
    )


def _typed(values: Values) -> dict[str, DynamoType]:
    """Return values as moto keeps them: equal texts once, as there are millions."""
    texts = {value: DynamoType({"S": value}) for value in values.values() if type(value) is str}
    others = {name: value for name, value in values.items() if type(value) is not str}
    return {
        **{name: texts[value] for name, value in values.items() if type(value) is str},
        **{name: DynamoType(value) for name, value in to_item(others).items()},
    }


_EMPTY = Kept(DynamoType({"S": ""}), None, {})


def _id(place: int) -> str:
    """Return an id as long as the random ones."""
    return f"{place:022d}"


def _email(place: int) -> str:
    return f"person.{place:07d}@example.org"


def _account(place: int) -> Values:
    email = _email(place)
    return {"pk": account_key(_id(place)), "id": _id(place), "email": email, "canonical_email": email}


def _credential(place: int) -> Values:
    email, account = _email(place), _id(place)
    shard = review_shard(account)
    return {"pk": credential_key(email), "canonical_email": email, "account_id": account, "review_shard": shard}


def _session(place: int, now: int) -> Values:
    """One of another account each, begun at any time of the half day before and used since."""
    session = _id(place)
    at = now - place % (DAY_SECONDS // 2)
    return {"pk": session_key(session), "id": session, "account_id": _id(place), "created_at": at}


def _order(place: int, now: int) -> Values:
    order = _id(place)
    return {"pk": order, "id": order, "ref": _id(place), "created_at": now - place % _LIFE}


def _proof(place: int) -> Values:
    return {"subject": _id(place), "sk": f"opt_in#{_id(place)}"}


def _sweep_before(newest: int, place: int) -> Values:
    """Each earlier than the one before, by as much as the schedule has between two."""
    values = sweep_to_values(_a_sweep(newest - place * _SWEEP_EVERY), _RETENTION_YEARS)
    return {name: values[name] for name in ("subject", "sk", "window", "finished_at", "expires_at")}


def _attempt(place: int, now: int, number: int) -> Values:
    """One that is not due: they expire evenly over a whole life, many later on this day, in the partitions swept."""
    attempt, email = _id(place), _email(place)
    expires_at = now + 1 + place * _LIFE // number
    return {
        "pk": attempt_key(attempt),
        "id": attempt,
        "email": email,
        "canonical_email": email,
        "requested_at": expires_at - _LIFE,
        "expires_at": expires_at,
        "expiry_shard": expiry_shard(attempt, expires_at),
    }


def _a_sweep(at: int) -> Sweep:
    return Sweep(Window(at - _SWEEP_EVERY, at), 0, 0, 0, None, complete=True, finished_at=at)


def _put_due(world: World) -> None:
    """Store what the next sweep has to delete, and the sweep before it."""
    now = world.clock()
    SweepsTable(world.aws, "EvidenceTable", _RETENTION_YEARS).add(_a_sweep(now - _SWEEP_EVERY))
    for place in range(DUE):
        attempt = new_attempt(an_application(f"late.{place}@example.net"), "203.0.113.0", now - _LIFE - place, _LIFE)
        world.dynamodb.put_item(**put_new("RegistrationsTable", attempt_to_values(attempt)))


# ------------------------------------------------------------ measuring


def measured(number: int) -> dict[str, Figures]:
    """Return what each act takes in a portal that holds so many items of others in each table."""
    # Metrics go to standard output, where the table is to stand alone.
    with mock_aws(), redirect_stdout(StringIO()):
        world = World()
        # Moto takes longer than a request may: it has no indexes, and copies tables.
        world.aws._monotonic = lambda: 0.0  # noqa: SLF001 - the world has one way out
        acts = _warm_acts(world)
        gc.disable()  # or collections look at millions of items again and again
        try:
            fill(world, number)
            _put_due(world)
            units = Units(world)
            return {name: _figures(world, units, act) for name, act in acts.items()}
        finally:
            gc.enable()
            # Moto keeps them until it starts again, which would be gigabytes.
            for table in _stored().values():
                table.items.clear()


def _warm_acts(world: World) -> dict[str, Act]:
    """Return what is measured; the requests were made before, so that nothing is left to be done once."""
    token = world.a_client()

    def profile() -> None:
        assert world.request("GET", "/api/profile", token=token).status == 200

    def log_in(**headers: str) -> Answer:
        body = {"email": _EMAIL, "password": PASSWORD}
        answer = world.request("POST", "/api/login", body, headers=headers)
        assert answer.status == 200
        return answer

    def clean_up() -> None:
        done = world.run_cleanup()
        assert (done["found"], done["deleted"], done["complete"]) == (DUE, DUE, True)

    profile()
    cookies = [cookie.partition(";")[0] for cookie in log_in().cookies]
    (device,) = [cookie for cookie in cookies if "device" in cookie]
    log_in(Cookie=device)
    return {
        "GET /api/profile": profile,
        "POST /api/login, known device": lambda: log_in(Cookie=device),
        "POST /api/login, new device": log_in,
        f"cleanup, {DUE} due": clean_up,
    }


def _figures(world: World, units: Units, act: Act) -> Figures:
    world.call_counts()
    units.taken()
    act()
    for service, operation, asked in world.hooks.calls:
        countable = service != "dynamodb" or (operation in _COUNTED and "FilterExpression" not in asked)
        assert countable, (operation, asked)
    return Figures(world.call_counts(), {name: used for name, used in units.taken().items() if used})


def table_of(found: Mapping[int, Mapping[str, Figures]]) -> Iterator[str]:
    """Yield the lines of a table of all that was measured."""
    yield f"{'':<32}{'items':>9}{'calls':>7}{'read units':>12}{'write units':>13}  calls by operation"
    for name in found[SIZES[0]]:
        for number, figures in found.items():
            one = figures[name]
            calls = ", ".join(f"{kind} {times}" for kind, times in sorted(one.calls.items()))
            reads, writes = (f"{one.units.get(kind, 0):g}" for kind in ("reads", "writes"))
            yield f"{name:<32}{number:>9,}{sum(one.calls.values()):>7}{reads:>12}{writes:>13}  {calls}"


def test_calls_and_capacity_are_equal_however_old_the_portal_is(monkeypatch: pytest.MonkeyPatch) -> None:
    make_hashes_cheap(monkeypatch)
    monkeypatch.setattr(logging.getLogger(logger.service), "disabled", True)
    found = {number: measured(number) for number in SIZES}
    print("", *table_of(found), sep="\n")  # noqa: T201 - what it is run for
    for name, first in found[SIZES[0]].items():
        assert first.calls
        assert first.units
        assert [found[number][name] for number in SIZES] == [first] * len(SIZES), name
