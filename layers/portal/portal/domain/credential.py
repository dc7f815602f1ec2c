"""Credentials: what opens an account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from portal.domain.spans import DAY_SECONDS

if TYPE_CHECKING:
    from portal.domain.account import Account
    from portal.domain.device import KnownDevice
    from portal.domain.ids import AccountId, CanonicalEmail

LOGIN_NOTED_SECONDS = DAY_SECONDS
"""How exactly the last login is known: noting each of them would cost a write a login."""

PasswordKind = Literal["initial", "chosen"]


@dataclass(frozen=True, slots=True)
class Credential:
    """What login reads, in one item: found by the canonical address.

    Args:
        canonical_email: the key.
        account_id: whose credential.
        generation: copy of the account's.
        blocked: copy of the account's.
        password_hash: argon2id, encoded; None until the first credential mail is on its way.
        password_kind: ``initial`` opens the password change only.
        password_expires_at: epoch seconds, for initial passwords.
        initial_password_id: the outbox row that the initial password was derived for.
        last_login_at: epoch seconds of the last login with a chosen password, to the day.
        closing_announced_at: epoch seconds of the announcement that the account will be closed as nobody uses it.
        review_at: epoch seconds from which on its use is looked at; after an announcement the time of closing.
        devices: from which its client logged in.
    """

    canonical_email: CanonicalEmail
    account_id: AccountId
    generation: int
    blocked: bool
    password_hash: str | None = None
    password_kind: PasswordKind | None = None
    password_expires_at: int | None = None
    initial_password_id: str | None = None
    last_login_at: int | None = None
    closing_announced_at: int | None = None
    review_at: int | None = None
    devices: tuple[KnownDevice, ...] = ()

    @property
    def activated(self) -> bool:
        """Whether an own password was ever chosen; operators may have taken it back since."""
        return self.password_kind == "chosen" or self.last_login_at is not None  # noqa: S105 - a kind

    @property
    def announced_at(self) -> int | None:
        """When the closing was announced; None where it was not, or where a login made that void."""
        announced, login = self.closing_announced_at, self.last_login_at
        return None if announced is None or (login is not None and login >= announced) else announced

    def opens_at(self, now: int) -> bool:
        """Tell whether a password of this credential may be accepted at all."""
        if self.blocked or self.password_hash is None:
            return False
        return self.password_expires_at is None or now < self.password_expires_at


def new_credential(account: Account) -> Credential:
    """Return the credential that a new account begins with: no password, to be reviewed by the next run."""
    return Credential(
        account.canonical_email, account.id, account.generation, account.blocked, review_at=account.created_at
    )


def login_is_worth_noting(credential: Credential, now: int) -> bool:
    """Tell whether a login changes what is known of the use of an account: the first of a day, or one that keeps it."""
    if credential.password_kind != "chosen":  # noqa: S105 - a kind
        return False
    if credential.closing_announced_at is not None or credential.last_login_at is None:
        return True
    return now - credential.last_login_at > LOGIN_NOTED_SECONDS
