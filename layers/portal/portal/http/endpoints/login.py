"""Login and password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.adapters.dynamodb.accounts import AccountsTable
from portal.adapters.dynamodb.sessions import SessionsTable
from portal.adapters.kms import KmsRecipients
from portal.flows.login import Login
from portal.http.bodies.flat import parse_flat
from portal.http.bodies.login import Delivery, LoginBody, PasswordBody, ReauthenticationBody
from portal.http.caller import caller_of
from portal.http.throttles import login_throttle
from portal.http.token_answer import access_tokens, token_answer
from portal.observe import count

if TYPE_CHECKING:
    from portal.domain.device import Device
    from portal.http.request import Request
    from portal.http.response import Response
    from portal.http.routes import Wiring
    from portal.settings.login import LoginSettings


def post_login(request: Request, wiring: Wiring[LoginSettings]) -> Response:
    """POST /api/login."""
    body = parse_flat(LoginBody, request.json())
    done = _login(wiring).log_in(body.email, body.password, _device(request, body.delivery))
    request.actor.note(done.session)
    count("LoginsSucceeded")
    return token_answer(done, body.delivery, wiring)


def post_reauthentication(request: Request, wiring: Wiring[LoginSettings]) -> Response:
    """POST /api/reauthentication."""
    caller = caller_of(request, wiring, outdated=True)
    body = parse_flat(ReauthenticationBody, request.json())
    done = _login(wiring).reauthenticate(caller, body.password, _device(request, body.delivery))
    request.actor.note(done.session)
    return token_answer(done, body.delivery, wiring)


def put_password(request: Request, wiring: Wiring[LoginSettings]) -> Response:
    """PUT /api/password."""
    from portal.flows.change_password import PasswordChange

    caller = caller_of(request, wiring, limited=True, outdated=True)
    body = parse_flat(PasswordBody, request.json())
    settings = wiring.settings
    change = PasswordChange(
        _accounts(wiring),
        access_tokens(wiring),
        login_throttle(wiring),
        _recipients(wiring),
        settings.lifetimes,
        settings.context_names,
        wiring.clock,
    )
    done = change.change(caller, body.current_password, body.new_password, _device(request, body.delivery))
    request.actor.note(done.session)
    count("PasswordsChanged")
    return token_answer(done, body.delivery, wiring)


def _login(wiring: Wiring[LoginSettings]) -> Login:
    settings = wiring.settings
    sessions = SessionsTable(wiring.aws, settings.sessions_table, settings.accounts_table, outbox=settings.outbox_table)
    return Login(
        _accounts(wiring),
        sessions,
        access_tokens(wiring),
        login_throttle(wiring),
        _recipients(wiring),
        settings.lifetimes,
        wiring.clock,
    )


def _accounts(wiring: Wiring[LoginSettings]) -> AccountsTable:
    settings = wiring.settings
    return AccountsTable(
        wiring.aws, settings.accounts_table, outbox=settings.outbox_table, sessions=settings.sessions_table
    )


def _recipients(wiring: Wiring[LoginSettings]) -> KmsRecipients:
    return KmsRecipients(wiring.kms, wiring.settings.recipient_key_arn)


def _device(request: Request, delivery: Delivery) -> Device:
    return request.device(keeps_cookies=delivery == "cookie")
