"""Reviews, once a day: accounts that nobody uses are told, and then closed; keys and base rates that grow old count."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from portal.adapters.aws import Aws
from portal.adapters.dynamodb.accounts import AccountsTable
from portal.adapters.dynamodb.profiles import ProfilesTable
from portal.adapters.dynamodb.reviews import ReviewsTable
from portal.adapters.kms import KeySlots, Kms, KmsPseudonyms, KmsRecipients, Slot
from portal.domain.errors import Unavailable
from portal.domain.interest import base_rates, known_until
from portal.domain.key import KeyPair, KeyUse
from portal.domain.times import day_in_berlin
from portal.flows.close_account import Closing
from portal.flows.review_accounts import Review
from portal.observe import count, flush_metrics, gauge, log_failure, logger, note_run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.domain.ids import CanonicalEmail
    from portal.events import Handler
    from portal.flows.ports import Clock
    from portal.settings.review import ReviewSettings

# A run takes no account any more when the time left may be too short for a whole closing, every call tried twice.
_RESERVE_MILLISECONDS = 60_000


class ReviewFailed(Exception):
    """A run failed, wholly or for some accounts. Says nothing more, as Lambda logs it; why is in the log lines."""


def serve_review(settings: ReviewSettings, aws: Aws | None = None, clock: Clock = lambda: int(time.time())) -> Handler:
    """Return the Lambda handler of the review.

    Args:
        settings: of the function.
        aws: way out.
        clock: epoch seconds.
    """
    aws = aws or Aws()
    review, kms = _wire(settings, aws, clock), Kms(aws)

    def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's object
        note_run(context)
        try:
            return _look_at_keys(settings, kms, clock()) if event.get("task") == "keys" else _run(review, context)
        finally:
            flush_metrics()

    return handler


def _run(review: Review, context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's object
    outcomes = {"kept": 0, "announced": 0, "closed": 0, "changed": 0, "failed": 0}
    complete = True
    try:
        for email in review.due():
            if context.get_remaining_time_in_millis() < _RESERVE_MILLISECONDS:
                # What is left is due still: the next run takes it.
                complete = False
                break
            outcomes[_look(review, email)] += 1
    except Exception as failure:  # noqa: BLE001 - whatever it is, Lambda must not log its text
        log_failure(failure)
        complete = False
        outcomes["failed"] += 1
    summary = {**outcomes, "complete": complete}
    count("AccountsReviewed", sum(outcomes.values()) - outcomes["failed"])
    count("ClosingsAnnounced", outcomes["announced"])
    count("AccountsClosedInactive", outcomes["closed"])
    logger.info("review", extra=summary)
    if outcomes["failed"]:
        raise ReviewFailed
    return summary


def _look_at_keys(settings: ReviewSettings, kms: Kms, now: int) -> dict[str, Any]:
    """Tell how old the keys are that sign, and which others are needed no more (ASVS 11.1.1); and base rates."""
    try:
        pairs = [_pair(kms, use, slots, active) for use, (slots, active) in settings.rotating_keys.items()]
    except Exception as failure:  # noqa: BLE001 - whatever it is, Lambda must not log its text
        log_failure(failure)
        raise ReviewFailed from None
    gauge("KeyAgeDays", max(pair.age_days(now) for pair in pairs))
    gauge("KeysToRetire", sum(pair.to_retire(now) for pair in pairs))
    gauge("BaseRateDaysLeft", (known_until(base_rates()) - day_in_berlin(now)).days)
    keys = [
        {"use": pair.use, "age_days": pair.age_days(now), "phase": pair.phase, "to_retire": pair.to_retire(now)}
        for pair in pairs
    ]
    logger.info("keys", extra={"keys": keys})
    return {"keys": keys}


def _pair(kms: Kms, use: KeyUse, slots: KeySlots, active: Slot) -> KeyPair:
    other = slots.other(active)
    return KeyPair(use, kms.created_at(slots.active(active)), kms.created_at(other) if other else None)


def _look(review: Review, email: CanonicalEmail) -> str:
    try:
        return review.look(email)
    except Unavailable:
        raise
    except Exception as failure:  # noqa: BLE001 - one bad account must not hold up the others
        log_failure(failure)
        return "failed"


def _wire(settings: ReviewSettings, aws: Aws, clock: Clock) -> Review:
    kms = Kms(aws)
    profiles = ProfilesTable(
        aws,
        settings.accounts_table,
        registrations=settings.registrations_table,
        evidence=settings.evidence_table,
        outbox=settings.outbox_table,
    )
    closing = Closing(
        profiles=profiles,
        pseudonyms=KmsPseudonyms(kms, settings.pseudonym_key_arn),
        recipients=KmsRecipients(kms, settings.recipient_key_arn),
        retention_years=settings.evidence_retention_years,
    )
    return Review(
        reviews=ReviewsTable(aws, settings.accounts_table, settings.outbox_table),
        accounts=AccountsTable(aws, settings.accounts_table),
        closing=closing,
        limits=settings.limits,
        clock=clock,
    )
