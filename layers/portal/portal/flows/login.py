"""A client logs in, or shows again who they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from portal.domain.credential import login_is_worth_noting
from portal.domain.device import Device, Remembered, remember
from portal.domain.email import MAX_LENGTH, canonical_email
from portal.domain.errors import ConditionFailed, InvalidCredentials, NotAuthenticated
from portal.domain.ids import CanonicalEmail
from portal.domain.password import hash_password, needs_rehash, normalise, password_matches
from portal.domain.refresh import Lifetimes, RefreshToken, new_limited_session, new_session
from portal.domain.token import AccessClaims
from portal.flows.order_mail import new_device_notice
from portal.flows.retry import retry_conflicts

if TYPE_CHECKING:
    from portal.domain.credential import Credential
    from portal.domain.outbox import OutboxRow
    from portal.domain.session import Session
    from portal.flows.authenticate import Caller
    from portal.flows.ports import AccessTokenSigner, Accounts, Clock, RecipientEncryptor, Sessions
    from portal.flows.throttle import Admitted, LoginThrottle


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """The result of a login: the access token, and a refresh token where the scope is full.

    Args:
        session: that starts or goes on.
        access_token: signed.
        refresh_token: None with a limited scope.
        device_token: by which the device is known from now on; None where it has it already, or keeps none.
    """

    session: Session
    access_token: str
    refresh_token: str | None
    device_token: str | None = None


@dataclass(frozen=True, slots=True)
class Login:
    """What a login works with.

    Args:
        accounts: credentials.
        sessions: where new sessions go.
        tokens: issues access tokens.
        throttle: counts attempts.
        recipients: encrypts addresses of notices.
        lifetimes: of sessions and tokens.
        clock: epoch seconds.
    """

    accounts: Accounts
    sessions: Sessions
    tokens: AccessTokenSigner
    throttle: LoginThrottle
    recipients: RecipientEncryptor
    lifetimes: Lifetimes
    clock: Clock

    def log_in(self, email: str, password: str, device: Device) -> LoggedIn:
        """Check address and password and start a session.

        A known and an unknown address cost the same: one read, one count and one hash (ASVS 6.3.8).

        Args:
            email: as received.
            password: as received.
            device: where the login comes from.

        Raises:
            InvalidCredentials: for every reason alike.
            TooManyRequests: see ``flows.throttle``; the password was not looked at.
        """
        now, normal = self.clock(), normalise(password)
        # A text that is no address is looked up and counted all the same, so that it costs the same.
        address = canonical_email(email) or CanonicalEmail(email.strip().lower()[:MAX_LENGTH] or "-")
        credential = self.accounts.find_credential(address)
        admitted = self.throttle.admit(address, credential, device, now)
        usable = open_credential(credential, normal, now)
        if usable.password_hash and needs_rehash(usable.password_hash):
            self.accounts.upgrade_hash(usable, hash_password(normal))
        session, refresh_token = self._start(usable, device, now)
        remembered = _remembered(session, usable, device, now)
        noted = None
        if remembered.devices != usable.devices or login_is_worth_noting(usable, now):
            noted = replace(usable, devices=remembered.devices, last_login_at=now, closing_announced_at=None)
        answer = logged_in(session, refresh_token, now, self.tokens, remembered.token)
        notice = new_device_notice(usable, device, now, self.recipients) if remembered.is_new else None
        self._store(session, admitted, noted, notice)
        return answer

    def reauthenticate(self, caller: Caller, password: str, device: Device) -> LoggedIn:
        """Check the password again and go on in a fresh session; the present one ends (ASVS 7.2.4, 7.5.1).

        Raises:
            InvalidCredentials: the password is wrong.
            NotAuthenticated: the session or the account ended in the same moment.
            TooManyRequests: see ``flows.throttle``; the password was not looked at.
        """
        now, account = self.clock(), caller.account
        found = self.accounts.find_credential(account.canonical_email)
        admitted = self.throttle.admit(account.canonical_email, found, device, now)
        credential = open_credential(found, normalise(password), now)
        if credential.account_id != account.id or credential.generation != account.generation:
            raise NotAuthenticated
        session, refresh_token = new_session(account.id, account.generation, device, now, self.lifetimes)
        answer = logged_in(session, refresh_token, now, self.tokens)
        try:
            admitted.settle(lambda counted: self.sessions.replace(caller.session, session, counted))
        except ConditionFailed:
            raise NotAuthenticated from None
        return answer

    def _store(self, session: Session, admitted: Admitted, noted: Credential | None, notice: OutboxRow | None) -> None:
        """Store the session with all that goes with it, and forget the failures before it: all or nothing."""
        try:
            admitted.settle(lambda counted: self.sessions.add(session, counted, noted, notice))
        except ConditionFailed:
            # Password, address or state changed in the same moment: the session is void, nothing to note, tell or
            # set back.
            retry_conflicts(lambda: self.sessions.add(session))

    def _start(self, credential: Credential, device: Device, now: int) -> tuple[Session, RefreshToken | None]:
        who = (credential.account_id, credential.generation, device, now, self.lifetimes)
        if credential.password_kind == "initial":  # noqa: S105 - a kind
            return new_limited_session(*who), None
        return new_session(*who)


def open_credential(credential: Credential | None, password: str, now: int) -> Credential:
    """Return a credential that a normalised password opens now; one hash is computed in any case.

    Raises:
        InvalidCredentials: for every reason alike.
    """
    usable = credential if credential and credential.opens_at(now) else None
    if not password_matches(usable.password_hash if usable else None, password) or usable is None:
        raise InvalidCredentials(credential.account_id if credential else None)
    return usable


def _remembered(session: Session, credential: Credential, device: Device, now: int) -> Remembered:
    """Return the devices after a login; one with an initial password makes none known: its mail may have been read."""
    if session.scope != "portal":
        return Remembered(credential.devices, None, is_new=False)
    return remember(credential.devices, device, credential.account_id, now)


def logged_in(
    session: Session,
    refresh_token: RefreshToken | None,
    now: int,
    tokens: AccessTokenSigner,
    device_token: str | None = None,
) -> LoggedIn:
    """Return the answer to a client whose session starts or goes on: its tokens.

    To be called before the session is stored: an access token opens nothing without it, and where the key store fails,
    nothing has happened.
    """
    claims = AccessClaims(session.account_id, session.id, session.scope, session.auth_time)
    return LoggedIn(session, tokens.issue(claims, now), str(refresh_token) if refresh_token else None, device_token)
