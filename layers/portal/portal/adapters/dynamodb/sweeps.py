"""Sweeps in the table Evidence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from portal.adapters.dynamodb.items import from_item, put_new, to_item
from portal.adapters.dynamodb.records import sweep_from_item, sweep_subject, sweep_to_values

if TYPE_CHECKING:
    from portal.adapters.aws import Aws
    from portal.domain.sweep import Sweep


class SweepsTable:
    """Satisfies ``flows.ports.Sweeps``.

    Args:
        aws: way out.
        table: name of Evidence.
        retention_years: full calendar years for which a sweep is kept.
    """

    def __init__(self, aws: Aws, table: str, retention_years: int) -> None:
        self._aws = aws
        self._table = table
        self._retention_years = retention_years

    def newest(self, now: int) -> Sweep | None:
        """Return the newest sweep of this month or, when it has none yet, of the one before."""
        month_before = datetime.fromtimestamp(now, UTC).replace(day=1) - timedelta(days=1)
        found = self._newest_of(sweep_subject(now))
        return found or self._newest_of(sweep_subject(int(month_before.timestamp())))

    def add(self, sweep: Sweep) -> None:
        """Store the evidence of a sweep."""
        values = sweep_to_values(sweep, self._retention_years)
        self._aws.call("dynamodb", "put_item", **put_new(self._table, values, key="subject"))

    def _newest_of(self, subject: str) -> Sweep | None:
        answer = self._aws.call(
            "dynamodb",
            "query",
            TableName=self._table,
            KeyConditionExpression="subject = :subject",
            ExpressionAttributeValues=to_item({":subject": subject}),
            ScanIndexForward=False,
            ConsistentRead=True,
            Limit=1,
        )
        items = answer["Items"]
        return sweep_from_item(from_item(items[0])) if items else None
