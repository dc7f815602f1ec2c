"""What feedback on mails needs from outside; adapters satisfy these, tests use fakes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.domain.account import Account
    from portal.domain.feedback import Erasure, Listed, Mark, SentMail
    from portal.domain.ids import OutboxId
    from portal.domain.registration import Attempt


class SentMails(Protocol):
    """Mails that left, and what became of them."""

    def find(self, order: OutboxId, now: int) -> SentMail | None:
        """Return the mail of an order, read consistently; None from the expiry of the order on."""

    def note(
        self,
        mail: SentMail,
        mark: Mark,
        now: int,
        *,
        attempts: Sequence[Attempt] = (),
        account: Account | None = None,
        erasures: Sequence[Erasure] = (),
    ) -> None:
        """Store what became of a mail with what follows from it, all or nothing.

        Args:
            mail: as it was read.
            mark: what became of it.
            now: epoch seconds.
            attempts: that no further mail names.
            account: whose address it went to, as it was read.
            erasures: of addresses that the mail service remembers now.

        Raises:
            ConditionFailed: it was noted before, or something is not as it was read.
            Conflict: another transaction held one of the items.
        """


class Erasures(Protocol):
    """Addresses that are to leave the list of the mail service."""

    def due(self, now: int, limit: int) -> Sequence[OutboxId]:
        """Return those that are due, the longest due first."""

    def find(self, erasure_id: OutboxId) -> Erasure | None:
        """Return one, read consistently; None when it is done."""

    def postpone(self, erasure: Erasure, next_attempt_at: int) -> None:
        """Look at it again later (epoch seconds)."""

    def finish(self, erasure: Erasure, now: int) -> None:
        """Close it and forget the address."""


class SuppressionList(Protocol):
    """The list of the mail service: addresses to which it sends nothing.

    Raises (each method):
        Unavailable: it does not answer, or is asked more often than about once a second.
    """

    def older_than(self, before: int, limit: int) -> Listed:
        """Return entries from before a time (epoch seconds), at most ``limit``."""

    def remove(self, address: str) -> None:
        """Delete an entry, if there is one.

        Raises:
            MailRefused: the service does not take it for an address.
        """
        ...
