"""What mailed links do."""

import os

from portal.http.routes import Route, Wiring, serve
from portal.settings import ConfirmSettings, load

ROUTES = (
    Route("POST", "/api/registrations/confirm", "confirmation:confirm"),
    Route("POST", "/api/registrations/reject", "confirmation:reject"),
)

handler = serve(ROUTES, Wiring(load(ConfirmSettings, os.environ)))
