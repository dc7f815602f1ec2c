"""A client with a password, for journeys behind the login."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from portal.domain import password as passwords
from portal.domain.account import Account, open_account
from portal.domain.credential import Credential
from portal.domain.device import Device
from portal.domain.password import hash_password, normalise
from portal.domain.refresh import Lifetimes
from portal.domain.session import Session
from portal.domain.throttle import LoginRules
from portal.flows.authenticate import Caller, authenticate
from portal.flows.login import LoggedIn, Login
from portal.flows.throttle import LoginThrottle
from tests.support.fakes import (
    IP,
    FakeAccessTokens,
    FakeAccounts,
    FakeClock,
    FakeRecipients,
    FakeSessions,
    an_attempt,
)
from tests.support.people import PASSWORD

DEVICE = Device(IP, "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", token="d" * 43)
RULES = LoginRules(free=5, longest_delay=900, most=100)
LIFETIMES = Lifetimes(access_token=600, session_idle=1800, session_absolute=43_200)
EMAIL = "erika.muster@example.com"


@dataclass
class Client:
    """One client, one store, one clock."""

    clock: FakeClock = field(default_factory=FakeClock)
    accounts: FakeAccounts = field(default_factory=FakeAccounts)
    tokens: FakeAccessTokens = field(default_factory=FakeAccessTokens)

    def __post_init__(self) -> None:
        self.sessions = FakeSessions(self.accounts)
        account = open_account(an_attempt(), self.clock())
        self.key = account.canonical_email
        self.accounts.accounts[account.id] = account
        self.accounts.credentials[self.key] = Credential(self.key, account.id, 0, blocked=False)
        self.set(password_hash=hash_password(normalise(PASSWORD)), password_kind="chosen")

    @property
    def account(self) -> Account:
        (account,) = self.accounts.accounts.values()
        return account

    @property
    def credential(self) -> Credential:
        return self.accounts.credentials[self.key]

    def set(self, **changes: Any) -> None:
        """Change the credential."""
        self.accounts.credentials[self.key] = replace(self.credential, **changes)

    def set_account(self, **changes: Any) -> None:
        """Change the account."""
        self.accounts.accounts[self.account.id] = replace(self.account, **changes)

    def set_session(self, session: Session, **changes: Any) -> None:
        """Change a session."""
        self.accounts.sessions[session.id] = replace(session, **changes)

    @property
    def throttle(self) -> LoginThrottle:
        return LoginThrottle(self.accounts.counters, RULES, logins_per_range=300)

    def log_in(self, password: str = PASSWORD, email: str = EMAIL, device: Device = DEVICE) -> LoggedIn:
        login = Login(self.accounts, self.sessions, self.tokens, self.throttle, FakeRecipients(), LIFETIMES, self.clock)
        return login.log_in(email, password, device)

    def caller(self, token: str | None, *, limited: bool = False) -> Caller:
        return authenticate(token, self.clock(), self.tokens, self.sessions, limited=limited)


def count_hash_runs(spy: Callable[[str], None]) -> Callable[[], Any]:
    """Return a maker of hashers that tell ``spy`` of each run."""
    hasher = passwords._hasher()  # noqa: SLF001 - the one in force

    class Counting:
        def verify(self, encoded: str, password: str) -> bool:
            spy("verify")
            return bool(hasher.verify(encoded, password))

        def hash(self, password: str) -> str:
            spy("hash")
            return hasher.hash(password)

        def check_needs_rehash(self, encoded: str) -> bool:
            return hasher.check_needs_rehash(encoded)

    return Counting
