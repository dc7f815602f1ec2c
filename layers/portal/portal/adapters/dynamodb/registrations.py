"""Attempts in the table Registrations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.adapters.dynamodb.items import from_item, put_new, require_existing, to_item, update_existing
from portal.adapters.dynamodb.reads import read_together
from portal.adapters.dynamodb.records import attempt_from_item, attempt_key, attempt_to_values, put_order
from portal.domain.errors import ConditionFailed, Conflict, Unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.adapters.aws import Aws
    from portal.domain.ids import AttemptId, CanonicalEmail
    from portal.domain.outbox import OutboxRow
    from portal.domain.registration import Attempt

NOT_EXPIRED = "expires_at > :now"
BY_ADDRESS = "by-address"
# No attempt is older; and newer ones of other kinds (changes of address) must not hide all attempts.
_LONGEST_LIFE = 30 * 86_400
# As many as one call reads.
_LOOKED_AT = 100
_NOTE_MAIL = (
    "SET mail_sent_at = if_not_exists(mail_sent_at, :sent_at), "
    "mail_message_id = if_not_exists(mail_message_id, :message_id), "
    "last_mail_sent_at = :sent_at, last_mail_message_id = :message_id"
)


class RegistrationsTable:
    """Satisfies ``flows.ports.Registrations``.

    Args:
        aws: way out.
        table: name of Registrations.
        outbox: name of Outbox.
    """

    def __init__(self, aws: Aws, table: str, outbox: str = "") -> None:
        self._aws = aws
        self._table = table
        self._outbox = outbox

    def add(self, attempt: Attempt, order: OutboxRow) -> None:
        """Store an attempt together with the order of its mail."""
        puts = [
            {"Put": put_new(self._table, attempt_to_values(attempt))},
            {"Put": put_order(self._outbox, order)},
        ]
        try:
            self._aws.transact(*puts)
        except (ConditionFailed, Conflict):
            # Two random ids met another's: nobody's mistake, and the next try has new ones.
            raise Unavailable from None

    def find(self, attempt_id: AttemptId, now: int) -> Attempt | None:
        """Return an attempt, read consistently; None from its expiry on."""
        key = to_item({"pk": attempt_key(attempt_id)})
        answer = self._aws.call("dynamodb", "get_item", TableName=self._table, Key=key, ConsistentRead=True)
        if "Item" not in answer:
            return None
        attempt = attempt_from_item(from_item(answer["Item"]))
        return attempt if attempt.expires_at > now else None

    def remove(self, attempt_id: AttemptId, now: int) -> bool:
        """Delete an attempt now; tell whether there was one."""
        delete = require_existing(self._table, {"pk": attempt_key(attempt_id)}, NOT_EXPIRED, {":now": now})
        try:
            # A transaction, as boto3 may send it again after a lost answer: then the attempt was there all the same.
            self._aws.transact({"Delete": delete})
        except ConditionFailed:
            return False
        return True

    def note_mail(self, attempt_id: AttemptId, sent_at: int, message_id: str, now: int) -> bool:
        """Keep when an opt-in mail left, the first and the newest; tell whether the attempt was still there."""
        update = update_existing(
            self._table,
            {"pk": attempt_key(attempt_id)},
            _NOTE_MAIL,
            NOT_EXPIRED,
            {":sent_at": sent_at, ":message_id": message_id, ":now": now},
        )
        try:
            self._aws.call("dynamodb", "update_item", **update)
        except ConditionFailed:
            return False
        return True

    def newest_of(self, email: CanonicalEmail, now: int, limit: int) -> Sequence[Attempt]:
        """Return the pending attempts of an address, newest first; one of this second may lack.

        Raises:
            Unavailable: DynamoDB answered only a part.
        """
        answer = self._aws.call(
            "dynamodb",
            "query",
            TableName=self._table,
            IndexName=BY_ADDRESS,
            KeyConditionExpression="canonical_email = :email AND requested_at > :oldest",
            ExpressionAttributeValues=to_item({":email": email, ":oldest": now - _LONGEST_LIFE}),
            ScanIndexForward=False,
            Limit=_LOOKED_AT,
        )
        keys = [from_item(item)["pk"] for item in answer["Items"]]
        of_attempts = [key for key in keys if key.startswith(attempt_key(""))]
        items = read_together(self._aws, {self._table: of_attempts})[self._table]
        found = {item["pk"]: attempt_from_item(item) for item in items}
        return [found[key] for key in of_attempts if key in found and found[key].expires_at > now][:limit]
