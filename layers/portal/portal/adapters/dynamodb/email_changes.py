"""Pending changes of address in the table Registrations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.adapters.dynamodb.items import from_item, to_item
from portal.adapters.dynamodb.records import change_from_item, change_key

if TYPE_CHECKING:
    from portal.adapters.aws import Aws
    from portal.domain.email_change import EmailChange
    from portal.domain.ids import ChangeId


class EmailChangesTable:
    """Satisfies ``flows.ports.EmailChanges``.

    Args:
        aws: way out.
        table: name of Registrations.
    """

    def __init__(self, aws: Aws, table: str) -> None:
        self._aws = aws
        self._table = table

    def find(self, change_id: ChangeId, now: int) -> EmailChange | None:
        """Return a pending change, read consistently; None from its expiry on."""
        key = to_item({"pk": change_key(change_id)})
        answer = self._aws.call("dynamodb", "get_item", TableName=self._table, Key=key, ConsistentRead=True)
        if "Item" not in answer:
            return None
        change = change_from_item(from_item(answer["Item"]))
        return change if change.expires_at > now else None
