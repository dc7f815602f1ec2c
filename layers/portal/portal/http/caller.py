"""Who is calling, for endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.adapters.dynamodb.sessions import SessionsTable
from portal.adapters.tokens import KmsAccessTokens
from portal.flows.authenticate import Caller, authenticate
from portal.http.actor import NotedTokens
from portal.settings.keys import CallerSettings

if TYPE_CHECKING:
    from portal.http.request import Request
    from portal.http.routes import Wiring


def caller_of[S: CallerSettings](
    request: Request,
    wiring: Wiring[S],
    *,
    limited: bool = False,
    recent: bool = False,
    outdated: bool = False,
    processing: bool = False,
) -> Caller:
    """Return the authenticated caller of a request.

    Args:
        request: with its ``Authorization`` header.
        wiring: of the function.
        limited: whether a token of scope ``password:change`` is enough.
        recent: whether the password must have been given just now.
        outdated: whether it is enough to have consented to older wordings than those in force.
        processing: whether the data are to be changed or used.

    Raises:
        NotAuthenticated, PasswordChangeRequired, ConsentRequired, ProcessingRestricted, ReauthenticationRequired: see
            ``flows.authenticate``.
    """
    settings = wiring.settings
    tokens = NotedTokens(KmsAccessTokens(wiring.kms, settings.access_token_keys, settings.issuer), request.actor)
    token, sessions = request.bearer_token, sessions_of(wiring)
    return authenticate(
        token,
        wiring.clock(),
        tokens,
        sessions,
        limited=limited,
        recent=recent,
        outdated=outdated,
        processing=processing,
    )


def sessions_of[S: CallerSettings](wiring: Wiring[S]) -> SessionsTable:
    """Return the sessions of a function with authenticated routes."""
    return SessionsTable(wiring.aws, wiring.settings.sessions_table, wiring.settings.accounts_table)
