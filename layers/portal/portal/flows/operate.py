"""What operators look at and do, for clients who called them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from portal.domain.errors import NotFound
from portal.domain.operation import AccountState, account_state, is_restored, restored
from portal.domain.outbox import order_mail
from portal.domain.restriction import lifted, lifting_takes_effect, restricted
from portal.flows.order_mail import order_erasure
from portal.flows.retry import settle

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from portal.domain.account import Account
    from portal.domain.credential import Credential
    from portal.domain.email_change import FormerAddress
    from portal.domain.ids import AccountId, CanonicalEmail, SessionId
    from portal.domain.registration import Attempt
    from portal.flows.ports import (
        Accounts,
        Clock,
        EverySession,
        FormerAddresses,
        Operations,
        OptIns,
        RecipientEncryptor,
        Registrations,
    )

_ATTEMPTS_SHOWN = 20

Outcome = Literal["done", "already", "address_taken", "ambiguous"]
"""``address_taken``: the former address has another account by now. ``ambiguous``: several accounts had it."""


@dataclass(frozen=True, slots=True)
class Target:
    """Which account is meant; with both, the account must have, or have had, the address."""

    email: CanonicalEmail | None = None
    account_id: AccountId | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What came of an operation, and on which account; None where it was not clear which."""

    outcome: Outcome
    account_id: AccountId | None


@dataclass(frozen=True, slots=True)
class AccountStatus:
    """How an account stands; times in epoch seconds.

    Args:
        id: of the account.
        state: how far it is open to its client.
        created_at: when it was confirmed.
        opt_in_mail_sent_at: when its opt-in mail left; None when that was never noted.
        restricted_at: since when the data are only kept; None when they are not.
        restriction_ends_at: until when; None while nobody lifted that.
        bounced_at: since when its address is known not to take mails.
        complained_at: since when its owner wants no notices.
    """

    id: AccountId
    state: AccountState
    created_at: int
    opt_in_mail_sent_at: int | None
    restricted_at: int | None
    restriction_ends_at: int | None
    bounced_at: int | None
    complained_at: int | None


@dataclass(frozen=True, slots=True)
class AddressStatus:
    """What the portal holds about an address.

    Args:
        attempts: pending registrations, newest first.
        account: whose user name it is.
        formerly: accounts that had it until a change, with that change, newest first.
    """

    attempts: Sequence[Attempt]
    account: AccountStatus | None
    formerly: Sequence[tuple[AccountStatus, FormerAddress]]


@dataclass(frozen=True, slots=True)
class Ended:
    """How far the end of all sessions came; ``cursor`` is where the next run goes on."""

    ended: int
    complete: bool
    cursor: SessionId | None


