"""Pages."""

import os

from portal.http.routes import Route, Wiring, serve
from portal.settings import load, starts_from_snapshot
from portal.settings.web import WebSettings

ROUTES = (
    Route("GET", "/", "pages:get"),
    Route("HEAD", "/", "pages:get"),
    Route("GET", "/{page}", "pages:get"),
    Route("HEAD", "/{page}", "pages:get"),
)

handler = serve(ROUTES, Wiring(load(WebSettings, os.environ)), from_snapshot=starts_from_snapshot(os.environ))
