"""A client changes the own data; apart from reading it, which needs no validation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.adapters.dynamodb.profiles import ProfilesTable
from portal.flows.edit_profile import edit_person
from portal.http.bodies.profile import parse_profile_patch
from portal.http.caller import caller_of
from portal.http.preconditions import require_match
from portal.http.profile_document import profile_answer

if TYPE_CHECKING:
    from portal.http.request import Request
    from portal.http.response import Response
    from portal.http.routes import Wiring
    from portal.settings.profile import ProfileSettings

_MEDIA_TYPES = ("application/merge-patch+json", "application/json")


def patch(request: Request, wiring: Wiring[ProfileSettings]) -> Response:
    """PATCH /api/profile: a merge patch of the personal and voluntary members (P3, GDPR Art. 16)."""
    account = caller_of(request, wiring, processing=True).account
    changes = parse_profile_patch(request.json(_MEDIA_TYPES))
    require_match(request, account.etag)
    profiles = ProfilesTable(wiring.aws, wiring.settings.accounts_table)
    return profile_answer(edit_person(account, changes, profiles), wiring.clock())
