"""Addresses leave the list of the mail service when their time is over (GDPR Art. 17), and after 28 days anyway."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from portal.domain.email import sending_form
from portal.domain.errors import MailRefused, Unavailable
from portal.domain.feedback import LISTED_SECONDS, Erasure, erasure_due
from portal.domain.outbox import read_addressed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from portal.domain.ids import OutboxId
    from portal.flows.feedback_ports import Erasures, SuppressionList
    from portal.flows.ports import Clock, EmailChanges, RecipientDecryptor, Registrations

_PACE_SECONDS = 1.0
"""The mail service answers calls besides sending about once a second."""

_LOOKED_AT = 500

_FAILURES_IN_TURN = 5
"""After so many the service is down, not an address odd."""

Outcome = Literal["erased", "waiting", "done_before"]


@dataclass(frozen=True, slots=True)
class Swept:
    """What became of entries that are due; ``left`` is at least one where the list has more than a run looks at."""

    deleted: int
    left: int


@dataclass(frozen=True, slots=True)
class EraseAddresses:
    """Everything that erases addresses.

    Args:
        erasures: those that are ordered.
        listed: the list of the mail service.
        registrations: tells whether an attempt is over.
        changes: tells whether a change of address is over.
        recipients: reads addresses.
        clock: epoch seconds.
        pause: waits the given seconds.
    """

    erasures: Erasures
    listed: SuppressionList
    registrations: Registrations
    changes: EmailChanges
    recipients: RecipientDecryptor
    clock: Clock
    pause: Callable[[float], None]

    def due(self) -> Sequence[OutboxId]:
        """Return the erasures that are due."""
        return self.erasures.due(self.clock(), _LOOKED_AT)

    def erase(self, erasure_id: OutboxId) -> Outcome:
        """Erase one address, unless what it waits for goes on.

        Raises:
            Unavailable: something does not answer; it stays due.
        """
        erasure, now = self.erasures.find(erasure_id), self.clock()
        if erasure is None:
            return "done_before"
        again = erasure_due(now, self._ends(erasure, now))
        if again > now:
            self.erasures.postpone(erasure, again)
            return "waiting"
        address, _ = read_addressed(self.recipients.decrypt(erasure.recipient, erasure.id))
        # An address that the mail service does not take for one can't be on its list.
        with suppress(MailRefused):
            self._remove(sending_form(address))
        self.erasures.finish(erasure, now)
        return "erased"

    def sweep(self, has_time: Callable[[], bool]) -> Swept:
        """Delete entries that grew too old, whoever they belong to; an address that still refuses mails comes back.

        Args:
            has_time: whether there is time for one more entry; the next run takes the rest.
        """
        found = self.listed.older_than(self.clock() - LISTED_SECONDS, _LOOKED_AT)
        deleted, failed_in_turn = 0, 0
        for address in found.addresses:
            if not has_time() or failed_in_turn == _FAILURES_IN_TURN:
                break
            try:
                self._remove(address)
            except (Unavailable, MailRefused):
                failed_in_turn += 1  # told by what is left; one that always fails must not keep the others
            else:
                deleted, failed_in_turn = deleted + 1, 0
        return Swept(deleted, len(found.addresses) - deleted + found.more)

    def _remove(self, address: str) -> None:
        # Before, not after: the call before this one is counted as well, whichever that was.
        self.pause(_PACE_SECONDS)
        self.listed.remove(address)

    def _ends(self, erasure: Erasure, now: int) -> int | None:
        """Return when that ends which an erasure waits for; None where there is nothing (any more)."""
        if erasure.attempt_id:
            attempt = self.registrations.find(erasure.attempt_id, now)
            return attempt.expires_at if attempt else None
        change = self.changes.find(erasure.change_id, now) if erasure.change_id else None
        return change.expires_at if change else None
