"""Login and password."""

from portal.adapters.dynamodb.accounts import AccountsTable
from portal.adapters.dynamodb.sessions import SessionsTable
from portal.adapters.tokens import KmsAccessTokens
from portal.domain.session import Device
from portal.flows.change_password import PasswordChange
from portal.flows.login import LoggedIn, Login
from portal.http.bodies import parse_body
from portal.http.bodies.login import Delivery, LoginBody, PasswordBody
from portal.http.caller import caller_of
from portal.http.cookies import refresh_cookie
from portal.http.request import Request
from portal.http.response import Response, json_response
from portal.http.routes import Wiring
from portal.observe import count
from portal.settings import LoginSettings


def post_login(request: Request, wiring: Wiring[LoginSettings]) -> Response:
    """POST /api/login."""
    body = parse_body(LoginBody, request.json())
    settings = wiring.settings
    sessions = SessionsTable(wiring.aws, settings.sessions_table, settings.accounts_table)
    login = Login(_accounts(wiring), sessions, _tokens(wiring), settings.lifetimes, wiring.clock)
    done = login.log_in(body.email, body.password, Device(request.ip, request.user_agent))
    count("LoginsSucceeded")
    return _token_answer(done, body.delivery, settings)


def put_password(request: Request, wiring: Wiring[LoginSettings]) -> Response:
    """PUT /api/password."""
    caller = caller_of(request, wiring, limited=True)
    body = parse_body(PasswordBody, request.json())
    settings = wiring.settings
    names = (settings.portal_name, settings.company_name)
    change = PasswordChange(_accounts(wiring), _tokens(wiring), settings.lifetimes, names, wiring.clock)
    done = change.change(caller, body.current_password, body.new_password, Device(request.ip, request.user_agent))
    count("PasswordsChanged")
    return _token_answer(done, body.delivery, settings)


def _accounts(wiring: Wiring[LoginSettings]) -> AccountsTable:
    return AccountsTable(wiring.aws, wiring.settings.accounts_table, sessions=wiring.settings.sessions_table)


def _tokens(wiring: Wiring[LoginSettings]) -> KmsAccessTokens:
    settings = wiring.settings
    return KmsAccessTokens(
        wiring.kms,
        settings.access_token_keys,
        settings.issuer,
        settings.access_token_lifetime_seconds,
        settings.active_access_token_key_slot,
    )


def _token_answer(done: LoggedIn, delivery: Delivery, settings: LoginSettings) -> Response:
    limited = done.session.scope == "password:change"
    document = {
        "access_token": done.access_token,
        "token_type": "Bearer",
        "expires_in": settings.access_token_lifetime_seconds,
        "scope": done.session.scope,
        "password_change_required": limited,
    }
    if done.refresh_token is None:
        return json_response(200, document)
    if delivery == "body":
        return json_response(200, {**document, "refresh_token": done.refresh_token})
    return json_response(200, document, cookies=(refresh_cookie(done.refresh_token),))
