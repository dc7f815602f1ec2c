"""What the journeys need from outside; adapters satisfy these, tests use fakes."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from portal.domain.account import Account, Credential
from portal.domain.evidence import OptInEvidence
from portal.domain.ids import AccountId, AttemptId, CanonicalEmail, OutboxId, SessionId
from portal.domain.mail import Mail
from portal.domain.outbox import OutboxRow
from portal.domain.registration import Attempt
from portal.domain.session import Session
from portal.domain.sweep import Expired, Partition, Sweep
from portal.domain.token import AccessClaims, Claims, Purpose

Clock = Callable[[], int]
"""Epoch seconds."""


class Registrations(Protocol):
    """Attempts that are not confirmed yet. Every method treats an expired attempt as gone."""

    def add(self, attempt: Attempt, order: OutboxRow) -> None:
        """Store an attempt together with the order of its mail."""

    def find(self, attempt_id: AttemptId, now: int) -> Attempt | None:
        """Return an attempt, read consistently."""

    def remove(self, attempt_id: AttemptId, now: int) -> bool:
        """Delete an attempt now; tell whether there was one."""

    def note_mail(self, attempt_id: AttemptId, sent_at: int, message_id: str, now: int) -> None:
        """Keep when the opt-in mail left, for the evidence. An attempt that is gone meanwhile stays gone."""


class Accounts(Protocol):
    """Confirmed clients and their credentials."""

    def open(
        self, account: Account, credential: Credential, evidence: OptInEvidence, order: OutboxRow, now: int
    ) -> None:
        """Turn an attempt into an account, all or nothing.

        Raises:
            ConditionFailed: the attempt is gone, or the address or the account exists already.
            Conflict: another transaction held one of the items.
        """

    def find(self, account_id: AccountId) -> Account | None:
        """Return an account, read consistently."""

    def find_credential(self, email: CanonicalEmail) -> Credential | None:
        """Return the credential of an address, read consistently."""

    def set_initial_password(
        self, email: CanonicalEmail, initial_id: OutboxId, password_hash: str, expires_at: int
    ) -> bool:
        """Set the initial password if there is none, or the same one; tell whether it is in force."""

    def upgrade_hash(self, credential: Credential, password_hash: str) -> None:
        """Replace a hash by a stronger one of the same password, unless the password changed meanwhile."""

    def change_password(self, credential: Credential, password_hash: str, session: Session, ended: SessionId) -> None:
        """Set a chosen password, end all sessions by a new generation and start ``session``, all or nothing.

        Raises:
            ConditionFailed: password, generation or account changed meanwhile.
            Conflict: another transaction held one of the items.
        """


class Sessions(Protocol):
    """Login sessions."""

    def add(self, session: Session) -> None:
        """Store a new session."""

    def load(self, account_id: AccountId, session_id: SessionId) -> tuple[Account | None, Session | None]:
        """Return account and session by one consistent read."""


class Outbox(Protocol):
    """Ordered mails."""

    def claim(self, row_id: OutboxId, now: int) -> OutboxRow | None:
        """Take a due row for the length of the lease; None when it is not due, taken, done or expired."""

    def due(self, now: int, limit: int) -> Sequence[OutboxId]:
        """Return rows that are due, oldest first."""

    def finish(self, row: OutboxRow, status: str, now: int) -> None:
        """Close a claimed row (``sent`` or ``dropped``); a row that another run claimed meanwhile is left to it."""

    def postpone(self, row: OutboxRow, next_attempt_at: int) -> None:
        """Give a claimed row back, due later."""


class Expiry(Protocol):
    """What expires, by day and shard."""

    def expired(self, partition: Partition, now: int) -> Iterable[Expired]:
        """Return the expired items of a partition, oldest first, read as they are needed."""

    def oldest(self, partition: Partition, now: int) -> int | None:
        """Return when the oldest expired item of a partition expired; None when there is none."""

    def remove(self, item: Expired, now: int) -> bool:
        """Delete an item that is there and expired; tell whether it was.

        Raises:
            Conflict: another transaction held it.
        """


class Sweeps(Protocol):
    """Evidence of sweeps."""

    def newest(self, now: int) -> Sweep | None:
        """Return the newest sweep, complete or not; None when there was none in this month and the one before."""

    def add(self, sweep: Sweep) -> None:
        """Store the evidence of a sweep."""


class LinkSigner(Protocol):
    """Makes links; only the mailer can."""

    def sign(self, purpose: Purpose, subject: str, issued_at: int, expires_at: int) -> str:
        """Return the token of a link; the same arguments give the same token."""


class LinkVerifier(Protocol):
    """Checks the token of a link."""

    def verify(self, purpose: Purpose, token: str, now: int) -> Claims:
        """Return the claims of a genuine token.

        Raises:
            InvalidLink: not genuine, or for another purpose.
            LinkExpired: genuine, but past its time.
        """


class AccessTokenSigner(Protocol):
    """Issues access tokens; only login can."""

    def issue(self, claims: AccessClaims, now: int) -> str:
        """Return a signed access token."""


class AccessTokenVerifier(Protocol):
    """Checks access tokens."""

    def verify(self, token: str, now: int) -> AccessClaims:
        """Return the claims of a valid token.

        Raises:
            NotAuthenticated: for every reason alike.
        """


class InitialPasswords(Protocol):
    """Derives initial passwords."""

    def derive(self, account_id: AccountId, order: OutboxId) -> str:
        """Return the password of an order: the same for each retry, unguessable for anybody else."""


class MailSender(Protocol):
    """Hands a mail to the mail service."""

    def send(self, to: str, mail: Mail, tag: str) -> str:
        """Send one mail to one recipient and return the service's message id.

        Args:
            to: address in its sending form.
            mail: content.
            tag: opaque, for feedback events.

        Raises:
            Unavailable: the service did not take it.
        """
