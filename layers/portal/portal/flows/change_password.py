"""A client sets a new password; the first time it replaces the initial one (P7)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from portal.domain.account import personal_words
from portal.domain.device import Device, remember
from portal.domain.errors import (
    ConditionFailed,
    FieldCode,
    FieldError,
    InvalidInput,
    NotAuthenticated,
    Refused,
)
from portal.domain.password import check_new_password, hash_password, normalise
from portal.domain.refresh import Lifetimes, new_session
from portal.flows.login import LoggedIn, logged_in, open_credential
from portal.flows.order_mail import order_to

if TYPE_CHECKING:
    from portal.flows.authenticate import Caller
    from portal.flows.ports import AccessTokenSigner, Accounts, Clock, RecipientEncryptor
    from portal.flows.throttle import LoginThrottle

POINTER = "/new_password"


@dataclass(frozen=True, slots=True)
class PasswordChange:
    """What a change of the password works with.

    Args:
        accounts: credentials.
        tokens: issues access tokens.
        throttle: counts attempts.
        recipients: encrypts the owner's address.
        lifetimes: of sessions and tokens.
        context: names of portal and company, refused as passwords (ASVS 6.2.11).
        clock: epoch seconds.
    """

    accounts: Accounts
    tokens: AccessTokenSigner
    throttle: LoginThrottle
    recipients: RecipientEncryptor
    lifetimes: Lifetimes
    context: tuple[str, ...]
    clock: Clock

    def change(self, caller: Caller, current: str, new: str, device: Device) -> LoggedIn:
        """Replace the password, end every session, start a new one of full scope and tell the owner (ASVS 6.3.7).

        The owner is told of the first change too: whoever read the mail with the initial password could have made it.

        Args:
            caller: authenticated, of any scope.
            current: as received.
            new: as received.
            device: where the change comes from.

        Raises:
            InvalidInput: the new password is refused, with the reason.
            InvalidCredentials: the current password is wrong or no longer valid.
            NotAuthenticated: account or password changed in the same moment.
            TooManyRequests: see ``flows.throttle``; the current password was not looked at.
        """
        now = self.clock()
        normal = checked_password(new, (*self.context, *personal_words(caller.account)))
        if normal == normalise(current):
            raise InvalidInput(FieldError(POINTER, FieldCode.PASSWORD_UNCHANGED))
        found = self.accounts.find_credential(caller.account.canonical_email)
        admitted = self.throttle.admit(caller.account.canonical_email, found, device, now)
        credential = open_credential(found, normalise(current), now)
        if credential.account_id != caller.account.id or credential.generation != caller.account.generation:
            raise NotAuthenticated
        session, refresh_token = new_session(
            credential.account_id, credential.generation + 1, device, now, self.lifetimes
        )
        hashed = hash_password(normal)
        # Whoever knew the former password is unknown again on their devices.
        remembered = remember((), device, credential.account_id, now)
        changed = replace(credential, password_hash=hashed, devices=remembered.devices)
        answer = logged_in(session, refresh_token, now, self.tokens, remembered.token)
        owner = caller.account
        order = order_to(owner.email, "password_changed", owner.id, owner.locale, now, self.recipients)
        try:
            admitted.settle(lambda counted: self.accounts.change_password(credential, changed, session, order, counted))
        except ConditionFailed:
            raise NotAuthenticated from None
        return answer


def checked_password(new: str, context: tuple[str, ...]) -> str:
    """Return a new password, normalised.

    Raises:
        InvalidInput: refused, with the reason.
    """
    try:
        return check_new_password(new, context)
    except Refused as refused:
        raise InvalidInput(FieldError(POINTER, refused.code)) from None
