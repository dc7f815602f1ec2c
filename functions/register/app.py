"""Registration, and what anybody may read."""

import os

from portal.http.routes import Route, Wiring, serve
from portal.settings import load, starts_from_snapshot
from portal.settings.register import RegisterSettings

ROUTES = (
    Route("GET", "/api/health", "public:health"),
    Route("GET", "/api/legal", "public:legal"),
    Route("GET", "/.well-known/security.txt", "public:security_txt"),
    Route("POST", "/api/bank-details/resolve", "bank_lookup:post"),
    Route("GET", "/api/openapi.json", "public:openapi"),
    Route("POST", "/api/registrations", "registrations:post", event="registration_request"),
    Route("POST", "/api/registrations/resend", "registrations:resend", event="registration_resend"),
    Route("POST", "/form/register", "registrations:post_form", event="registration_request"),
    Route("POST", "/form/resend", "registrations:resend_form", event="registration_resend"),
)

handler = serve(ROUTES, Wiring(load(RegisterSettings, os.environ)), from_snapshot=starts_from_snapshot(os.environ))
