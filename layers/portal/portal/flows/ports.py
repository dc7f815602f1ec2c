"""What the journeys need from outside; adapters satisfy these, tests use fakes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from portal.domain.account import Account
    from portal.domain.credential import Credential
    from portal.domain.email_change import EmailChange, FormerAddress
    from portal.domain.evidence import AnyEvidence, ConsentEvidence, OptInEvidence, OptInMailEvidence
    from portal.domain.feedback import Erasure
    from portal.domain.ids import AccountId, AttemptId, CanonicalEmail, ChangeId, CounterKey, OutboxId, SessionId
    from portal.domain.mail import Mail
    from portal.domain.mail_budget import Mailbox
    from portal.domain.outbox import OutboxRow, Told
    from portal.domain.registration import Attempt
    from portal.domain.session import Session
    from portal.domain.sweep import Expired, Partition, Sweep
    from portal.domain.throttle import CountRefused, Failures, LoginRules, RequestWindow
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

    def note_mail(self, attempt_id: AttemptId, sent_at: int, message_id: str, now: int) -> bool:
        """Keep when an opt-in mail left, the first and the newest; tell whether the attempt was still there."""

    def newest_of(self, email: CanonicalEmail, now: int, limit: int) -> Sequence[Attempt]:
        """Return the pending attempts of an address, newest first."""


class EmailChanges(Protocol):
    """New addresses that wait for their confirmation."""

    def find(self, change_id: ChangeId, now: int) -> EmailChange | None:
        """Return a pending change, read consistently; None from its expiry on."""


class FormerAddresses(Protocol):
    """Addresses that accounts had until a change."""

    def of(self, email: CanonicalEmail, now: int) -> Sequence[FormerAddress]:
        """Return the records of an address that are in force, newest first; one of this second may lack."""


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

    def change_password(
        self,
        before: Credential,
        after: Credential,
        session: Session,
        order: OutboxRow,
        counted: Sequence[CounterKey] = (),
    ) -> None:
        """Set a chosen password, end all sessions by a new generation and start ``session``, all or nothing.

        Args:
            before: as it was read.
            after: with the new hash, and the devices that are known from now on.
            session: of the new generation.
            order: of the mail that tells the owner.
            counted: counters that are set back.

        Raises:
            ConditionFailed: password, generation or account changed meanwhile.
            Conflict: another transaction held one of the items.
        """

    def reset_password(
        self, account: Account, password_hash: str, order: OutboxRow, counted: Sequence[CounterKey] = ()
    ) -> None:
        """Set a chosen password, whatever was there, and end all sessions by a new generation, all or nothing.

        No device is known any more.

        Args:
            account: as it was read.
            password_hash: of the new password.
            order: of the mail that tells the owner.
            counted: counters that are set back.

        Raises:
            ConditionFailed: generation or account changed meanwhile.
            Conflict: another transaction held one of the items.
        """

    def block(self, account: Account) -> None:
        """Block an account and end all its sessions by a new generation, all or nothing.

        Raises:
            ConditionFailed: generation, address or account changed meanwhile.
            Conflict: another transaction held one of the items.
        """


class Profiles(Protocol):
    """What clients change about their account.

    Each method requires the account as it was read.

    Raises (each method):
        ConditionFailed: the account changed, was blocked or closed, or its sessions were ended meanwhile.
        Conflict: another transaction held one of the items.
    """

    def save(
        self,
        before: Account,
        after: Account,
        *,
        order: OutboxRow | None = None,
        evidence: ConsentEvidence | None = None,
    ) -> None:
        """Store a changed profile, together with the order of the mail that tells of it, or the proof of a consent."""

    def request_email_change(self, account: Account, change: EmailChange, orders: Sequence[OutboxRow]) -> None:
        """Store a new address that waits for its confirmation, together with the orders of its mails."""

    def change_email(
        self, before: Account, after: Account, credential: Credential, former: FormerAddress, order: OutboxRow, now: int
    ) -> None:
        """Move an account and its credential to the new address; the pending change is used up.

        Args:
            before: the account as it was read.
            after: with its new address and generation.
            credential: as it was read, of the former address.
            former: the record of the former address.
            order: of the mail that tells the former address.
            now: epoch seconds.

        Raises:
            ConditionFailed: also when the new address has an account meanwhile, or the change expired.
        """

    def close(
        self,
        account: Account,
        evidence: Sequence[AnyEvidence],
        ends: int,
        order: OutboxRow,
        *,
        announced_at: int | None = None,
    ) -> None:
        """Delete account and credential; what remains is evidence, which ends at ``ends`` (epoch seconds).

        New and former addresses go too, and registrations of the address that were never confirmed.

        Args:
            account: as it was read.
            evidence: of the closing.
            ends: of all its evidence, epoch seconds.
            order: of the farewell mail.
            announced_at: of the announcement that must still stand, where the account is closed as nobody uses it.

        Raises:
            ConditionFailed: also when that announcement does not stand any more.
        """


class Reviews(Protocol):
    """When the use of accounts is looked at, and what was announced to them.

    Raises (keep, announce):
        ConditionFailed: the account changed meanwhile, or another run was first.
        Conflict: another transaction held the credential.
    """

    def due(self, shard: int, now: int) -> Iterable[CanonicalEmail]:
        """Return the addresses to look at, the longest due first, read as they are needed."""

    def keep(self, credential: Credential, until: int, *, announced: bool) -> None:
        """Store when to look again (epoch seconds); an announcement is forgotten unless it still stands."""

    def announce(self, credential: Credential, closes_at: int, now: int, order: OutboxRow) -> None:
        """Store that the closing is announced, together with the order of the mail that says so."""


class Operations(Protocol):
    """What operators do to an account.

    Each method requires the account as it was read, and raises its generation where sessions are to end.

    Raises (each method):
        ConditionFailed: the account changed meanwhile.
        Conflict: another transaction held one of the items.
    """

    def unblock(self, account: Account) -> None:
        """Open a blocked account; what its block ended stays over."""

    def end_sessions(self, account: Account) -> None:
        """End all sessions of an account."""

    def restrict(self, before: Account, after: Account, order: OutboxRow) -> None:
        """Store a restriction, or its coming end, together with the order of the mail that says so.

        A new address that waited for its confirmation is deleted.

        Args:
            before: the account as it was read.
            after: with the restriction.
            order: of the mail.
        """

    def restore(
        self,
        before: Account,
        after: Account,
        former: FormerAddress | None,
        now: int,
        *,
        last_login_at: int | None,
    ) -> None:
        """Give an account back without a password, all or nothing; a former address is used up by it.

        Args:
            before: the account as it was read.
            after: as its owner gets it back.
            former: the record of the address that it gets back, None where its address stays.
            now: epoch seconds.
            last_login_at: what is known of its use, for the credential of another address.

        Raises:
            ConditionFailed: also when the former address has an account meanwhile, or its record expired.
        """

    def reach_again(self, account: Account, erasure: Erasure) -> None:
        """Forget that the address took no mails or wanted none, together with its erasure from the mail service."""


class EverySession(Protocol):
    """The sessions of everyone."""

    def running(self, now: int, after: SessionId | None) -> Iterable[SessionId]:
        """Return the sessions that are not over, in the store's own order, read as they are needed.

        Args:
            now: epoch seconds.
            after: where to go on; it need not exist any more.
        """

    def end(self, session_id: SessionId) -> None:
        """Delete a session, if there is one."""


class Sessions(Protocol):
    """Login sessions."""

    def add(
        self,
        session: Session,
        counted: Sequence[CounterKey] = (),
        noted: Credential | None = None,
        notice: OutboxRow | None = None,
    ) -> None:
        """Store a new session, all or nothing with what goes with it.

        Args:
            session: that starts.
            counted: counters that are set back.
            noted: the credential with the time of this login and its devices, where that is worth noting; a closing
                that was announced is void then.
            notice: order of the mail that tells of it.

        Raises:
            ConditionFailed: the address of ``noted`` is another account's meanwhile, or nobody's.
            Conflict: another transaction held one of the items.
        """

    def find(self, session_id: SessionId) -> Session | None:
        """Return a session, read consistently."""

    def rotate(self, before: Session, after: Session) -> None:
        """Store the state after a refresh, if the session is as it was read and its account is in force.

        Raises:
            ConditionFailed: another refresh was first, or session or account ended or moved on meanwhile.
            Conflict: another transaction held one of the items.
        """

    def replace(self, ended: Session, started: Session, counted: Sequence[CounterKey] = ()) -> None:
        """Start a session in the place of another and set the counters ``counted`` back, all or nothing.

        Raises:
            ConditionFailed: the other one is gone or its generation is over.
            Conflict: another transaction held one of the items.
        """

    def end(self, session_id: SessionId) -> None:
        """Delete a session, if there is one."""

    def end_of(self, account_id: AccountId, session_id: SessionId, now: int) -> bool:
        """Delete a session of an account; tell whether the account had it, and it was not over."""

    def end_presented(self, session_id: SessionId, refresh_hash: str) -> None:
        """Delete a session whose current or previous refresh token has this hash, if there is one."""

    def end_others(self, account: Account, kept: Session) -> None:
        """End all sessions of an account but one, by a new generation.

        Raises:
            ConditionFailed: generation, account or the kept session changed meanwhile.
            Conflict: another transaction held one of the items.
        """

    def all_of(self, account: Account, now: int) -> Sequence[Session]:
        """Return the sessions in force of an account, newest first, without their secrets; a new one may lack."""

    def load(self, account_id: AccountId, session_id: SessionId) -> tuple[Account | None, Session | None]:
        """Return account and session by one consistent read."""


class LoginCounters(Protocol):
    """Counters of password checks."""

    def count(
        self,
        keys: Sequence[CounterKey],
        found: Mapping[CounterKey, Failures],
        in_range: RequestWindow | None,
        rules: LoginRules,
        now: int,
    ) -> CountRefused | None:
        """Count one more failure at each counter and one more request of the range, all or nothing.

        Args:
            keys: of the counters; the first one has free attempts, the others only an end.
            found: what is known to lie under keys, to count on from; the others are counted on while they are free.
            in_range: of the client address; None where it does not matter.
            rules: how often passwords may be tried.
            now: epoch seconds.

        Raises:
            Conflict: another transaction held one of the counters.
        """


class Requests(Protocol):
    """Counters of requests by range."""

    def count(self, in_range: RequestWindow) -> bool:
        """Count a request; tell whether it was one of those that are heard."""


class MailSlots(Protocol):
    """Times given to mails that anybody can trigger."""

    def of(self, key: CounterKey) -> Mailbox:
        """Return the slots given so far, read consistently."""

    def take(self, key: CounterKey, before: Mailbox, after: Mailbox) -> None:
        """Store the slots of a mailbox with a new one.

        Raises:
            ConditionFailed: they are not as they were read.
        """

    def count(self, key: CounterKey, most: int, ends: int) -> bool:
        """Count a mail until ``ends`` (epoch seconds); tell whether it was one of those that may leave."""


class Outbox(Protocol):
    """Ordered mails."""

    def claim(self, row_id: OutboxId, now: int) -> OutboxRow | None:
        """Take a due row for the length of the lease; None when it is not due, taken, done or expired."""

    def due(self, now: int, limit: int) -> Sequence[OutboxId]:
        """Return rows that are due, oldest first."""

    def add(self, order: OutboxRow) -> None:
        """Order a mail that no change goes with."""

    def expire(self, row_id: OutboxId, now: int) -> OutboxRow | None:
        """Close a row that was never sent in its time; None when it is none."""

    def keep_sent(self, row: OutboxRow) -> None:
        """Note in a claimed row that its mail left, and whose it was; the row stays due until that is proved."""

    def finish(self, row: OutboxRow, status: str, now: int, told: Told = ...) -> None:
        """Close a claimed row (``sent``, ``dropped`` or ``failed``), forget its recipient, keep whom it reached.

        Of a farewell the recipient stays for a day more, until it is erased. A row that another run claimed meanwhile
        is left to it.
        """

    def postpone(self, row: OutboxRow, next_attempt_at: int) -> None:
        """Give a claimed row back, due later."""

    def let_wait(self, row: OutboxRow, turn_at: int, expires_at: int) -> None:
        """Give a claimed row back until its turn comes; its own time counts from there (epoch seconds)."""


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

    def sign(
        self, purpose: Purpose, subject: str, issued_at: int, expires_at: int, details: Mapping[str, str | int] = ...
    ) -> str:
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


class RecipientEncryptor(Protocol):
    """Keeps addresses in orders of mails unreadable for all but the mailer."""

    def encrypt(self, address: str, order: OutboxId) -> str:
        """Return the address as text that only the mailer can read, and only for this order."""


class RecipientDecryptor(Protocol):
    """Reads them; only the mailer can."""

    def decrypt(self, recipient: str, order: OutboxId) -> str:
        """Return the address."""


class Pseudonyms(Protocol):
    """Names a person for a proof without naming them."""

    def of(self, email: CanonicalEmail) -> str:
        """Return the keyed hash of an address: always the same, and not to be found without the key."""


class Evidence(Protocol):
    """Proofs that no other change goes with."""

    def add_mail(self, evidence: OptInMailEvidence) -> None:
        """Keep when an opt-in mail left, beside the evidence of its account; nothing where there is no account.

        Raises:
            Conflict: account or evidence were written in the same moment.
        """


class OptIns(Protocol):
    """Proofs of double opt-ins, to be looked at."""

    def mail_sent_at(self, account_id: AccountId) -> int | None:
        """Return when the opt-in mail of an account left, in epoch seconds; None when that was never noted."""


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
            MailRefused: it refuses this mail.
        """
