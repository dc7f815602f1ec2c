"""A client's own data (P9: only their own)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.http.caller import caller_of
from portal.http.profile_document import profile_answer

if TYPE_CHECKING:
    from portal.http.request import Request
    from portal.http.response import Response
    from portal.http.routes import Wiring
    from portal.settings.profile import ProfileSettings


def get(request: Request, wiring: Wiring[ProfileSettings]) -> Response:
    """GET /api/profile."""
    return profile_answer(caller_of(request, wiring).account, wiring.clock())
