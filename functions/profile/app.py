"""A client's own data."""

import os

from portal.http.routes import Route, Wiring, serve
from portal.settings import CallerSettings, load

ROUTES = (Route("GET", "/api/profile", "profile:get", needs="access_token"),)

handler = serve(ROUTES, Wiring(load(CallerSettings, os.environ)))
