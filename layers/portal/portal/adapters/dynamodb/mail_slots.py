"""Times given to mails, beside the counters in the table Sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.adapters.dynamodb.counters import count_below
from portal.adapters.dynamodb.items import as_placeholders, from_item, put_new, to_item, update_existing
from portal.adapters.dynamodb.records import counter_key, mailbox_from_item, mailbox_to_values
from portal.domain.mail_budget import Mailbox

if TYPE_CHECKING:
    from portal.adapters.aws import Aws
    from portal.domain.ids import CounterKey


class MailSlotsTable:
    """Satisfies ``flows.ports.MailSlots``.

    Args:
        aws: way out.
        table: name of Sessions.
    """

    def __init__(self, aws: Aws, table: str) -> None:
        self._aws = aws
        self._table = table

    def of(self, key: CounterKey) -> Mailbox:
        """Return the slots given so far, read consistently."""
        item_key = to_item({"pk": counter_key(key)})
        answer = self._aws.call("dynamodb", "get_item", TableName=self._table, Key=item_key, ConsistentRead=True)
        return mailbox_from_item(from_item(answer["Item"])) if "Item" in answer else Mailbox()

    def take(self, key: CounterKey, before: Mailbox, after: Mailbox) -> None:
        """Store the slots of a mailbox with a new one, if they are as they were read."""
        item_key, values = {"pk": counter_key(key)}, mailbox_to_values(after)
        if not before.slots:
            self._aws.call("dynamodb", "put_item", **put_new(self._table, {**item_key, **values}))
            return
        change = update_existing(
            self._table,
            item_key,
            "SET slots = :slots, expires_at = :expires_at",
            "slots = :before",
            {**as_placeholders(values), ":before": mailbox_to_values(before)["slots"]},
        )
        self._aws.call("dynamodb", "update_item", **change)

    def count(self, key: CounterKey, most: int, ends: int) -> bool:
        """Count a mail of a day; tell whether it was one of those that may leave."""
        return count_below(self._aws, self._table, key, most, ends)
