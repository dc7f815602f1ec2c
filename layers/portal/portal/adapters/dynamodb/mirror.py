"""Copies of clients and cases in the table Mirror, written by the feed."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from portal.adapters.dynamodb.items import (
    Item,
    Key,
    add_to_existing,
    delete_key,
    from_item,
    put_new,
    replace_existing,
    require_existing,
    to_item,
)
from portal.adapters.dynamodb.mirror_records import (
    OF_KNOWN,
    OWED,
    case_to_values,
    client_from_item,
    client_key,
    client_partition,
    client_to_values,
    figures_key,
    known_from_item,
    owed_from_item,
    owed_key,
    owed_to_values,
    place_key,
    removal_to_values,
    right_key,
    right_to_values,
    row_values,
    term_key,
    terms_partition,
    terms_to_values,
)
from portal.domain.case import Case, contribution
from portal.domain.client import Client
from portal.domain.errors import ConditionFailed, Unavailable
from portal.domain.ids import CaseId, ClientId
from portal.domain.times import day_in_berlin

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from portal.adapters.aws import Aws
    from portal.domain.feed import Change, Known, Place

Write = dict[str, Any]

_MOST_KEYS = 100
_MOST_ROUNDS = 100
# Beside these there is the check of the client in a transaction of at most a hundred.
_SWEPT_TOGETHER = 99


class MirrorTable:
    """Satisfies ``flows.feed_ports.Mirror``.

    Args:
        aws: way out.
        table: name of Mirror.
    """

    def __init__(self, aws: Aws, table: str) -> None:
        self._aws = aws
        self._table = table

    def known(self, places: Iterable[Place]) -> dict[Place, Known]:
        """Return what is stored at places; those where nothing is lack."""
        keys = [to_item(place_key(place)) for place in places]
        found: dict[Place, Known] = {}
        for begin in range(0, len(keys), _MOST_KEYS):
            found.update(known_from_item(item) for item in self._read(keys[begin : begin + _MOST_KEYS]))
        return found

    def put_client(self, change: Change, known: Known | None, mark: str, now: int) -> None:
        """Write a client, and give or take rights of its people."""
        client, before = change.content, self._client(change.client_id, known)
        if not isinstance(client, Client):
            raise TypeError(change.type)
        old = before.people if before else frozenset()
        values = client_to_values(client, change.digest, mark)
        writes = [self._put(values, known)]
        if before is None:
            writes.append({"Put": put_new(self._table, {**figures_key(client.id), "as_of": now})})
        added = [right_to_values(client.id, email) for email in sorted(client.people - old)]
        writes += [{"Put": put_new(self._table, right)} for right in added]
        writes += [self._delete(right_key(client.id, email)) for email in sorted(old - client.people)]
        self._aws.transact(*writes)

    def remove_client(self, change: Change, known: Known | None, mark: str, now: int) -> None:
        """End all rights and leave a memory of the removal; the cases are left to ``sweep``."""
        before = self._client(change.client_id, known)
        writes = [self._put(removal_to_values(change.removal(mark, now)), known)]
        if before is not None:
            # Whatever becomes of this run and its file: what the client left is owed from now on.
            writes.append({"Put": put_new(self._table, owed_to_values(change.client_id, change.version))})
            writes.append(self._delete(figures_key(change.client_id)))
            writes += [self._delete(right_key(change.client_id, email)) for email in sorted(before.people)]
        self._aws.transact(*writes)

    def sweep(self, client_id: ClientId) -> bool:
        """Delete some of what a removed client left, and tell whether that was all.

        Raises:
            ConditionFailed: the client is there again.
        """
        keys = self._left(client_partition(client_id), "case#") or self._left(terms_partition(client_id), "")
        if not keys:
            return True
        check = require_existing(self._table, client_key(client_id), "removed = :yes", {":yes": True})
        self._aws.transact({"ConditionCheck": check}, *(self._delete(key) for key in keys))
        return False

    def owed(self) -> list[tuple[ClientId, int]]:
        """Return removed clients that left something, with the version of their removal; some of them, if many."""
        answer = self._aws.call(
            "dynamodb",
            "query",
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=to_item({":pk": OWED}),
            ConsistentRead=True,
        )
        return [owed_from_item(from_item(item)) for item in answer["Items"]]

    def settle(self, client_id: ClientId, version: int) -> None:
        """Note that nothing is left of what the client had before that removal."""
        delete = require_existing(self._table, owed_key(client_id), "version = :version", {":version": version})
        with suppress(ConditionFailed):  # settled before, or another removal owes more
            self._aws.transact({"Delete": delete})

    def put_case(self, change: Change, known: Known | None, mark: str, now: int) -> None:
        """Write a case, its terms and what it changes in the figures."""
        case, item = change.content, self._whole(place_key(change.place), known)
        if not isinstance(case, Case):
            raise TypeError(change.type)
        counted = contribution(case, day_in_berlin(now))
        values = case_to_values(case, change.digest, mark, counted)
        self._aws.transact(self._put(values, known), *self._terms(item, case), self._count(change, item, counted, now))

    def remove_case(self, change: Change, known: Known | None, mark: str, now: int) -> None:
        """Delete a case and its terms, and leave a memory of the removal."""
        item = self._whole(place_key(change.place), known)
        counts = [self._count(change, item, {}, now)] if item is not None else []
        self._aws.transact(*self._removal(change, known, item, mark, now), *counts)

    def remove_left_case(self, change: Change, known: Known | None, mark: str, now: int) -> None:
        """Delete a case that a removed client left; there are no figures any more that it could leave."""
        item = self._whole(place_key(change.place), known)
        self._aws.transact(*self._removal(change, known, item, mark, now))

    def _removal(self, change: Change, known: Known | None, item: Item | None, mark: str, now: int) -> list[Write]:
        terms = item["terms"] if item is not None and change.case_id is not None else []
        return [
            self._put(removal_to_values(change.removal(mark, now)), known),
            *(self._delete(term_key(change.client_id, change.case_id or CaseId(""), term)) for term in terms),
        ]

    # ------------------------------------------------------------ reading

    def _read(self, keys: Sequence[Write]) -> Iterable[Item]:
        names = {f"#n{place}": name for place, name in enumerate(OF_KNOWN)}
        asked: Mapping[str, Any] = {
            self._table: {
                "Keys": list(keys),
                "ConsistentRead": True,
                "ProjectionExpression": ", ".join(names),
                "ExpressionAttributeNames": names,
            }
        }
        for _ in range(_MOST_ROUNDS):
            answer = self._aws.call("dynamodb", "batch_get_item", RequestItems=asked)
            yield from map(from_item, answer["Responses"].get(self._table, []))
            # What did not fit into an answer of 16 MB is asked for again.
            asked = answer.get("UnprocessedKeys") or {}
            if not asked:
                return
        raise Unavailable

    def _client(self, client_id: ClientId, known: Known | None) -> Client | None:
        item = self._whole(client_key(client_id), known)
        return client_from_item(item) if item else None

    def _whole(self, key: Key, known: Known | None) -> Item | None:
        """Return an item in the version that is known of it; None where nothing is there but a removal."""
        if known is None or known.removed:
            return None
        answer = self._aws.call("dynamodb", "get_item", TableName=self._table, Key=to_item(key), ConsistentRead=True)
        item = from_item(answer["Item"]) if "Item" in answer else {}
        if item.get("version") != known.version:
            raise ConditionFailed
        return item

    def _left(self, partition: str, prefix: str) -> list[Key]:
        """Return the keys of some cases or terms; removals of cases stay remembered."""
        asked: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :prefix)" if prefix else "pk = :pk",
            "FilterExpression": "attribute_not_exists(removed)",
            "ExpressionAttributeValues": to_item({":pk": partition, **({":prefix": prefix} if prefix else {})}),
            "ProjectionExpression": "pk, sk",
            "ConsistentRead": True,
            "Limit": _SWEPT_TOGETHER,
        }
        while True:
            answer = self._aws.call("dynamodb", "query", **asked)
            if answer["Items"] or "LastEvaluatedKey" not in answer:
                return [from_item(item) for item in answer["Items"]]
            asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    # ------------------------------------------------------------ writing

    def _put(self, values: Mapping[str, Any], known: Known | None) -> Write:
        if known is None:
            return {"Put": put_new(self._table, values)}
        return {"Put": replace_existing(self._table, values, {"pk": values["pk"]}, {"version": known.version})}

    def _delete(self, key: Key) -> Write:
        return {"Delete": delete_key(self._table, key)}

    def _terms(self, item: Item | None, case: Case) -> Iterable[Write]:
        """Yield the writes that let a case be found as it is now.

        Args:
            item: of the case as it was; its terms are those under which it was found then.
            case: as it is now.
        """
        old: list[str] = item["terms"] if item else []
        before = dict(zip(old, [None, *old], strict=False))
        wanted = terms_to_values(case)
        for term in sorted(before.keys() - wanted.keys()):
            yield self._delete(term_key(case.client_id, case.id, term))
        same_row = item is not None and all(item.get(name) == value for name, value in row_values(case).items())
        for term, values in wanted.items():
            if term not in before:
                yield {"Put": put_new(self._table, values)}
            elif not same_row or before[term] != values["previous"]:
                yield {"Put": replace_existing(self._table, values, {"pk": values["pk"]})}

    def _count(self, change: Change, item: Item | None, there: Mapping[str, int], now: int) -> Write:
        """Return the update of a client's figures; it fails where the client is gone.

        Args:
            change: about a case.
            item: of the case as it was, with what it contributed.
            there: what it contributes from now on.
            now: epoch seconds.
        """
        before: Mapping[str, int] = item["counted"] if item else {}
        changes = {name: there.get(name, 0) - before.get(name, 0) for name in sorted({*there, *before})}
        amounts = {name: amount for name, amount in changes.items() if amount}
        return {"Update": add_to_existing(self._table, figures_key(change.client_id), amounts, {"as_of": now})}
