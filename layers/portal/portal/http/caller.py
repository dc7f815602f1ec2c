"""Who is calling, for endpoints."""

from portal.adapters.dynamodb.sessions import SessionsTable
from portal.adapters.tokens import KmsAccessTokens
from portal.flows.authenticate import Caller, authenticate
from portal.http.request import Request
from portal.http.routes import Wiring
from portal.settings import CallerSettings


def caller_of[S: CallerSettings](request: Request, wiring: Wiring[S], *, limited: bool = False) -> Caller:
    """Return the authenticated caller of a request.

    Args:
        request: with its ``Authorization`` header.
        wiring: of the function.
        limited: whether a token of scope ``password:change`` is enough.

    Raises:
        NotAuthenticated, PasswordChangeRequired: see ``flows.authenticate``.
    """
    settings = wiring.settings
    tokens = KmsAccessTokens(wiring.kms, settings.access_token_keys, settings.issuer)
    sessions = SessionsTable(wiring.aws, settings.sessions_table, settings.accounts_table)
    return authenticate(request.bearer_token, wiring.clock(), tokens, sessions, limited=limited)
