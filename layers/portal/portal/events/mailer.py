"""The mailer: woken by the outbox stream for new rows, and every minute for what is due."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from portal.adapters.aws import Aws
from portal.adapters.dynamodb.accounts import AccountsTable
from portal.adapters.dynamodb.email_changes import EmailChangesTable
from portal.adapters.dynamodb.evidence import EvidenceTable
from portal.adapters.dynamodb.mail_slots import MailSlotsTable
from portal.adapters.dynamodb.outbox import OutboxTable
from portal.adapters.dynamodb.registrations import RegistrationsTable
from portal.adapters.kms import Kms, KmsInitialPasswords, KmsRecipients
from portal.adapters.ses import SesSender
from portal.adapters.tokens import KmsLinks
from portal.domain.errors import Unavailable
from portal.domain.ids import OutboxId
from portal.domain.mail_budget import Budget
from portal.events.letters import PortalLetters
from portal.flows.budget_mail import MailBudget
from portal.flows.compose_mail import Composer
from portal.flows.deliver_mail import Mailer
from portal.observe import count, flush_metrics, log_failure, logger, note_run, seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from portal.domain.outbox import OutboxRow
    from portal.events import Handler
    from portal.flows.ports import Clock
    from portal.settings.mailer import MailerSettings

# What sending and noting take at most: SES (12 s), then a note in DynamoDB that is tried again (7 s, and 2 s beside).
_SENDING_MILLISECONDS = 22_000
# A run stops taking rows while enough of its time is left to compose one more mail as well, unless all is slow.
_RESERVE_MILLISECONDS = 30_000
_ROWS_PER_RUN = 100


def serve_mailer(
    settings: MailerSettings,
    aws: Aws | None = None,
    clock: Clock = lambda: int(time.time()),
    pause: Callable[[float], None] = time.sleep,
) -> Handler:
    """Return the Lambda handler of the mailer.

    Args:
        settings: of the function.
        aws: way out.
        clock: epoch seconds.
        pause: waits the given seconds, to keep below the sending rate.
    """
    mailer = _wire(settings, aws or Aws(), clock)

    def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's object
        note_run(context)
        try:
            run = _Run(mailer, clock, lambda: context.get_remaining_time_in_millis() >= _SENDING_MILLISECONDS)
            return _deliver_all(_wanted(event, mailer, clock), run, context, 1 / settings.mails_per_second, pause)
        finally:
            flush_metrics()

    return handler


def _wanted(event: Mapping[str, Any], mailer: Mailer, clock: Clock) -> list[tuple[OutboxId | None, str | None]]:
    """Return rows to look at, each with the sequence number of its stream record, if it came from the stream.

    A record that names no row has none.
    """
    if "Records" in event:
        records = [record["dynamodb"] for record in event["Records"]]
        return [(_row_of(record), record["SequenceNumber"]) for record in records]
    return [(row_id, None) for row_id in mailer.outbox.due(clock(), _ROWS_PER_RUN)]


def _row_of(record: Mapping[str, Any]) -> OutboxId | None:
    try:
        return OutboxId(record["Keys"]["pk"]["S"])
    except (KeyError, TypeError):
        return None


def _deliver_all(
    wanted: list[tuple[OutboxId | None, str | None]],
    run: _Run,
    context: Any,  # noqa: ANN401 - Lambda's object
    interval: float,
    pause: Callable[[float], None],
) -> dict[str, Any]:
    outcomes: dict[str, int] = {}
    by_stream = any(number for _, number in wanted)
    failed: list[dict[str, str]] = []
    for row_id, sequence_number in wanted:
        if context.get_remaining_time_in_millis() < _RESERVE_MILLISECONDS:
            # What is left is due still: the schedule of the next minute takes it.
            outcomes["left"] = outcomes.get("left", 0) + 1
            continue
        outcome = run.deliver(row_id) if row_id else _unreadable()
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
        if outcome == "broken" and sequence_number:
            failed.append({"itemIdentifier": sequence_number})
        if outcome in {"sent", "unnoted"}:
            pause(interval)
    if not by_stream:
        # Also when there is none: that nothing is heard of late mails must not mean that nobody looks.
        seconds("OldestDueMailSeconds", run.oldest)
    logger.info("mails", extra={"source": "stream" if by_stream else "schedule", **outcomes})
    return {"batchItemFailures": failed}


def _unreadable() -> str:
    """Note a stream record that names no row; the schedule finds the row by itself."""
    logger.error("unreadable_record")
    count("MailsBroken")
    return "broken"


class _Run:
    """One invocation: delivers rows, one log line each, and remembers how late they were."""

    def __init__(self, mailer: Mailer, clock: Clock, may_send: Callable[[], bool]) -> None:
        self._mailer = mailer
        self._clock = clock
        self._may_send = may_send
        self.oldest = 0

    def deliver(self, row_id: OutboxId) -> str:
        """Deliver one row, whatever happens to it."""
        kinds: list[str] = []

        def claimed(row: OutboxRow) -> None:
            kinds.append(row.kind)
            self.oldest = max(self.oldest, self._clock() - row.counts_from)

        try:
            outcome: str = self._mailer.deliver(row_id, claimed, self._may_send)
        except Unavailable:
            # Its own bookkeeping failed: the row is due still, or again when its lease ends.
            outcome = "postponed"
        except Exception as failure:  # noqa: BLE001 - one bad row must not hold up the others
            log_failure(failure, order=row_id)
            outcome = "broken"
        if outcome != "not_due":
            count(f"Mails{outcome.title().replace('_', '')}")
            logger.info("mail", extra={"order": row_id, "kind": next(iter(kinds), None), "outcome": outcome})
        if outcome in {"failed", "expired", "over_budget"}:
            logger.error("mail_lost", extra={"order": row_id, "outcome": outcome})
        return outcome


def _wire(settings: MailerSettings, aws: Aws, clock: Clock) -> Mailer:
    kms = Kms(aws)
    registrations = RegistrationsTable(aws, settings.registrations_table)
    composer = Composer(
        registrations=registrations,
        accounts=AccountsTable(aws, settings.accounts_table),
        changes=EmailChangesTable(aws, settings.registrations_table),
        links=KmsLinks(kms, settings.link_keys, settings.issuer, settings.active_link_key_slot),
        passwords=KmsInitialPasswords(kms, settings.initial_password_key_arn),
        recipients=KmsRecipients(kms, settings.recipient_key_arn),
        letters=PortalLetters(settings),
        clock=clock,
        public_url=settings.public_url,
        initial_password_lifetime=settings.initial_password_lifetime_seconds,
    )
    budget = MailBudget(
        slots=MailSlotsTable(aws, settings.sessions_table),
        budgets={
            "opt_in": Budget(settings.opt_in_mails_per_hour, settings.opt_in_mails_per_day),
            "reset": Budget(settings.reset_mails_per_hour, settings.reset_mails_per_day),
        },
        daily_ceiling=settings.daily_mail_ceiling,
    )
    return Mailer(
        budget=budget,
        outbox=OutboxTable(aws, settings.outbox_table),
        composer=composer,
        sender=SesSender(aws, settings.portal_name, settings.sender_address, settings.configuration_set),
        registrations=registrations,
        evidence=EvidenceTable(aws, settings.evidence_table, settings.accounts_table),
        clock=clock,
    )
