"""What mailed links do."""

import os

from portal.http.routes import Route, Wiring, serve
from portal.settings import ConfirmSettings, load

ROUTES = (
    Route("POST", "/api/registrations/confirm", "confirmation:confirm", event="user_created"),
    Route("POST", "/api/registrations/reject", "confirmation:reject", event="registration_reject"),
    Route("POST", "/api/email-changes/confirm", "confirmation:confirm_email_change", event="email_change"),
    Route("POST", "/api/accounts/freeze", "confirmation:freeze_account", event="user_locked"),
)

handler = serve(ROUTES, Wiring(load(ConfirmSettings, os.environ)))
