"""What mailed links do."""

import os

from portal.http.routes import Route, Wiring, serve
from portal.settings import load, starts_from_snapshot
from portal.settings.confirm import ConfirmSettings

ROUTES = (
    Route("POST", "/api/registrations/confirm", "confirmation:confirm", event="user_created"),
    Route("POST", "/api/registrations/reject", "confirmation:reject", event="registration_reject"),
    Route("POST", "/api/email-changes/confirm", "confirmation:confirm_email_change", event="email_change"),
    Route("POST", "/api/accounts/freeze", "confirmation:freeze_account", event="user_locked"),
    Route("POST", "/form/confirm", "confirmation:confirm_form", event="user_created"),
    Route("POST", "/form/reject", "confirmation:reject_form", event="registration_reject"),
    Route("POST", "/form/email-change", "confirmation:confirm_email_change_form", event="email_change"),
    Route("POST", "/form/freeze", "confirmation:freeze_account_form", event="user_locked"),
)

handler = serve(ROUTES, Wiring(load(ConfirmSettings, os.environ)), from_snapshot=starts_from_snapshot(os.environ))
