"""A client takes another address: nothing changes until the new one is confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.domain.email import canonical_email
from portal.domain.errors import FieldCode, Refused
from portal.domain.ids import AccountId, CanonicalEmail, ChangeId, random_id, random_reference
from portal.domain.token import EMAIL_CHANGE_SECONDS

if TYPE_CHECKING:
    from portal.domain.account import Account

FORMER_ADDRESS_SECONDS = 30 * 86_400
"""How long a former address leads operators to the account, to give it back after a theft."""


@dataclass(frozen=True, slots=True)
class EmailChange:
    """A new address that waits for its confirmation; times in epoch seconds.

    Args:
        id: named by the link.
        reference: shown on the page and named in the mail, so that a person knows the change that they asked for.
        account_id: whose address.
        generation: the account's at the request; everything that ends all sessions ends the link too.
        email: as typed.
        canonical_email: of the new address.
        requested_at: when.
        expires_at: from then on the change does not exist.
    """

    id: ChangeId
    reference: str
    account_id: AccountId
    generation: int
    email: str
    canonical_email: CanonicalEmail
    requested_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class FormerAddress:
    """The address that an account had until a change; kept for a while, as ``EmailChange`` is."""

    id: ChangeId
    account_id: AccountId
    email: str
    canonical_email: CanonicalEmail
    requested_at: int
    expires_at: int


def request_email_change(account: Account, email: str, now: int) -> EmailChange:
    """Return the pending change of an account to a checked address.

    Raises:
        Refused: ``email_unchanged``, ``email_invalid``.
    """
    canonical = canonical_email(email)
    if canonical is None:
        raise Refused(FieldCode.EMAIL_INVALID)
    if canonical == account.canonical_email:
        raise Refused(FieldCode.EMAIL_UNCHANGED)
    expires_at = now + EMAIL_CHANGE_SECONDS
    return EmailChange(
        ChangeId(random_id()),
        random_reference(),
        account.id,
        account.generation,
        email,
        canonical,
        requested_at=now,
        expires_at=expires_at,
    )


def former_address(account: Account, change: EmailChange, now: int) -> FormerAddress:
    """Return the record of the address that a change replaces now."""
    return FormerAddress(
        change.id, account.id, account.email, account.canonical_email, now, now + FORMER_ADDRESS_SECONDS
    )
