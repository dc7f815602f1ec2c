"""How far files of the feed are taken in, in the table Mirror."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.adapters.dynamodb.items import as_placeholders, delete_key, from_item, put_new, update_existing
from portal.adapters.dynamodb.mirror_records import progress_from_item, progress_key, progress_to_values
from portal.domain.errors import ConditionFailed
from portal.domain.feed import OUTCOMES, Drop, LeaseLost, Progress
from portal.domain.ids import random_id

if TYPE_CHECKING:
    from portal.adapters.aws import Aws

LEASE_SECONDS = 120
"""A run that was ended gives way to the next one after that; one that works prolongs it with each checkpoint."""

_KEPT_SECONDS = 30 * 86_400
_MINE = "lease = :lease"
_NOTE = (
    "SET done_bytes = :done_bytes, done_lines = :done_lines, taken_in = :taken_in, unchanged = :unchanged, "
    "older = :older, removed = :removed, refused = :refused, reported = :reported, lease_until = :lease_until, "
    "expires_at = :expires_at"
)
_NOTED = ("done_bytes", "done_lines", *OUTCOMES, "reported", "lease_until", "expires_at")


class FeedProgress:
    """Satisfies ``flows.feed_ports.Progresses``.

    Args:
        aws: way out.
        table: name of Mirror.
    """

    def __init__(self, aws: Aws, table: str) -> None:
        self._aws = aws
        self._table = table

    def begin(self, drop: Drop, now: int) -> Progress | None:
        """Take a file for the length of a lease, from where it is; None while another run has it."""
        lease = random_id()
        return self._go_on(drop, lease, now) or self._start(drop, lease, now)

    def note(self, drop: Drop, progress: Progress, now: int) -> None:
        """Note how far it is, and prolong the lease.

        Raises:
            LeaseLost: another run has it.
        """
        noted = progress_to_values(progress, drop, now + LEASE_SECONDS, now + _KEPT_SECONDS)
        placed = as_placeholders({name: noted[name] for name in _NOTED})
        update = update_existing(self._table, progress_key(drop), _NOTE, _MINE, {":lease": progress.lease, **placed})
        try:
            self._aws.call("dynamodb", "update_item", **update)
        except ConditionFailed:
            raise LeaseLost from None

    def let_go(self, drop: Drop, progress: Progress) -> None:
        """End the lease."""
        values = {":lease": progress.lease, ":over": 0}
        update = update_existing(self._table, progress_key(drop), "SET lease_until = :over", _MINE, values)
        try:
            self._aws.call("dynamodb", "update_item", **update)
        except ConditionFailed:
            return

    def forget(self, drop: Drop) -> None:
        """Delete what was noted of a file that is gone."""
        self._aws.call("dynamodb", "delete_item", **delete_key(self._table, progress_key(drop)))

    def _go_on(self, drop: Drop, lease: str, now: int) -> Progress | None:
        update = update_existing(
            self._table,
            progress_key(drop),
            "SET lease = :lease, lease_until = :until, expires_at = :ends",
            "lease_until <= :now",
            {":lease": lease, ":until": now + LEASE_SECONDS, ":ends": now + _KEPT_SECONDS, ":now": now},
        )
        try:
            answer = self._aws.call("dynamodb", "update_item", ReturnValues="ALL_NEW", **update)
        except ConditionFailed:
            return None
        return progress_from_item(from_item(answer["Attributes"]))

    def _start(self, drop: Drop, lease: str, now: int) -> Progress | None:
        progress = Progress(now, lease)
        values = progress_to_values(progress, drop, now + LEASE_SECONDS, now + _KEPT_SECONDS)
        try:
            self._aws.call("dynamodb", "put_item", **put_new(self._table, values))
        except ConditionFailed:
            return None
        return progress
