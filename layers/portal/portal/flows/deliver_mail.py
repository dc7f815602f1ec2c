"""The mailer's work on one ordered mail: claim, compose, send, note."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from portal.domain.errors import ConditionFailed, MailRefused, Unavailable
from portal.domain.evidence import OptInMailEvidence
from portal.domain.ids import AccountId, AttemptId, OutboxId
from portal.domain.mail_budget import BUDGETED
from portal.domain.outbox import REFUSALS_BEFORE_GIVING_UP, OutboxRow, Told, delay_after
from portal.flows.retry import retry_conflicts, retry_outages

if TYPE_CHECKING:
    from collections.abc import Callable

    from portal.flows.budget_mail import MailBudget
    from portal.flows.compose_mail import Composer, Letter
    from portal.flows.ports import Clock, Evidence, MailSender, Outbox, Registrations

_TRIES = 3

Outcome = Literal["sent", "unnoted", "dropped", "postponed", "waiting", "over_budget", "failed", "expired", "not_due"]


@dataclass(frozen=True, slots=True)
class Mailer:
    """Everything the mailer works with.

    Args:
        outbox: ordered mails.
        composer: says what a mail says.
        budget: says when it may leave.
        sender: hands mails to the mail service.
        registrations: where the time of an opt-in mail is noted.
        evidence: where it is noted for who clicked before that.
        clock: epoch seconds.
    """

    outbox: Outbox
    composer: Composer
    budget: MailBudget
    sender: MailSender
    registrations: Registrations
    evidence: Evidence
    clock: Clock

    def deliver(
        self,
        row_id: OutboxId,
        claimed: Callable[[OutboxRow], None] = lambda _: None,
        may_send: Callable[[], bool] = lambda: True,
    ) -> Outcome:
        """Send the mail of one row, if it is due and nobody else does.

        Whatever fails gives the row back, due later: the mail is late, not lost. It is given up (``failed``,
        ``expired``) only when its own time is over, or when the mail service refuses it again and again. ``unnoted`` is
        sent, and its proof waits for a later try, which sends nothing. ``waiting`` is over the budget of its mailbox
        and has its turn later; ``over_budget`` would have it only when no mail is worth sending any more.

        Args:
            row_id: of the order.
            claimed: told of the row once it is this run's.
            may_send: whether there is time to send a mail and to note that, asked when it is composed.

        Raises:
            Exception: an error of the code or of its set-up; the row is given back all the same.
        """
        row = self.outbox.claim(row_id, self.clock())
        if row is None:
            return self._expire(row_id)
        claimed(row)
        return self._send(row, may_send) if row.message_id is None else self._prove(row)

    def _send(self, row: OutboxRow, may_send: Callable[[], bool]) -> Outcome:
        try:
            letter = self._next(row)
            if isinstance(letter, int):
                return self._let_wait(row, letter)
            if letter and not may_send():
                # A run that ends between sending and noting sends twice.
                return self._postpone(row)
            message_id = self.sender.send(letter.to, letter.mail, row.id) if letter else None
        except MailRefused:
            if row.failures < REFUSALS_BEFORE_GIVING_UP:
                return self._postpone(row)
            self.outbox.finish(row, "failed", self.clock())
            return "failed"
        except Unavailable:
            return self._postpone(row)
        except Exception:
            self._postpone(row)
            raise
        return self._sent(row, letter, message_id)

    def _postpone(self, row: OutboxRow) -> Outcome:
        self.outbox.postpone(row, self.clock() + delay_after(row.failures))
        return "postponed"

    def _next(self, row: OutboxRow) -> Letter | int | None:
        """Return the mail, or when to look again (epoch seconds), or None where nothing is left to say."""
        if row.kind not in BUDGETED:
            return self.composer.compose(row)
        to = self.composer.mailbox_of(row)
        if to is None:
            return None
        for _ in range(_TRIES):
            now = self.clock()
            # Before the mail is made: what has to wait costs little, however much of it there is.
            turn = self.budget.look(row, to, now)
            if turn.at > now:
                return turn.at
            letter = self.composer.compose(row, contested=turn.contested)
            if letter is None:
                return None
            try:
                at = self.budget.take(row, turn, letter.about, now)
            except ConditionFailed:
                continue  # another mail to this mailbox left just now
            return letter if at == now else at
        raise Unavailable(retry_after=1)

    def _let_wait(self, row: OutboxRow, turn: int) -> Outcome:
        ends = row.end_after_waiting(turn)
        if ends is None:
            self.outbox.finish(row, "over_budget", self.clock())
            return "over_budget"
        self.outbox.let_wait(row, turn, ends)
        return "waiting"

    def _sent(self, row: OutboxRow, letter: Letter | None, message_id: str | None) -> Outcome:
        if letter is None or message_id is None:
            self.outbox.finish(row, "dropped", self.clock())
            return "dropped"
        if not letter.attempts:
            told = letter.told
            retry_outages(lambda: self.outbox.finish(row, "sent", self.clock(), told))
            return "sent"
        sent = replace(row, sent_at=self.clock(), message_id=message_id, mailed_attempts=letter.attempts)
        # In the row first: from then on nothing sends the mail again, and its proof is made from there, however often
        # that fails. An account without it would lack it for good.
        retry_outages(lambda: self.outbox.keep_sent(sent))
        return self._prove(sent)

    def _prove(self, row: OutboxRow) -> Outcome:
        """Note with its attempts that a mail left, and close its row."""
        try:
            for attempt_id in row.mailed_attempts:
                self._note(attempt_id, row.sent_at or row.created_at, row.message_id or "")
        except Unavailable:
            self._postpone(row)
            return "unnoted"
        self.outbox.finish(row, "sent", self.clock(), Told(attempts=row.mailed_attempts))
        return "sent"

    def _note(self, attempt_id: AttemptId, sent_at: int, message_id: str) -> None:
        now = self.clock()
        # The click on its link may come in this very moment.
        if retry_conflicts(lambda: self.registrations.note_mail(attempt_id, sent_at, message_id, now)):
            return
        # Gone: rejected, or confirmed by somebody faster than this note.
        evidence = OptInMailEvidence(AccountId(attempt_id), sent_at, message_id)
        retry_conflicts(lambda: self.evidence.add_mail(evidence))

    def _expire(self, row_id: OutboxId) -> Outcome:
        row = self.outbox.expire(row_id, self.clock())
        if row is None:
            return "not_due"
        return "expired" if row.message_id is None else "unnoted"
