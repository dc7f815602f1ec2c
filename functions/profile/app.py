"""A client's own data."""

import os

from portal.http.routes import Route, Wiring, serve
from portal.settings import load, starts_from_snapshot
from portal.settings.profile import ProfileSettings

ROUTES = (
    Route("GET", "/api/profile", "profile:get", needs="access_token"),
    Route("PATCH", "/api/profile", "profile_edit:patch", needs="access_token", processing=True, event="user_updated"),
    Route("DELETE", "/api/profile", "account:delete", needs="recent_access_token", outdated=True, event="user_deleted"),
    Route("GET", "/api/profile/consents", "consents:get_all", needs="access_token", outdated=True),
    Route("POST", "/api/profile/consents", "consents:post", needs="access_token", outdated=True, event="consent_given"),
    Route(
        "DELETE",
        "/api/profile/consents/{kind}",
        "account:delete_consent",
        needs="recent_access_token",
        outdated=True,
        event="consent_withdrawn",
    ),
    Route(
        "GET", "/api/profile/export", "export:get", needs="recent_access_token", outdated=True, event="sensitive_read"
    ),
    Route("GET", "/api/profile/bank-details", "bank_details:get", needs="recent_access_token", event="sensitive_read"),
    Route(
        "PUT",
        "/api/profile/bank-details",
        "bank_details:put",
        needs="recent_access_token",
        processing=True,
        event="bank_details_change",
    ),
    Route(
        "POST",
        "/api/profile/bank-details/accept",
        "bank_details:post_accept",
        needs="access_token",
        processing=True,
        event="bank_details_accept",
    ),
    Route(
        "POST",
        "/api/profile/email-change",
        "account:post_email_change",
        needs="recent_access_token",
        processing=True,
        event="email_change_request",
    ),
)

handler = serve(ROUTES, Wiring(load(ProfileSettings, os.environ)), from_snapshot=starts_from_snapshot(os.environ))
