"""Deletion on time: a sweep by schedule, and a count of what TTL deleted, by the stream of Registrations."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from portal.adapters.aws import Aws
from portal.adapters.dynamodb.expiry import ExpiryIndex
from portal.adapters.dynamodb.sweeps import SweepsTable
from portal.flows.clean_up import CleanUp
from portal.observe import count, flush_metrics, log_failure, logger, note_run, seconds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.domain.sweep import Sweep
    from portal.events import Handler
    from portal.flows.ports import Clock
    from portal.settings.cleanup import CleanupSettings

# A sweep stops while enough of its time is left to look for the oldest item left and to write the evidence.
_RESERVE_MILLISECONDS = 20_000

# How a stream record says that TTL deleted the item (DynamoDB Streams API, Record.userIdentity).
_TTL = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}


class CleanupFailed(Exception):
    """A run failed. Says nothing more, as Lambda logs it; why is in the log line ``unexpected_failure``."""


def serve_cleanup(
    settings: CleanupSettings, aws: Aws | None = None, clock: Clock = lambda: int(time.time())
) -> Handler:
    """Return the Lambda handler of the cleanup.

    Args:
        settings: of the function.
        aws: way out.
        clock: epoch seconds.
    """
    aws = aws or Aws()
    clean_up = CleanUp(
        expiry=ExpiryIndex(aws, settings.registrations_table),
        sweeps=SweepsTable(aws, settings.evidence_table, settings.evidence_retention_years),
        clock=clock,
    )

    def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's object
        note_run(context)
        try:
            return _count_ttl(event["Records"]) if "Records" in event else _sweep(clean_up, context)
        except Exception as failure:  # noqa: BLE001 - whatever it is, Lambda must not log its text
            log_failure(failure)
            raise CleanupFailed from None
        finally:
            flush_metrics()

    return handler


def _sweep(clean_up: CleanUp, context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's object
    done = clean_up.sweep(lambda: context.get_remaining_time_in_millis() >= _RESERVE_MILLISECONDS)
    count("ExpiredFound", done.found)
    count("ExpiredDeleted", done.deleted)
    seconds("OldestExpiredSeconds", done.seconds_late)
    summary = _summary(done)
    logger.info("sweep", extra=summary)
    return summary


def _summary(done: Sweep) -> dict[str, Any]:
    return {
        "window_start": done.window.start,
        "window_end": done.window.end,
        "found": done.found,
        "deleted": done.deleted,
        "already_gone": done.already_gone,
        "oldest_left": done.oldest_left,
        "complete": done.complete,
    }


def _count_ttl(records: list[dict[str, Any]]) -> dict[str, Any]:
    """Count what TTL deleted; a record that can't be read is reported alone, the others count."""
    removed, failed = 0, []
    for record in records:
        try:
            removed += record["eventName"] == "REMOVE" and record.get("userIdentity") == _TTL
        except (KeyError, TypeError, AttributeError) as failure:
            log_failure(failure)
            failed.append({"itemIdentifier": record["dynamodb"]["SequenceNumber"]})
    count("ExpiredByTtl", removed)
    logger.info("expired_by_ttl", extra={"count": removed})
    return {"batchItemFailures": failed}
