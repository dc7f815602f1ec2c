"""What journeys need from outside, in memory: each fake satisfies a Protocol of ``portal.flows.ports``."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, override

from portal.adapters.aws import Aws, Service
from portal.adapters.dynamodb.records import failures_place
from portal.domain.account import Account
from portal.domain.bank_resolution import BankInput, resolve
from portal.domain.credential import Credential
from portal.domain.email_change import EmailChange
from portal.domain.errors import ConditionFailed, InvalidLink, LinkExpired, NotAuthenticated
from portal.domain.evidence import OptInEvidence, OptInMailEvidence
from portal.domain.ids import AccountId, AttemptId, CanonicalEmail, ChangeId, CounterKey, OutboxId, SessionId
from portal.domain.mail import Mail
from portal.domain.mail_budget import Mailbox
from portal.domain.outbox import LEASE_SECONDS, NOBODY, OutboxRow, Told
from portal.domain.person import Person
from portal.domain.registration import Application, Attempt, new_attempt
from portal.domain.session import Session
from portal.domain.spans import DAY_SECONDS
from portal.domain.sweep import Expired, Partition, Sweep
from portal.domain.throttle import CountRefused, Failures, LoginRules, RequestWindow, first_failures
from portal.domain.token import AccessClaims, Claims, Purpose
from portal.domain.wording import give_consent
from tests.support.people import IBAN
from tests.support.wordings import SHOWN

if TYPE_CHECKING:
    from portal.flows import ports

NOW = 1_795_000_000
DAY = 86_400
IP = "203.0.113.0"


@dataclass
class FakeClock:
    """Epoch seconds that only tests move."""

    now: int = NOW

    def __call__(self) -> int:
        return self.now


@dataclass
class Faults:
    """Failures to raise from the next calls, in order; None lets a call pass."""

    queue: list[Exception | None] = field(default_factory=list)

    def strike(self) -> None:
        """Raise the next failure, if one is waiting."""
        failure = self.queue.pop(0) if self.queue else None
        if failure:
            raise failure


@dataclass
class FakeRegistrations:
    """Attempts by id."""

    attempts: dict[AttemptId, Attempt] = field(default_factory=dict)
    orders: list[OutboxRow] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    looks: int = 0

    def add(self, attempt: Attempt, order: OutboxRow) -> None:
        self.faults.strike()
        self.attempts[attempt.id] = attempt
        self.orders.append(order)

    def find(self, attempt_id: AttemptId, now: int) -> Attempt | None:
        self.faults.strike()
        attempt = self.attempts.get(attempt_id)
        return attempt if attempt and attempt.expires_at > now else None

    def remove(self, attempt_id: AttemptId, now: int) -> bool:
        found = self.find(attempt_id, now)
        if found:
            del self.attempts[attempt_id]
        return found is not None

    def note_mail(self, attempt_id: AttemptId, sent_at: int, message_id: str, now: int) -> bool:
        attempt = self.find(attempt_id, now)
        if attempt:
            self.attempts[attempt_id] = replace(
                attempt,
                mail_sent_at=attempt.mail_sent_at or sent_at,
                mail_message_id=attempt.mail_message_id or message_id,
                last_mail_sent_at=sent_at,
                last_mail_message_id=message_id,
            )
        return attempt is not None

    def newest_of(self, email: CanonicalEmail, now: int, limit: int) -> Sequence[Attempt]:
        self.looks += 1
        of_address = [one for one in self.attempts.values() if one.application.canonical_email == email]
        pending = [one for one in of_address if one.expires_at > now]
        return sorted(pending, key=lambda one: one.requested_at, reverse=True)[:limit]


@dataclass
class FakeEmailChanges:
    """Pending changes of address by id."""

    changes: dict[ChangeId, EmailChange] = field(default_factory=dict)

    def find(self, change_id: ChangeId, now: int) -> EmailChange | None:
        change = self.changes.get(change_id)
        return change if change and change.expires_at > now else None


@dataclass
class FakeEvidence:
    """Proofs that were added on their own."""

    accounts: "FakeAccounts"
    mails: list[OptInMailEvidence] = field(default_factory=list)

    def add_mail(self, evidence: OptInMailEvidence) -> None:
        if evidence.subject in self.accounts.accounts:
            self.mails.append(evidence)


@dataclass
class FakeCounters:
    """Failures of logins and requests of ranges, by key."""

    failures: dict[CounterKey, Failures] = field(default_factory=dict)
    requests: dict[CounterKey, int] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    faults_of_forgetting: Faults = field(default_factory=Faults)

    def count(
        self,
        keys: Sequence[CounterKey],
        found: Mapping[CounterKey, Failures],
        in_range: RequestWindow | None,
        rules: LoginRules,
        now: int,
    ) -> CountRefused | None:
        self.faults.strike()
        refused = {key: self.failures[key] for key in keys if not self._is_as_expected(key, keys, found, rules, now)}
        full = in_range is not None and self.requests.get(in_range.key, 0) >= in_range.most
        if refused or full:
            return CountRefused(refused, full)
        for key in keys:
            before = self.failures.get(key)
            self.failures[key] = before.next(rules, now) if before else first_failures(rules, now)
        if in_range:
            self.requests[in_range.key] = self.requests.get(in_range.key, 0) + 1
        return None

    def _is_as_expected(
        self,
        key: CounterKey,
        keys: Sequence[CounterKey],
        found: Mapping[CounterKey, Failures],
        rules: LoginRules,
        now: int,
    ) -> bool:
        before = self.failures.get(key)
        if before is None or key in found:
            return before == found.get(key)
        return before.expires_at > now and before.count < (rules.free if key == keys[0] else rules.most)

    def forget(self, keys: Sequence[CounterKey]) -> None:
        """Forget failures, those of an address wherever they were made."""
        items = {failures_place(key)[0] for key in keys}
        self.failures = {key: one for key, one in self.failures.items() if failures_place(key)[0] not in items}


@dataclass
class FakeAccounts:
    """Accounts and credentials; ``sessions`` and ``registrations`` are what transactions also reach."""

    registrations: FakeRegistrations = field(default_factory=FakeRegistrations)
    accounts: dict[AccountId, Account] = field(default_factory=dict)
    credentials: dict[CanonicalEmail, Credential] = field(default_factory=dict)
    sessions: dict[SessionId, Session] = field(default_factory=dict)
    evidence: list[OptInEvidence] = field(default_factory=list)
    orders: list[OutboxRow] = field(default_factory=list)
    lookups: list[CanonicalEmail] = field(default_factory=list)
    counters: FakeCounters = field(default_factory=FakeCounters)
    faults: Faults = field(default_factory=Faults)
    meanwhile: Callable[[], None] = lambda: None
    """Called before a transaction looks at its conditions: what another request did in that moment."""

    def open(
        self, account: Account, credential: Credential, evidence: OptInEvidence, order: OutboxRow, now: int
    ) -> None:
        self.faults.strike()
        self.meanwhile()
        attempt = AttemptId(account.id)
        taken = (account.id in self.accounts, credential.canonical_email in self.credentials)
        if any(taken) or self.registrations.find(attempt, now) is None:
            raise ConditionFailed
        self.accounts[account.id] = account
        self.credentials[credential.canonical_email] = credential
        del self.registrations.attempts[attempt]
        self.evidence.append(evidence)
        self.orders.append(order)

    def find(self, account_id: AccountId) -> Account | None:
        return self.accounts.get(account_id)

    def find_credential(self, email: CanonicalEmail) -> Credential | None:
        self.lookups.append(email)
        return self.credentials.get(email)

    def set_initial_password(
        self, email: CanonicalEmail, initial_id: OutboxId, password_hash: str, expires_at: int
    ) -> bool:
        credential = self.credentials.get(email)
        if credential is None or (credential.password_hash and credential.initial_password_id != initial_id):
            return False
        self.credentials[email] = replace(
            credential,
            password_hash=password_hash,
            password_kind="initial",
            password_expires_at=expires_at,
            initial_password_id=initial_id,
        )
        return True

    def upgrade_hash(self, credential: Credential, password_hash: str) -> None:
        found = self.credentials.get(credential.canonical_email)
        if found and found.password_hash == credential.password_hash:
            self.credentials[credential.canonical_email] = replace(found, password_hash=password_hash)

    def change_password(
        self,
        before: Credential,
        after: Credential,
        session: Session,
        order: OutboxRow,
        counted: Sequence[CounterKey] = (),
    ) -> None:
        self.faults.strike()
        self.meanwhile()
        found, account = self.credentials.get(before.canonical_email), self.accounts.get(before.account_id)
        if found != before or account is None or account.blocked or account.generation != before.generation:
            raise ConditionFailed
        self.credentials[before.canonical_email] = replace(
            before,
            password_hash=after.password_hash,
            password_kind="chosen",
            password_expires_at=None,
            initial_password_id=None,
            last_login_at=session.created_at,
            closing_announced_at=None,
            generation=session.generation,
            devices=after.devices,
        )
        self.accounts[account.id] = replace(account, generation=session.generation)
        self.sessions[session.id] = session
        self.orders.append(order)
        self.counters.forget(counted)

    def reset_password(
        self, account: Account, password_hash: str, order: OutboxRow, counted: Sequence[CounterKey] = ()
    ) -> None:
        chosen: dict[str, Any] = {"password_kind": "chosen", "password_expires_at": None, "devices": ()}
        self.next_generation(account, password_hash=password_hash, **chosen)
        self.orders.append(order)
        self.counters.forget(counted)

    def block(self, account: Account) -> None:
        self.next_generation(account, blocked=True, closing_announced_at=None, devices=())
        self.accounts[account.id] = replace(self.accounts[account.id], blocked=True)

    def next_generation(self, account: Account, **changes: Any) -> None:
        """End all sessions, and change the credential."""
        self.faults.strike()
        self.meanwhile()
        self.require(account)
        following = account.generation + 1
        credential = self.credentials[account.canonical_email]
        self.accounts[account.id] = replace(account, generation=following)
        self.credentials[account.canonical_email] = replace(credential, generation=following, **changes)

    def require(self, account: Account) -> None:
        """Raise unless the account is as it was read, and not blocked."""
        found = self.accounts.get(account.id)
        if found is None or found.blocked or found.generation != account.generation:
            raise ConditionFailed


def _state(credential: Credential) -> tuple[AccountId, int, bool]:
    return credential.account_id, credential.generation, credential.blocked


@dataclass
class FakeSessions:
    """Sessions beside the accounts that they belong to."""

    accounts: FakeAccounts = field(default_factory=FakeAccounts)

    def add(
        self,
        session: Session,
        counted: Sequence[CounterKey] = (),
        noted: Credential | None = None,
        notice: OutboxRow | None = None,
    ) -> None:
        self.accounts.counters.faults_of_forgetting.strike()
        if noted:
            self.accounts.faults.strike()
            found = self.accounts.credentials.get(noted.canonical_email)
            if found is None or (found.account_id, found.generation, found.blocked) != _state(noted):
                raise ConditionFailed
            self.accounts.credentials[noted.canonical_email] = replace(
                found, last_login_at=noted.last_login_at, closing_announced_at=None, devices=noted.devices
            )
        self.accounts.sessions[session.id] = session
        self.accounts.counters.forget(counted)
        self.accounts.orders += [notice] if notice else []

    def find(self, session_id: SessionId) -> Session | None:
        return self.accounts.sessions.get(session_id)

    def rotate(self, before: Session, after: Session) -> None:
        self.accounts.faults.strike()
        account = self.accounts.find(before.account_id)
        if account is None or account.blocked or account.generation != before.generation:
            raise ConditionFailed
        found = self.find(before.id)
        if found is None or found.refresh_hash != before.refresh_hash:
            raise ConditionFailed
        self.add(after)

    def replace(self, ended: Session, started: Session, counted: Sequence[CounterKey] = ()) -> None:
        self.accounts.faults.strike()
        if not self.end_of(ended.account_id, ended.id, ended.created_at):
            raise ConditionFailed
        self.add(started, counted)

    def end(self, session_id: SessionId) -> None:
        self.accounts.sessions.pop(session_id, None)

    def end_of(self, account_id: AccountId, session_id: SessionId, now: int) -> bool:
        found = self.find(session_id)
        mine = found is not None and found.account_id == account_id and not found.is_over(now)
        if mine:
            self.end(session_id)
        return mine

    def end_presented(self, session_id: SessionId, refresh_hash: str) -> None:
        found = self.find(session_id)
        if found and refresh_hash in {found.refresh_hash, found.previous_refresh_hash}:
            self.end(session_id)

    def end_others(self, account: Account, kept: Session) -> None:
        self.accounts.next_generation(account)
        self.add(replace(kept, generation=account.generation + 1))

    def all_of(self, account: Account, now: int) -> Sequence[Session]:
        found = [one for one in self.accounts.sessions.values() if one.account_id == account.id]
        return [one for one in found if one.generation == account.generation and not one.is_over(now)]

    def load(self, account_id: AccountId, session_id: SessionId) -> tuple[Account | None, Session | None]:
        return self.accounts.find(account_id), self.accounts.sessions.get(session_id)


@dataclass
class FakeOutbox:
    """Ordered mails; ``done`` keeps how each ended, ``told`` whom it reached."""

    rows: dict[OutboxId, OutboxRow] = field(default_factory=dict)
    done: dict[OutboxId, str] = field(default_factory=dict)
    told: dict[OutboxId, Told] = field(default_factory=dict)

    def claim(self, row_id: OutboxId, now: int) -> OutboxRow | None:
        row = self.rows.get(row_id)
        if row is None or row_id in self.done or row.next_attempt_at > now or row.expires_at <= now:
            return None
        self.rows[row_id] = replace(row, next_attempt_at=now + LEASE_SECONDS, tries=row.tries + 1)
        return self.rows[row_id]

    def due(self, now: int, limit: int) -> Sequence[OutboxId]:
        waiting = [row for row in self.rows.values() if row.id not in self.done and row.next_attempt_at <= now]
        return [row.id for row in sorted(waiting, key=lambda row: row.next_attempt_at)][:limit]

    def add(self, order: OutboxRow) -> None:
        self.rows[order.id] = order

    def expire(self, row_id: OutboxId, now: int) -> OutboxRow | None:
        row = self.rows.get(row_id)
        if row is None or row_id in self.done or row.expires_at > now:
            return None
        self.done[row_id] = "expired"
        return row

    def keep_sent(self, row: OutboxRow) -> None:
        if self.rows[row.id].tries == row.tries:
            self.rows[row.id] = row

    def finish(self, row: OutboxRow, status: str, now: int, told: Told = NOBODY) -> None:
        assert row.created_at <= now
        if self.rows[row.id].tries == row.tries:
            self.done[row.id] = status
            self.told[row.id] = told

    def postpone(self, row: OutboxRow, next_attempt_at: int) -> None:
        if self.rows[row.id].tries == row.tries:
            self.rows[row.id] = replace(self.rows[row.id], next_attempt_at=next_attempt_at)

    def let_wait(self, row: OutboxRow, turn_at: int, expires_at: int) -> None:
        if self.rows[row.id].tries == row.tries:
            self.rows[row.id] = replace(
                self.rows[row.id], next_attempt_at=turn_at, turn_at=turn_at, expires_at=expires_at, waits=row.waits + 1
            )


@dataclass
class FakeMailSlots:
    """Times given to mails, by mailbox."""

    mailboxes: dict[CounterKey, Mailbox] = field(default_factory=dict)
    counts: dict[CounterKey, int] = field(default_factory=dict)
    meanwhile: Callable[[], None] = lambda: None
    """Called before slots are stored: what another run did in that moment."""

    def of(self, key: CounterKey) -> Mailbox:
        return self.mailboxes.get(key, Mailbox())

    def take(self, key: CounterKey, before: Mailbox, after: Mailbox) -> None:
        self.meanwhile()
        if self.of(key) != before:
            raise ConditionFailed
        self.mailboxes[key] = after

    def count(self, key: CounterKey, most: int, ends: int) -> bool:
        assert ends > 0
        if self.counts.get(key, 0) >= most:
            return False
        self.counts[key] = self.counts.get(key, 0) + 1
        return True


@dataclass
class FakeExpiry:
    """Items by key, with their expiry; each lies in shard 0."""

    items: dict[str, int] = field(default_factory=dict)
    stale: dict[str, int] = field(default_factory=dict)
    """What the index still shows although it is gone."""
    looks: list[Partition] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)

    def expired(self, partition: Partition, now: int) -> Iterator[Expired]:
        self.looks.append(partition)
        self.faults.strike()
        yield from self._in(partition, now)

    def oldest(self, partition: Partition, now: int) -> int | None:
        return next((item.expires_at for item in self._in(partition, now)), None)

    def remove(self, item: Expired, now: int) -> bool:
        self.faults.strike()
        return item.expires_at <= now and self.items.pop(item.key, None) is not None

    def _in(self, partition: Partition, now: int) -> list[Expired]:
        shown = [Expired(key, at) for key, at in {**self.stale, **self.items}.items() if at <= now]
        here = [item for item in shown if (item.expires_at // DAY_SECONDS, 0) == (partition.day, partition.shard)]
        return sorted(here, key=lambda item: item.expires_at)


@dataclass
class FakeSweeps:
    """Sweeps in the order in which they were noted."""

    noted: list[Sweep] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)

    def newest(self, now: int) -> Sweep | None:
        del now
        return self.noted[-1] if self.noted else None

    def add(self, sweep: Sweep) -> None:
        self.faults.strike()
        self.noted.append(sweep)


def _pair(text: str) -> tuple[str, str, str]:
    return text.partition("=")


class FakeLinks:
    """Links that anybody could make: ``typ|subject|issued|expires``."""

    signed: int = 0

    def sign(
        self,
        purpose: Purpose,
        subject: str,
        issued_at: int,
        expires_at: int,
        details: Mapping[str, str | int] = MappingProxyType({}),
    ) -> str:
        self.signed += 1
        more = "".join(f"|{name}={value}" for name, value in details.items())
        return f"{purpose.typ}|{subject}|{issued_at}|{expires_at}{more}"

    def verify(self, purpose: Purpose, token: str, now: int) -> Claims:
        typ, *claims = token.split("|")
        if typ != purpose.typ:
            raise InvalidLink
        subject, issued_at, expires_at, *more = claims
        if int(expires_at) <= now:
            raise LinkExpired
        details = {name: int(value) if value.isdecimal() else value for name, _, value in map(_pair, more)}
        return {**details, "sub": subject, "iat": int(issued_at), "exp": int(expires_at)}


@dataclass
class FakeAccessTokens:
    """Access tokens that are numbers."""

    issued: dict[str, AccessClaims] = field(default_factory=dict)

    def issue(self, claims: AccessClaims, now: int) -> str:
        token = f"access-{len(self.issued)}-{now}"
        self.issued[token] = claims
        return token

    def verify(self, token: str, now: int) -> AccessClaims:
        if token not in self.issued or now < int(token.rpartition("-")[2]):
            raise NotAuthenticated
        return self.issued[token]


class FakePasswords:
    """Initial passwords that name what they were derived from."""

    def derive(self, account_id: AccountId, order: OutboxId) -> str:
        return f"initial {account_id} {order}"


class FakeRecipients:
    """Addresses that anybody could read."""

    def encrypt(self, address: str, order: OutboxId) -> str:
        return f"{order}|{address}"

    def decrypt(self, recipient: str, order: OutboxId) -> str:
        bound_to, _, address = recipient.partition("|")
        assert bound_to == order
        return address


@dataclass
class FakeMailSender:
    """Keeps mails instead of sending them."""

    sent: list[tuple[str, Mail, str]] = field(default_factory=list)
    failure: Exception | None = None

    def send(self, to: str, mail: Mail, tag: str) -> str:
        if self.failure:
            raise self.failure
        self.sent.append((to, mail, tag))
        return f"message-{len(self.sent)}"


@dataclass
class FakeAws(Aws):
    """AWS with an answer, a failure or a function for each ``service:operation``; keeps the calls."""

    answers: dict[str, Any] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    _monotonic: Callable[[], float] = time.monotonic

    @override
    def call(self, service: Service, operation: str, **parameters: Any) -> dict[str, Any]:
        self.calls.append((f"{service}:{operation}", parameters))
        answer = self.answers[f"{service}:{operation}"]
        if isinstance(answer, Exception):
            raise answer
        found: dict[str, Any] = answer(parameters) if callable(answer) else answer
        return found

    def operations(self) -> list[str]:
        """Return the calls by name."""
        return [name for name, _ in self.calls]


def every_fake_satisfies_its_protocol() -> None:
    """Let the type checker compare each fake with its Protocol; nothing calls this."""
    clock: ports.Clock = FakeClock()
    registrations: ports.Registrations = FakeRegistrations()
    accounts: ports.Accounts = FakeAccounts()
    sessions: ports.Sessions = FakeSessions()
    counters: ports.LoginCounters = FakeCounters()
    outbox: ports.Outbox = FakeOutbox()
    slots: ports.MailSlots = FakeMailSlots()
    expiry: ports.Expiry = FakeExpiry()
    sweeps: ports.Sweeps = FakeSweeps()
    link_signer: ports.LinkSigner = FakeLinks()
    link_verifier: ports.LinkVerifier = FakeLinks()
    token_signer: ports.AccessTokenSigner = FakeAccessTokens()
    token_verifier: ports.AccessTokenVerifier = FakeAccessTokens()
    passwords: ports.InitialPasswords = FakePasswords()
    sender: ports.MailSender = FakeMailSender()
    changes: ports.EmailChanges = FakeEmailChanges()
    evidence: ports.Evidence = FakeEvidence(FakeAccounts())
    encryptor: ports.RecipientEncryptor = FakeRecipients()
    decryptor: ports.RecipientDecryptor = FakeRecipients()
    del clock, registrations, accounts, sessions, outbox, link_signer, link_verifier, token_signer, token_verifier
    del passwords, sender, changes, evidence, encryptor, decryptor
    del expiry, sweeps, counters, slots


def an_application(email: str = "Erika.Muster@example.com") -> Application:
    """Return a checked application."""
    return Application(
        email=email,
        canonical_email=CanonicalEmail(email.lower()),
        person=Person("frau", "Erika", "Mustermann", "Heidestraße", "17a", "51147", "Köln", phone="+49301234567"),
        bank_details=resolve(BankInput(iban=IBAN)).details,
        consents=(give_consent("terms", "de", NOW, SHOWN), give_consent("privacy_notice", "de", NOW, SHOWN)),
        wording_facts=SHOWN,
        locale="de",
    )


def an_attempt(email: str = "Erika.Muster@example.com", lifetime: int = 30 * DAY) -> Attempt:
    """Return an attempt of now."""
    return new_attempt(an_application(email), IP, NOW, lifetime)
