"""Sessions: kept alive, listed, ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal.adapters.tokens import KmsAccessTokens
from portal.domain.times import rfc3339
from portal.domain.user_agent import device_name
from portal.flows.session import Refresh, end_other_sessions, end_session, list_sessions, log_out
from portal.http.actor import NotedTokens
from portal.http.caller import caller_of, sessions_of
from portal.http.cookies import cleared_refresh_cookie
from portal.http.response import Response, json_response, no_content
from portal.http.token_answer import access_tokens, token_answer
from portal.observe import count

if TYPE_CHECKING:
    from portal.domain.session import Session
    from portal.flows.authenticate import Caller
    from portal.http.request import Request
    from portal.http.routes import Wiring
    from portal.settings.login import LoginSettings


def post_refresh(request: Request, wiring: Wiring[LoginSettings]) -> Response:
    """POST /api/session/refresh: the new token comes the way the old one came."""
    from portal.http.bodies.flat import parse_flat
    from portal.http.bodies.login import RefreshBody

    body = parse_flat(RefreshBody, request.json())
    presented = body.refresh_token or request.refresh_cookie
    refresh = Refresh(sessions_of(wiring), access_tokens(wiring), wiring.settings.lifetimes, wiring.clock)
    done = refresh.refresh(presented)
    request.actor.note(done.session)
    return token_answer(done, "body" if body.refresh_token else "cookie", wiring)


def post_logout(request: Request, wiring: Wiring[LoginSettings]) -> Response:
    """POST /api/logout: always 204, whatever the tokens were."""
    from portal.http.bodies.flat import EmptyBody, parse_flat

    parse_flat(EmptyBody, request.json())
    settings = wiring.settings
    tokens = NotedTokens(KmsAccessTokens(wiring.kms, settings.access_token_keys, settings.issuer), request.actor)
    log_out(request.bearer_token, request.refresh_cookie, wiring.clock(), tokens, sessions_of(wiring))
    count("Logouts")
    return no_content(cookies=(cleared_refresh_cookie(),))


def get_all(request: Request, wiring: Wiring[LoginSettings]) -> Response:
    """GET /api/sessions."""
    caller = caller_of(request, wiring)
    found = list_sessions(caller, wiring.clock(), sessions_of(wiring))
    return json_response(200, {"sessions": [_shown(session, caller) for session in found]})


def delete_one(request: Request, wiring: Wiring[LoginSettings]) -> Response:
    """DELETE /api/sessions/{id}."""
    end_session(caller_of(request, wiring), request.path_parameters["id"], wiring.clock(), sessions_of(wiring))
    return no_content()


def delete_others(request: Request, wiring: Wiring[LoginSettings]) -> Response:
    """DELETE /api/sessions: all but the present one."""
    end_other_sessions(caller_of(request, wiring), sessions_of(wiring))
    return no_content()


def _shown(session: Session, caller: Caller) -> dict[str, Any]:
    return {
        "id": session.id,
        "created_at": rfc3339(session.created_at),
        "last_used_at": rfc3339(session.last_used_at),
        "user_agent": session.user_agent,
        "device": device_name(session.user_agent),
        "ip": session.ip,
        "current": session.id == caller.session.id,
    }
