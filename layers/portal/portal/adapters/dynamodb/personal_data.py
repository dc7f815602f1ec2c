"""Everything that the tables hold about one person, for their own eyes (GDPR Art. 15, 20)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal.adapters.dynamodb.client_area import ClientAreaTable
from portal.adapters.dynamodb.items import Item, from_item, to_item
from portal.adapters.dynamodb.reads import read_together
from portal.adapters.dynamodb.records import (
    account_key,
    address_change_keys,
    attempt_key,
    credential_key,
    evidence_from_item,
)
from portal.domain.personal_data import PersonalItems

if TYPE_CHECKING:
    from collections.abc import Iterable

    from portal.adapters.aws import Aws
    from portal.domain.account import Account

# Of one kind and person there are a handful; more would be somebody's attack, and is cut rather than refused.
_MOST = 100


class PersonalDataTables:
    """Satisfies ``flows.export.PersonalData``.

    Args:
        aws: way out.
        accounts: name of Accounts.
        sessions: name of Sessions.
        registrations: name of Registrations.
        evidence: name of Evidence.
        outbox: name of Outbox.
        mirror: name of Mirror.
    """

    def __init__(  # noqa: PLR0913 - all tables
        self, aws: Aws, *, accounts: str, sessions: str, registrations: str, evidence: str, outbox: str, mirror: str
    ) -> None:
        self._aws = aws
        self._accounts = accounts
        self._sessions = sessions
        self._registrations = registrations
        self._evidence = evidence
        self._outbox = outbox
        self._area = ClientAreaTable(aws, mirror)

    def of(self, account: Account) -> PersonalItems:
        """Return the items of an account."""
        keys = [account_key(account.id), credential_key(account.canonical_email)]
        waiting = self._query(self._registrations, "by-address", "canonical_email", account.canonical_email)
        attempts = [item["pk"] for item in waiting if item["pk"].startswith(attempt_key(""))]
        return PersonalItems(
            account=self._items(self._accounts, keys),
            sessions=self._query(self._sessions, "by-account", "account_id", account.id),
            evidence=[evidence_from_item(row) for row in self._query(self._evidence, None, "subject", account.id)],
            registrations=self._items(self._registrations, attempts[:_MOST]),
            email_changes=self._items(self._registrations, address_change_keys(account)),
            mails=self._query(self._outbox, "by-ref", "ref", account.id),
            clients=self._clients(account),
        )

    def _clients(self, account: Account) -> list[Item]:
        """Return whose cases a person may look at; what those hold is the clients' and their debtors'."""
        email = account.canonical_email
        found = self._area.clients_of(email)
        return [{"client_id": client.id, "name": client.name, "canonical_email": email} for client in found]

    def _query(self, table: str, index: str | None, key: str, value: str) -> list[Item]:
        where: dict[str, Any] = {"IndexName": index} if index else {"ConsistentRead": True}
        answer = self._aws.call(
            "dynamodb",
            "query",
            TableName=table,
            KeyConditionExpression="#key = :value",
            ExpressionAttributeNames={"#key": key},
            ExpressionAttributeValues=to_item({":value": value}),
            Limit=_MOST,
            **where,
        )
        return [from_item(item) for item in answer["Items"]]

    def _items(self, table: str, keys: Iterable[str]) -> list[Item]:
        return read_together(self._aws, {table: keys})[table]
