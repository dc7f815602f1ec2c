"""What mailed links do."""

import os

from portal.http.routes import Route, Wiring, serve
from portal.settings import ConfirmSettings, load

ROUTES = (
    Route("POST", "/api/registrations/confirm", "confirmation:confirm"),
    Route("POST", "/api/registrations/reject", "confirmation:reject"),
    Route("POST", "/api/email-changes/confirm", "confirmation:confirm_email_change"),
    Route("POST", "/api/accounts/freeze", "confirmation:freeze_account"),
    Route("POST", "/form/confirm", "confirmation:confirm_form"),
    Route("POST", "/form/reject", "confirmation:reject_form"),
    Route("POST", "/form/email-change", "confirmation:confirm_email_change_form"),
    Route("POST", "/form/freeze", "confirmation:freeze_account_form"),
)

handler = serve(ROUTES, Wiring(load(ConfirmSettings, os.environ)))
