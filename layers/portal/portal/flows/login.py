"""A client logs in, or shows again who they are."""

from dataclasses import dataclass

from portal.domain.account import Credential
from portal.domain.email import canonical_email
from portal.domain.errors import ConditionFailed, InvalidCredentials, NotAuthenticated
from portal.domain.ids import CanonicalEmail
from portal.domain.lifecycle import login_is_worth_noting
from portal.domain.outbox import OutboxRow
from portal.domain.password import hash_password, needs_rehash, normalise, password_matches
from portal.domain.session import Device, Lifetimes, RefreshToken, Session, new_limited_session, new_session
from portal.domain.token import AccessClaims
from portal.flows.authenticate import Caller
from portal.flows.order_mail import new_device_notice
from portal.flows.ports import AccessTokenSigner, Accounts, Clock, RecipientEncryptor, Sessions
from portal.flows.retry import retry_conflicts

_NOBODY = CanonicalEmail("-")


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """The result of a login: the access token, and a refresh token where the scope is full."""

    session: Session
    access_token: str
    refresh_token: str | None


@dataclass(frozen=True, slots=True)
class Login:
    """What a login works with.

    Args:
        accounts: credentials.
        sessions: where new sessions go.
        tokens: issues access tokens.
        recipients: encrypts addresses of notices.
        lifetimes: of sessions and tokens.
        clock: epoch seconds.
    """

    accounts: Accounts
    sessions: Sessions
    tokens: AccessTokenSigner
    recipients: RecipientEncryptor
    lifetimes: Lifetimes
    clock: Clock

    def log_in(self, email: str, password: str, device: Device, *, new_device: bool = False) -> LoggedIn:
        """Check address and password and start a session.

        A known and an unknown address cost the same: one read and one hash (ASVS 6.3.8).

        Args:
            email: as received.
            password: as received.
            device: where the login comes from.
            new_device: whether the owner is to be told of it (ASVS 6.3.5); never of a login with an initial password.

        Raises:
            InvalidCredentials: for every reason alike.
        """
        now, normal = self.clock(), normalise(password)
        # A text that is no address is looked up all the same, so that it costs the same.
        credential = self.accounts.find_credential(canonical_email(email) or _NOBODY)
        usable = open_credential(credential, normal, now)
        if usable.password_hash and needs_rehash(usable.password_hash):
            self.accounts.upgrade_hash(usable, hash_password(normal))
        session, refresh_token = self._start(usable, device, now)
        answer = logged_in(session, refresh_token, now, self.tokens)
        notice = new_device_notice(usable, device, now, self.recipients) if new_device else None
        self._store(session, usable, now, notice)
        return answer

    def reauthenticate(self, caller: Caller, password: str, device: Device) -> LoggedIn:
        """Check the password again and go on in a fresh session; the present one ends (ASVS 7.2.4, 7.5.1).

        Raises:
            InvalidCredentials: the password is wrong.
            NotAuthenticated: the session or the account ended in the same moment.
        """
        now, account = self.clock(), caller.account
        credential = open_credential(self.accounts.find_credential(account.canonical_email), normalise(password), now)
        if credential.account_id != account.id or credential.generation != account.generation:
            raise NotAuthenticated
        session, refresh_token = new_session(account.id, account.generation, device, now, self.lifetimes)
        answer = logged_in(session, refresh_token, now, self.tokens)
        try:
            retry_conflicts(lambda: self.sessions.replace(caller.session, session))
        except ConditionFailed:
            raise NotAuthenticated from None
        return answer

    def _store(self, session: Session, credential: Credential, now: int, notice: OutboxRow | None) -> None:
        """Store the session, and with it the notice and, where worth noting, the time of this login: all or nothing."""
        if login_is_worth_noting(credential, now):
            try:
                return retry_conflicts(lambda: self.sessions.add_noted(session, credential, notice))
            except ConditionFailed:
                # Address changed or account closed in the same moment: the session is void, nothing to note or tell.
                return self.sessions.add(session)
        return self.sessions.add(session, notice)

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
        raise InvalidCredentials
    return usable


def logged_in(session: Session, refresh_token: RefreshToken | None, now: int, tokens: AccessTokenSigner) -> LoggedIn:
    """Return the answer to a client whose session starts or goes on: its tokens.

    To be called before the session is stored: an access token opens nothing without it, and where the key store fails,
    nothing has happened.
    """
    claims = AccessClaims(session.account_id, session.id, session.scope, session.auth_time)
    return LoggedIn(session, tokens.issue(claims, now), str(refresh_token) if refresh_token else None)
