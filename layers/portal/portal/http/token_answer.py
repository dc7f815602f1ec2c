"""The answer of every route that lets a client in or goes on with a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.adapters.tokens import KmsAccessTokens
from portal.http.cookies import device_cookie, refresh_cookie
from portal.http.response import Response, json_response

if TYPE_CHECKING:
    from portal.flows.login import LoggedIn
    from portal.http.bodies.login import Delivery
    from portal.http.routes import Wiring
    from portal.settings.login import LoginSettings


def access_tokens(wiring: Wiring[LoginSettings]) -> KmsAccessTokens:
    """Return what signs access tokens."""
    settings = wiring.settings
    return KmsAccessTokens(
        wiring.kms,
        settings.access_token_keys,
        settings.issuer,
        settings.access_token_lifetime_seconds,
        settings.active_access_token_key_slot,
    )


def token_answer(done: LoggedIn, delivery: Delivery, wiring: Wiring[LoginSettings]) -> Response:
    """Return the tokens of a session: the refresh token as a cookie, or in the body for clients without cookies.

    It says how long the session lasts as well, so that a page can warn in time (WCAG 2.2.1).
    """
    settings, session, now = wiring.settings, done.session, wiring.clock()
    limited = session.scope == "password:change"
    # A session of limited scope has no refresh that would prolong it.
    last = session.expires_at if limited else session.created_at + settings.lifetimes.session_absolute
    document = {
        "access_token": done.access_token,
        "token_type": "Bearer",
        "expires_in": settings.access_token_lifetime_seconds,
        "scope": session.scope,
        "password_change_required": limited,
        "session_expires_in": session.expires_at - now,
        "session_ends_in": last - now,
    }
    if done.refresh_token is None:
        return json_response(200, document)
    if delivery == "body":
        return json_response(200, {**document, "refresh_token": done.refresh_token})
    known = (device_cookie(done.device_token),) if done.device_token else ()
    return json_response(200, document, cookies=(refresh_cookie(done.refresh_token), *known))
