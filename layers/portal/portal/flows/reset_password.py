"""A client who can't log in sets a new password by a mailed link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.domain.account import personal_words
from portal.domain.errors import ConditionFailed, LinkExpired
from portal.domain.ids import AccountId
from portal.domain.password import hash_password
from portal.domain.throttle import address_everywhere, address_in_range
from portal.domain.token import PASSWORD_RESET
from portal.flows.change_password import checked_password
from portal.flows.order_mail import order_to
from portal.flows.retry import retry_conflicts

if TYPE_CHECKING:
    from portal.flows.ports import Accounts, Clock, LinkVerifier, RecipientEncryptor


@dataclass(frozen=True, slots=True)
class PasswordReset:
    """What a reset works with.

    Args:
        accounts: credentials.
        links: checks the token.
        recipients: encrypts the owner's address.
        context: names of portal and company, refused as passwords (ASVS 6.2.11).
        clock: epoch seconds.
    """

    accounts: Accounts
    links: LinkVerifier
    recipients: RecipientEncryptor
    context: tuple[str, ...]
    clock: Clock

    def reset(self, token: str, new: str, ip: str) -> None:
        """Set a new password, end every session and tell the owner; the client logs in afterwards (ASVS 6.3.7, 6.4.3).

        It gets in whoever is locked out by wrong passwords: they are forgotten, and so are all devices.

        The link requires the generation of the account and raises it: it works once, and not after any other reset,
        change of password or address, block or end of all sessions.

        Args:
            token: of the reset link.
            new: as received.
            ip: cut address of the client.

        Raises:
            InvalidLink: the token is not genuine.
            LinkExpired: past its time, used, or overtaken.
            InvalidInput: the new password is refused, with the reason; the link stays usable.
        """
        now = self.clock()
        claims = self.links.verify(PASSWORD_RESET, token, now)
        account = self.accounts.find(AccountId(claims["sub"]))
        if account is None or account.blocked or account.generation != claims.get("gen"):
            raise LinkExpired
        normal = checked_password(new, (*self.context, *personal_words(account)))
        hashed, address = hash_password(normal), account.canonical_email
        counted = (address_in_range(address, ip), address_everywhere(address))
        order = order_to(account.email, "password_set_by_link", account.id, account.locale, now, self.recipients)
        try:
            retry_conflicts(lambda: self.accounts.reset_password(account, hashed, order, counted))
        except ConditionFailed:
            raise LinkExpired from None
