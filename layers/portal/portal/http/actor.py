"""Who acts in a request, as far as it is known: for the security log alone, never for a decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portal.domain.session import Session
    from portal.domain.token import AccessClaims, Claims, Purpose
    from portal.flows.ports import AccessTokenVerifier, LinkVerifier


@dataclass(slots=True)
class Actor:
    """Filled in while a request is served.

    Args:
        account_id: whose account it is about.
        session_id: which session, if one is.
        detail: one word of the portal's own on how it went, such as the scope of a login.
    """

    account_id: str | None = None
    session_id: str | None = None
    detail: str | None = None

    def note(self, session: Session) -> None:
        """Remember a session that was started or renewed."""
        self.account_id, self.session_id, self.detail = session.account_id, session.id, session.scope


class NotedTokens:
    """Satisfies ``flows.ports.AccessTokenVerifier``: remembers whose a genuine token is, also when it opens nothing."""

    def __init__(self, tokens: AccessTokenVerifier, actor: Actor) -> None:
        self._tokens = tokens
        self._actor = actor

    def verify(self, token: str, now: int) -> AccessClaims:
        """Return the claims of a valid token; raise NotAuthenticated."""
        claims = self._tokens.verify(token, now)
        self._actor.account_id, self._actor.session_id = claims.account_id, claims.session_id
        return claims


class NotedLinks:
    """Satisfies ``flows.ports.LinkVerifier``: remembers whose a genuine link is.

    Its subject is an account, or the attempt that lends its id to the account.
    """

    def __init__(self, links: LinkVerifier, actor: Actor) -> None:
        self._links = links
        self._actor = actor

    def verify(self, purpose: Purpose, token: str, now: int) -> Claims:
        """Return the claims of a genuine token; raise InvalidLink or LinkExpired."""
        claims = self._links.verify(purpose, token, now)
        self._actor.account_id = claims["sub"]
        return claims
