"""Which line of the security log a request leaves: found from route and outcome, so that no endpoint can forget it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from portal.domain.errors import (
    InvalidCredentials,
    InvalidLink,
    LinkExpired,
    NoSession,
    PortalError,
    RefreshTokenReused,
    SessionEnded,
)
from portal.observe import SecurityCounter, SecurityEvent, count_security, log_security

if TYPE_CHECKING:
    from portal.http.request import Request
    from portal.http.routes import Route

_SESSION_SIGNS = 8
"""Signs of a session's id in the log: enough to follow one, too few to name one."""

# What a wrong password is called at a route whose success is called so.
_WRONG_PASSWORD: dict[SecurityEvent | None, SecurityEvent] = {
    "authn_reauthentication_success": "authn_reauthentication_fail",
    "authn_password_change": "authn_password_change_fail",
}
_REFUSALS: dict[type[PortalError], SecurityEvent | None] = {
    InvalidLink: "link_fail",
    LinkExpired: "link_fail",
    RefreshTokenReused: "authn_token_reuse",
    SessionEnded: "session_use_after_expire",
    # The login page asks whether there is a session.
    NoSession: None,
}
_STATUSES: dict[int, SecurityEvent] = {
    HTTPStatus.UNAUTHORIZED: "authz_fail",
    HTTPStatus.FORBIDDEN: "authz_fail",
    HTTPStatus.TOO_MANY_REQUESTS: "excess_rate_limit_exceeded",
}
_COUNTED: dict[SecurityEvent, SecurityCounter] = {
    "authn_login_fail": "LoginsRefused",
    "authn_reauthentication_fail": "LoginsRefused",
    "authn_password_change_fail": "LoginsRefused",
    "authn_password_reset_request": "ResetsRequested",
    "authn_token_reuse": "TokensReused",
    "excess_rate_limit_exceeded": "LimitsHit",
    "link_fail": "LinksRefused",
}


def log_outcome(route: Route, request: Request, status: int, code: str | None, error: PortalError | None) -> None:
    """Write the line that a request leaves in the security log, if it leaves one, and count it.

    Args:
        route: that was asked for.
        request: with what became known of its actor.
        status: of the answer.
        code: of the problem, None where there is none.
        error: that was answered with a problem, None where there is none.
    """
    event = event_of(route, status, error)
    if event is None:
        return
    failed, actor = error is not None, request.actor
    session_id = getattr(error, "session_id", None) or actor.session_id
    log_security(
        event,
        failed=failed,
        request_id=request.request_id,
        route=f"{route.method} {route.path}",
        code=code,
        account_id=getattr(error, "account_id", None) or actor.account_id,
        session=session_id[:_SESSION_SIGNS] if session_id else None,
        # Where an attack comes from, and nothing of those who are let in.
        ip=request.ip if failed else None,
        detail=None if failed else actor.detail,
    )
    counter = _COUNTED.get(event)
    if event == "authz_fail" and status == HTTPStatus.UNAUTHORIZED:
        counter = "TokensRefused"
    if counter:
        count_security(counter)


def event_of(route: Route, status: int, error: PortalError | None) -> SecurityEvent | None:
    """Return which event an outcome is, None for what the security log does not hold.

    A refusal that this table does not know counts by its status: a new one can't be forgotten.
    """
    if error is None:
        return route.event if status < HTTPStatus.BAD_REQUEST else None
    if isinstance(error, InvalidCredentials):
        return _WRONG_PASSWORD.get(route.event, "authn_login_fail")
    known = next((kind for kind in type(error).__mro__ if kind in _REFUSALS), None)
    if known:
        return _REFUSALS[known]
    # Something that is not the caller's, or is not there: nobody is told which.
    foreign = status == HTTPStatus.NOT_FOUND and route.needs != "nothing"
    return _STATUSES.get(status) or ("authz_fail" if foreign else None)
