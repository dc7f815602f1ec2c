"""A person looks at clients and cases: only those that the feed opens to their address (P9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from portal.domain.errors import NotFound
from portal.domain.ids import CORE_ID_PATTERN, CanonicalEmail, CaseId, ClientId
from portal.domain.search import CasePage, CaseQuery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.domain.account import Account
    from portal.domain.case import Case
    from portal.domain.client import Client, Figures


class ClientArea(Protocol):
    """The copies of clients and cases that the feed brought."""

    def clients_of(self, email: CanonicalEmail) -> Sequence[Client]:
        """Return the clients that are open to an address, read consistently once they are found."""

    def client(self, client_id: ClientId) -> Client | None:
        """Return a client, read consistently."""

    def with_figures(self, client_id: ClientId) -> tuple[Client | None, Figures]:
        """Return a client and its figures by one consistent read."""

    def with_case(self, client_id: ClientId, case_id: CaseId) -> tuple[Client | None, Case | None]:
        """Return a client and one of its cases by one consistent read."""

    def page(self, client_id: ClientId, query: CaseQuery, limit: int) -> CasePage:
        """Return some cases of a client, at most ``limit``."""


@dataclass(frozen=True, slots=True)
class Overview:
    """A client and its figures."""

    client: Client
    figures: Figures


def list_clients(account: Account, area: ClientArea) -> list[Client]:
    """Return the clients that a person may look at, by name."""
    found = area.clients_of(account.canonical_email)
    return sorted(found, key=lambda client: (client.name.casefold(), client.id))


def overview(account: Account, client_id: str, area: ClientArea) -> Overview:
    """Return a client with its figures.

    Raises:
        NotFound: there is none of this id, or it is not for this person; both look alike.
    """
    client, figures = area.with_figures(_client_id(client_id))
    return Overview(_required(client, account), figures)


def show_case(account: Account, client_id: str, case_id: str, area: ClientArea) -> Case:
    """Return a case.

    Raises:
        NotFound: client or case are not there, or not for this person; all of it looks alike.
    """
    if not CORE_ID_PATTERN.fullmatch(case_id):
        raise NotFound
    client, case = area.with_case(_client_id(client_id), CaseId(case_id))
    _required(client, account)
    if case is None:
        raise NotFound
    return case


def find_cases(account: Account, client_id: str, query: CaseQuery, limit: int, area: ClientArea) -> CasePage:
    """Return some cases of a client.

    Args:
        account: who asks.
        client_id: as received.
        query: which cases, in which order, from where on.
        limit: how many at most.
        area: the copies.

    Raises:
        NotFound: there is no such client for this person.
    """
    client = _required(area.client(_client_id(client_id)), account)
    # What holds no letter and no digit is no word of any case.
    return CasePage((), None) if query.term == "" else area.page(client.id, query, limit)


def _client_id(client_id: str) -> ClientId:
    if not CORE_ID_PATTERN.fullmatch(client_id):
        raise NotFound
    return ClientId(client_id)


def _required(client: Client | None, account: Account) -> Client:
    if client is None or not client.is_open_to(account.canonical_email):
        raise NotFound
    return client
