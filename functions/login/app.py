"""Login, password, public keys."""

import os

from portal.http.routes import Route, Wiring, serve
from portal.settings import LoginSettings, load

ROUTES = (
    Route("POST", "/api/login", "login:post_login"),
    Route("PUT", "/api/password", "login:put_password", needs="any_access_token"),
    Route("GET", "/.well-known/jwks.json", "keys:jwks"),
)

handler = serve(ROUTES, Wiring(load(LoginSettings, os.environ)))
