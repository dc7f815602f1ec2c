"""Who is calling."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from portal.domain.consent import awaiting_consent
from portal.domain.errors import ConsentRequired, NotAuthenticated, PasswordChangeRequired, ReauthenticationRequired
from portal.domain.restriction import require_processing

if TYPE_CHECKING:
    from portal.domain.account import Account
    from portal.domain.session import Session
    from portal.flows.ports import AccessTokenVerifier, Sessions


class Caller(NamedTuple):
    """An authenticated client: account and session as they are now, not as they were at login."""

    account: Account
    session: Session


def authenticate(  # noqa: PLR0913 - what a route may ask for
    token: str | None,
    now: int,
    tokens: AccessTokenVerifier,
    sessions: Sessions,
    *,
    limited: bool = False,
    recent: bool = False,
    outdated: bool = False,
    processing: bool = False,
) -> Caller:
    """Return the caller that an access token stands for.

    Args:
        token: as received; None where there was none.
        now: epoch seconds.
        tokens: checks the signature and the claims.
        sessions: reads account and session at once.
        limited: whether a token of scope ``password:change`` is enough.
        outdated: whether it is enough to have consented to older wordings than those in force.
        recent: whether the password must have been given just now (step-up, ASVS 7.5.1).
        processing: whether the data are to be changed or used, which a restriction forbids (GDPR Art. 18).

    Raises:
        NotAuthenticated: no valid token, or its session, account or generation is over.
        PasswordChangeRequired: the token opens the password change only.
        ConsentRequired: a newer wording awaits consent.
        ProcessingRestricted: the data are only kept.
        ReauthenticationRequired: the password was given too long ago.
    """
    if token is None:
        raise NotAuthenticated
    claims = tokens.verify(token, now)
    account, session = sessions.load(claims.account_id, claims.session_id)
    if account is None or session is None or account.blocked:
        raise NotAuthenticated
    mine = session.account_id == account.id and session.scope == claims.scope
    if not mine or session.generation != account.generation or session.is_over(now):
        raise NotAuthenticated
    if session.scope != "portal" and not limited:
        raise PasswordChangeRequired
    if not outdated and awaiting_consent(account.consents):
        raise ConsentRequired
    if processing:
        require_processing(account, now)
    if recent and not session.is_recent(now):
        raise ReauthenticationRequired
    return Caller(account, session)
