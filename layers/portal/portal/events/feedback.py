"""Feedback of SES, by EventBridge, and the addresses that SES is to forget, by schedule.

The rules of template.yaml pass on what happened and the order of the mail, and nothing else of an event: no address, no
header and no words of a foreign mail server reach this function, or the queue of what it could not handle.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from portal.adapters.aws import Aws
from portal.adapters.dynamodb.accounts import AccountsTable
from portal.adapters.dynamodb.email_changes import EmailChangesTable
from portal.adapters.dynamodb.erasures import ErasuresTable
from portal.adapters.dynamodb.registrations import RegistrationsTable
from portal.adapters.dynamodb.sent_mails import SentMailsTable
from portal.adapters.kms import Kms, KmsRecipients
from portal.adapters.ses import SesSuppressionList
from portal.domain.errors import Unavailable
from portal.domain.feedback import Feedback, FeedbackKind
from portal.domain.ids import LONGEST_ID, OutboxId
from portal.flows.erase_addresses import EraseAddresses, Swept
from portal.flows.take_feedback import TakeFeedback
from portal.observe import count, flush_metrics, gauge, log_failure, logger, note_run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from portal.events import Handler
    from portal.flows.ports import Clock
    from portal.settings.feedback import FeedbackSettings

# A run takes no address any more when the time left may be too short for every call of one, tried twice.
_RESERVE_MILLISECONDS = 60_000

# SES developer guide, "Contents of event data": `eventType`.
_KINDS: dict[str, FeedbackKind] = {
    "Complaint": "complaint",
    "DeliveryDelay": "delay",
    "Reject": "reject",
    "Rendering Failure": "reject",
}
# The same, "Bounce types"; what is undetermined may be over tomorrow.
_BOUNCES: dict[str, FeedbackKind] = {
    "Permanent": "bounce",
    "Transient": "bounce_for_now",
    "Undetermined": "bounce_for_now",
}
METRICS: dict[FeedbackKind, str] = {
    "bounce": "MailsBounced",
    "bounce_for_now": "MailsBouncedForNow",
    "complaint": "MailsComplained",
    "delay": "MailsDelayed",
    "reject": "MailsRejected",
}
_ORDER = re.compile(rf"[A-Za-z0-9_-]{{1,{LONGEST_ID}}}")


class FeedbackFailed(Exception):
    """A run failed. Says nothing more, as Lambda logs it; why is in the log lines."""


def serve_feedback(
    settings: FeedbackSettings,
    aws: Aws | None = None,
    clock: Clock = lambda: int(time.time()),
    pause: Callable[[float], None] = time.sleep,
) -> Handler:
    """Return the Lambda handler of feedback.

    Args:
        settings: of the function.
        aws: way out.
        clock: epoch seconds.
        pause: waits the given seconds, to keep to the pace of SES.
    """
    take_feedback, erase_addresses = _wire(settings, aws or Aws(), clock, pause)

    def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's object
        note_run(context)
        try:
            return _erase(erase_addresses, context) if event.get("task") == "erase" else _take(take_feedback, event)
        except FeedbackFailed:
            raise
        except Exception as failure:  # noqa: BLE001 - whatever it is, Lambda must not log its text
            log_failure(failure)
            raise FeedbackFailed from None
        finally:
            flush_metrics()

    return handler


def parse_feedback(event: Mapping[str, Any]) -> Feedback | None:
    """Return what an event says, as the rules pass it on; None where it is none of theirs."""
    told = event.get("feedback")
    kind = _BOUNCES.get(str(event.get("bounce"))) if told == "Bounce" else _KINDS.get(str(told))
    order = event.get("order")
    # SES has a list of values for each tag; the mailer gives one.
    value = order[0] if isinstance(order, list) and len(order) == 1 else None
    if kind is None or not isinstance(value, str) or not _ORDER.fullmatch(value):
        return None
    return Feedback(kind, OutboxId(value))


def _take(take_feedback: TakeFeedback, event: Mapping[str, Any]) -> dict[str, Any]:
    feedback = parse_feedback(event)
    if feedback is None:
        # SES tells something new: it waits in the queue until the code knows it.
        logger.error("feedback_unread")
        raise FeedbackFailed
    try:
        outcome = take_feedback.take(feedback)
    except Unavailable:
        logger.warning("feedback", extra={"kind": feedback.kind, "outcome": "postponed", "order": feedback.order})
        raise FeedbackFailed from None
    if outcome != "already":
        # Told twice, it happened once.
        count(METRICS[feedback.kind])
    if outcome == "unknown":
        count("FeedbackUnknown")
    logger.info("feedback", extra={"kind": feedback.kind, "outcome": outcome, "order": feedback.order})
    return {"outcome": outcome}


def _erase(erase_addresses: EraseAddresses, context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's object
    def has_time() -> bool:
        return bool(context.get_remaining_time_in_millis() >= _RESERVE_MILLISECONDS)

    outcomes: Counter[str] = Counter()
    for erasure_id in erase_addresses.due():
        if not has_time():
            # What is left is due still: the next run takes it.
            break
        outcomes[_erase_one(erase_addresses, erasure_id)] += 1
    swept = erase_addresses.sweep(has_time)
    return _tell(outcomes, swept)


def _erase_one(erase_addresses: EraseAddresses, erasure_id: OutboxId) -> str:
    try:
        return erase_addresses.erase(erasure_id)
    except Unavailable:
        return "postponed"
    except Exception as failure:  # noqa: BLE001 - one bad row must not hold up the others
        log_failure(failure, order=erasure_id)
        return "broken"


def _tell(outcomes: Counter[str], swept: Swept) -> dict[str, Any]:
    count("AddressesErased", outcomes["erased"] + swept.deleted)
    # Of entries that grew too old; silence about them is an alarm too.
    gauge("SuppressedOverdue", swept.left)
    summary = {**outcomes, "swept": swept.deleted, "overdue": swept.left}
    logger.info("erasures", extra=summary)
    if outcomes["broken"]:
        raise FeedbackFailed
    return summary


def _wire(
    settings: FeedbackSettings, aws: Aws, clock: Clock, pause: Callable[[float], None]
) -> tuple[TakeFeedback, EraseAddresses]:
    registrations = RegistrationsTable(aws, settings.registrations_table)
    changes = EmailChangesTable(aws, settings.registrations_table)
    recipients = KmsRecipients(Kms(aws), settings.recipient_key_arn)
    take_feedback = TakeFeedback(
        mails=SentMailsTable(
            aws,
            settings.outbox_table,
            registrations=settings.registrations_table,
            accounts=settings.accounts_table,
        ),
        registrations=registrations,
        accounts=AccountsTable(aws, settings.accounts_table),
        changes=changes,
        recipients=recipients,
        clock=clock,
    )
    erase_addresses = EraseAddresses(
        erasures=ErasuresTable(aws, settings.outbox_table),
        listed=SesSuppressionList(aws),
        registrations=registrations,
        changes=changes,
        recipients=recipients,
        clock=clock,
        pause=pause,
    )
    return take_feedback, erase_addresses
