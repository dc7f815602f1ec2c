"""Kinds of tokens; none can stand in for another (RFC 8725 section 3.11)."""

from dataclasses import dataclass
from typing import Any

from portal.domain.ids import AccountId, SessionId
from portal.domain.session import Scope


@dataclass(frozen=True, slots=True)
class Purpose:
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
ACCESS = Purpose("at+jwt", "api")


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What an access token says (RFC 9068); no personal data."""

    account_id: AccountId
    session_id: SessionId
    scope: Scope
    auth_time: int


Claims = dict[str, Any]
"""A decoded and verified payload."""
