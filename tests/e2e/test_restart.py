"""Ctrl-C and ``make run`` again: accounts and keys are still there, and the mailer wakes up."""

from tests.support.people import PASSWORD
from tests.support.stack import Portal
from tests.support.template import ROOT
from tools.local.client import Stack

EMAIL = "survivor@example.com"
STATE = ROOT / ".local/test-restart"


def test_a_restart_keeps_accounts_keys_and_the_way_of_mails() -> None:
    first = Stack(STATE).start()
    try:
        before = Portal(first).a_client(EMAIL)
        keys = Portal(first).request("GET", "/.well-known/jwks.json").json()
    finally:
        assert first.stop() == 0
    with Stack(STATE, fresh=False) as second:
        portal = Portal(second)
        assert portal.request("GET", "/api/profile", token=before["access_token"]).status_code == 200
        assert portal.request("GET", "/.well-known/jwks.json").json() == keys
        login = portal.request("POST", "/api/login", {"email": EMAIL, "password": PASSWORD})
        assert login.json()["scope"] == "portal"
        portal.register("afterwards@example.com")
