"""Clients and cases in the table Mirror, for those who look at them; the feed alone writes there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal.adapters.dynamodb.items import Item, Key, from_item, to_item
from portal.adapters.dynamodb.mirror_records import (
    BY_PERSON,
    case_from_item,
    case_key,
    client_from_item,
    client_key,
    client_of_partition,
    figures_from_item,
    figures_key,
    listing_of,
    row_from_item,
    terms_partition,
)
from portal.adapters.dynamodb.reads import read_together
from portal.domain.client import Client, Figures
from portal.domain.search import CasePage, CaseQuery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.adapters.aws import Aws
    from portal.domain.case import Case
    from portal.domain.ids import CanonicalEmail, CaseId, ClientId

# Of one person; more would be an office that works for everybody, for which these pages are not made.
_MOST_CLIENTS = 100
# How many terms one request looks at when only some of their cases have the status that is asked for.
_LOOKED_AT = 400
# Sorts behind everything that continues a term.
_LAST = "\U0010ffff"


class ClientAreaTable:
    """Satisfies ``flows.client_area.ClientArea``.

    Args:
        aws: way out.
        mirror: name of Mirror.
    """

    def __init__(self, aws: Aws, mirror: str) -> None:
        self._aws = aws
        self._mirror = mirror

    def clients_of(self, email: CanonicalEmail) -> Sequence[Client]:
        """Return the clients that are open to an address: the index only finds them, the clients themselves decide."""
        answer = self._query("canonical_email = :email", {":email": email}, IndexName=BY_PERSON, Limit=_MOST_CLIENTS)
        ids = [client_of_partition(from_item(item)["pk"]) for item in answer["Items"]]
        found = self._read(*(client_key(client_id) for client_id in ids))
        clients = (client_from_item(item) for item in found.values())
        return [client for client in clients if client is not None and client.is_open_to(email)]

    def client(self, client_id: ClientId) -> Client | None:
        """Return a client, read consistently."""
        return _client(self._read(client_key(client_id)), client_id)

    def with_figures(self, client_id: ClientId) -> tuple[Client | None, Figures]:
        """Return a client and its figures by one consistent read."""
        found = self._read(client_key(client_id), figures_key(client_id))
        figures = found.get(_place(figures_key(client_id)))
        return _client(found, client_id), figures_from_item(figures) if figures else Figures()

    def with_case(self, client_id: ClientId, case_id: CaseId) -> tuple[Client | None, Case | None]:
        """Return a client and one of its cases by one consistent read."""
        found = self._read(client_key(client_id), case_key(client_id, case_id))
        case = found.get(_place(case_key(client_id, case_id)))
        return _client(found, client_id), case_from_item(case) if case else None

    def page(self, client_id: ClientId, query: CaseQuery, limit: int) -> CasePage:
        """Return some cases of a client, at most ``limit``; an index may lag behind by a moment."""
        if query.term is not None:
            return self._by_words(client_id, query.term, query, limit)
        listing = listing_of(client_id, query.sort, query.status)
        condition, values = "#hash = :partition", {":partition": listing.partition}
        names = {"#hash": listing.hash_name}
        if query.after is not None:
            condition += " AND #range < :after" if query.descending else " AND #range > :after"
            values[":after"] = query.after
            names["#range"] = listing.range_name
        answer = self._query(
            condition,
            values,
            IndexName=listing.index,
            ExpressionAttributeNames=names,
            ScanIndexForward=not query.descending,
            Limit=limit + 1,
        )
        return _page(answer, listing.range_name, limit)

    def _by_words(self, client_id: ClientId, term: str, query: CaseQuery, limit: int) -> CasePage:
        """Find by terms; a page holds fewer where several words of one case begin alike, as each case comes once."""
        # The next key after the last one: a range of keys includes its ends.
        first = f"{query.after}\0" if query.after is not None else term
        values = {":partition": terms_partition(client_id), ":first": first, ":last": f"{term}{_LAST}"}
        more: dict[str, Any] = {"Limit": limit + 1}
        if query.status is not None:
            values[":status"] = query.status.value
            more = {
                "Limit": _LOOKED_AT,
                "FilterExpression": "#status = :status",
                "ExpressionAttributeNames": {"#status": "status"},
            }
        answer = self._query("pk = :partition AND sk BETWEEN :first AND :last", values, ConsistentRead=True, **more)
        return _page(answer, "sk", limit, term)

    def _query(self, condition: str, values: dict[str, str], **more: Any) -> dict[str, Any]:  # noqa: ANN401 - as AWS names them
        return self._aws.call(
            "dynamodb",
            "query",
            TableName=self._mirror,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=to_item(values),
            **more,
        )

    def _read(self, *keys: Key) -> dict[tuple[str, str], Item]:
        return {_place(item): item for item in read_together(self._aws, {self._mirror: keys})[self._mirror]}


def _place(item: Item) -> tuple[str, str]:
    return item["pk"], item["sk"]


def _client(found: dict[tuple[str, str], Item], client_id: ClientId) -> Client | None:
    item = found.get(_place(client_key(client_id)))
    return client_from_item(item) if item else None


def _page(answer: dict[str, Any], range_name: str, limit: int, term: str | None = None) -> CasePage:
    items = [from_item(item) for item in answer["Items"]]
    end: str | None = None
    if len(items) > limit:
        items = items[:limit]
        end = items[-1][range_name]
    elif "LastEvaluatedKey" in answer:
        end = from_item(answer["LastEvaluatedKey"])[range_name]
    first = (item for item in items if term is None or not (item.get("previous") or "").startswith(term))
    return CasePage(tuple(row_from_item(item) for item in first), end)
