"""Login, sessions, password, public keys."""

import os

from portal.http.routes import Route, Wiring, serve
from portal.settings import load, starts_from_snapshot
from portal.settings.login import LoginSettings

ROUTES = (
    Route("POST", "/api/login", "login:post_login", event="authn_login_success"),
    Route("POST", "/api/session/refresh", "session:post_refresh", event="session_renewed"),
    Route("POST", "/api/logout", "session:post_logout", event="session_end"),
    Route("GET", "/api/sessions", "session:get_all", needs="access_token"),
    Route("DELETE", "/api/sessions", "session:delete_others", needs="access_token", event="session_end"),
    Route("DELETE", "/api/sessions/{id}", "session:delete_one", needs="access_token", event="session_end"),
    Route(
        "POST",
        "/api/reauthentication",
        "login:post_reauthentication",
        needs="access_token",
        outdated=True,
        event="authn_reauthentication_success",
    ),
    Route("POST", "/api/password-reset", "password_reset:post", event="authn_password_reset_request"),
    Route("POST", "/api/password-reset/confirm", "password_reset:post_confirm", event="authn_password_reset"),
    Route(
        "PUT",
        "/api/password",
        "login:put_password",
        needs="any_access_token",
        outdated=True,
        event="authn_password_change",
    ),
    Route("GET", "/.well-known/jwks.json", "keys:jwks"),
    Route("POST", "/form/forgot-password", "password_reset:post_form", event="authn_password_reset_request"),
    Route("POST", "/form/reset", "password_reset:post_confirm_form", event="authn_password_reset"),
)

handler = serve(ROUTES, Wiring(load(LoginSettings, os.environ)), from_snapshot=starts_from_snapshot(os.environ))
