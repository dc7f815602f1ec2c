"""Kinds of tokens; none can stand in for another (RFC 8725 section 3.11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from portal.domain.ids import AccountId, SessionId
    from portal.domain.session import Scope


class Purpose(NamedTuple):
    """What a kind of token is for.

    Args:
        typ: media type in the header (RFC 7519 section 5.1).
        audience: last part of the audience, behind the issuer.
        page: page of the portal that a mailed link opens; empty for tokens that are never mailed.
    """

    typ: str
    audience: str
    page: str = ""


OPT_IN = Purpose("opt-in+jwt", "registrations:confirm", "confirm")
REJECT = Purpose("reject+jwt", "registrations:reject", "reject")
PASSWORD_RESET = Purpose("password-reset+jwt", "password-reset:confirm", "reset")
EMAIL_CHANGE = Purpose("email-change+jwt", "email-changes:confirm", "email-change")
FREEZE = Purpose("freeze+jwt", "accounts:freeze", "freeze")
ACCESS = Purpose("at+jwt", "api")


PASSWORD_RESET_SECONDS = 3600
EMAIL_CHANGE_SECONDS = 86_400
FREEZE_SECONDS = 72 * 3600
"""How long these links work, from the order of their mail on."""

CONTESTED_RESET_SECONDS = 86_400
"""How long a link of a reset works where strangers order so many that they decide when one comes."""


class AccessClaims(NamedTuple):
    """What an access token says (RFC 9068); no personal data."""

    account_id: AccountId
    session_id: SessionId
    scope: Scope
    auth_time: int


Claims = dict[str, Any]
"""A decoded and verified payload."""
