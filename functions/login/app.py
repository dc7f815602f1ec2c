"""Login, sessions, password, public keys."""

import os

from portal.http.routes import Route, Wiring, serve
from portal.settings import LoginSettings, load

ROUTES = (
    Route("POST", "/api/login", "login:post_login"),
    Route("POST", "/api/session/refresh", "session:post_refresh"),
    Route("POST", "/api/logout", "session:post_logout"),
    Route("GET", "/api/sessions", "session:get_all", needs="access_token"),
    Route("DELETE", "/api/sessions", "session:delete_others", needs="access_token"),
    Route("DELETE", "/api/sessions/{id}", "session:delete_one", needs="access_token"),
    Route("POST", "/api/reauthentication", "login:post_reauthentication", needs="access_token", outdated=True),
    Route("POST", "/api/password-reset", "password_reset:post"),
    Route("POST", "/api/password-reset/confirm", "password_reset:post_confirm"),
    Route("PUT", "/api/password", "login:put_password", needs="any_access_token", outdated=True),
    Route("GET", "/.well-known/jwks.json", "keys:jwks"),
    Route("POST", "/form/forgot-password", "password_reset:post_form"),
    Route("POST", "/form/reset", "password_reset:post_confirm_form"),
)

handler = serve(ROUTES, Wiring(load(LoginSettings, os.environ)))