class _Refused(Exception):
    """The operation makes no sense as things are."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.outcome)
        self.result = result


@dataclass(frozen=True, slots=True)
class _Case:
    """An account to give back: as it was read, and the address that it gets, None for the present one."""

    account: Account
    credential: Credential | None
    former: FormerAddress | None


@dataclass(frozen=True, slots=True)
class Operate:
    """Everything operators work with.

    Args:
        registrations: pending attempts.
        accounts: confirmed clients.
        former: addresses that accounts had before.
        opt_ins: proofs of double opt-ins.
        operations: what changes an account.
        sessions: of everyone.
        recipients: encrypts an address that is to be erased.
        clock: epoch seconds.

    Raises (each method):
        NotFound: there is no such address or account.
        Unavailable: AWS does not answer, or the account kept changing; repeating is safe.
    """

    registrations: Registrations
    accounts: Accounts
    former: FormerAddresses
    opt_ins: OptIns
    operations: Operations
    sessions: EverySession
    recipients: RecipientEncryptor
    clock: Clock

    def status(self, email: CanonicalEmail) -> AddressStatus:
        """Return what the portal holds about an address."""
        now = self.clock()
        attempts = self.registrations.newest_of(email, now, _ATTEMPTS_SHOWN)
        credential = self.accounts.find_credential(email)
        account = self._account_status(credential.account_id, now) if credential else None
        found = [(self._account_status(former.account_id, now), former) for former in self.former.of(email, now)]
        formerly = [(status, former) for status, former in found if status]
        if not (attempts or account or formerly):
            raise NotFound
        return AddressStatus(attempts, account, formerly)

    def block(self, target: Target) -> Result:
        """Block an account and end its sessions."""
        return self._settle(target, lambda account: account.blocked, self.accounts.block)

    def unblock(self, target: Target) -> Result:
        """Open a blocked account; its client logs in with the password of before."""
        return self._settle(target, lambda account: not account.blocked, self.operations.unblock)

    def end_sessions(self, target: Target) -> Result:
        """End all sessions of an account, and with them every link that was mailed before; a block did so already."""
        return self._settle(target, lambda account: account.blocked, self.operations.end_sessions)

    def restrict(self, target: Target) -> Result:
        """Keep the data of an account and do nothing with them any more (GDPR Art. 18); a mail confirms it."""

        def write(account: Account) -> None:
            now = self.clock()
            order = order_mail("restriction_started", account.id, account.locale, now)
            self.operations.restrict(account, restricted(account, now), order)

        return self._settle(target, self._is_restricted_for_good, write)

    def lift_restriction(self, target: Target) -> Result:
        """Let a restriction end on a day of which a mail tells in time (GDPR Art. 18(3))."""

        def write(account: Account) -> None:
            now = self.clock()
            # What announces an end makes no sense after it.
            lifetime = lifting_takes_effect(now) - now
            order = order_mail("restriction_ending", account.id, account.locale, now, lifetime=lifetime)
            self.operations.restrict(account, lifted(account, now), order)

        return self._settle(target, lambda account: not self._is_restricted_for_good(account), write)

    def reachable(self, target: Target) -> Result:
        """Let mails reach the address of an account again: forget what is known of it, here and at the mail service."""

        def write(account: Account) -> None:
            self.operations.reach_again(account, order_erasure(account.email, self.clock(), self.recipients))

        # Also where nothing is known here: the mail service may know the address from somebody else's registration.
        return self._settle(target, lambda _: False, write)

    def _is_restricted_for_good(self, account: Account) -> bool:
        return account.is_restricted(self.clock()) and account.restriction_ends_at is None

    def restore(self, target: Target, *, to_former_address: bool) -> Result:
        """Give an account back to its owner: open, without sessions, links or password of before.

        Only a password reset, mailed to the address that the account has then, opens it.

        Args:
            target: by id, or by an address that it has or had; the present owner of an address comes first.
            to_former_address: whether it gets the address of ``target`` back.
        """

        def write(case: _Case) -> None:
            after = restored(case.account, case.former)
            last_login_at = case.credential.last_login_at if case.credential else None
            self.operations.restore(case.account, after, case.former, self.clock(), last_login_at=last_login_at)

        read = partial(self._formerly_of if to_former_address else self._to_restore, target)
        try:
            case, already = settle(read, _is_given_back, write)
        except _Refused as refused:
            return refused.result
        return Result("already" if already else "done", case.account.id)

    def end_all_sessions(self, cursor: SessionId | None, has_time: Callable[[], bool]) -> Ended:
        """End the sessions of everyone that ran when it began.

        Args:
            cursor: where an earlier run stopped.
            has_time: whether there is time for one more session; without it the run stops.
        """
        ended = 0
        for session_id in self.sessions.running(self.clock(), cursor):
            if not has_time():
                return Ended(ended, complete=False, cursor=cursor)
            self.sessions.end(session_id)
            ended, cursor = ended + 1, session_id
        return Ended(ended, complete=True, cursor=None)

    def _settle(self, target: Target, is_done: Callable[[Account], bool], write: Callable[[Account], None]) -> Result:
        account, already = settle(partial(self._present, target), is_done, write)
        return Result("already" if already else "done", account.id)

    def _account_status(self, account_id: AccountId, now: int) -> AccountStatus | None:
        account = self.accounts.find(account_id)
        if account is None:
            return None
        state = account_state(account, self.accounts.find_credential(account.canonical_email), now)
        is_restricted = account.is_restricted(now)
        return AccountStatus(
            id=account.id,
            state=state,
            created_at=account.created_at,
            opt_in_mail_sent_at=self.opt_ins.mail_sent_at(account.id),
            restricted_at=account.restricted_at if is_restricted else None,
            restriction_ends_at=account.restriction_ends_at if is_restricted else None,
            bounced_at=account.bounced_at,
            complained_at=account.complained_at,
        )

    def _present(self, target: Target) -> Account:
        """Return the account that is meant by its id or its present address."""
        credential = self.accounts.find_credential(target.email) if target.email else None
        account_id = credential.account_id if credential else target.account_id
        account = self.accounts.find(account_id) if account_id else None
        if account is None or target.account_id not in {None, account.id}:
            raise NotFound
        if target.email not in {None, account.canonical_email}:
            raise NotFound
        return account

    def _case(self, account: Account, former: FormerAddress | None = None) -> _Case:
        return _Case(account, self.accounts.find_credential(account.canonical_email), former)

    def _to_restore(self, target: Target) -> _Case:
        """Return the account that is meant, by an address that it has or had; its address stays."""
        try:
            return self._case(self._present(target))
        except NotFound:
            return self._case(self._former_account(target)[0])

    def _formerly_of(self, target: Target) -> _Case:
        """Return the account that gets the address of ``target`` back, unless it has it already."""
        try:
            account, former = self._former_account(target)
        except NotFound:
            case = self._case(self._present(target))
            if _is_given_back(case):
                return case
            raise  # it may be another client who has this address by now
        if account.canonical_email == former.canonical_email:
            return self._case(account)
        if self.accounts.find_credential(former.canonical_email):
            raise _Refused(Result("address_taken", account.id))
        return self._case(account, former)

    def _former_account(self, target: Target) -> tuple[Account, FormerAddress]:
        """Return the one account that had the address, and the newest record of it."""
        records = self.former.of(target.email, self.clock()) if target.email else []
        newest: dict[AccountId, FormerAddress] = {}
        for former in records:
            if target.account_id in {None, former.account_id}:
                newest.setdefault(former.account_id, former)
        found = [(account, former) for former in newest.values() if (account := self.accounts.find(former.account_id))]
        if not found:
            raise NotFound
        if len(found) > 1:
            raise _Refused(Result("ambiguous", None))
        return found[0]


def _is_given_back(case: _Case) -> bool:
    return case.former is None and is_restored(case.account, case.credential)
