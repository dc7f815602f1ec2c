"""The drill on a deployed stack of its own: keys rotate by the operators' command, and are revoked in an emergency."""

import json
import subprocess
import sys
from base64 import urlsafe_b64decode
from collections.abc import Iterator

import pytest

from tests.support.stack import Portal, link_token
from tests.support.template import ROOT
from tools.local.client import Stack

STATE = ROOT / ".local/test-keys"


@pytest.fixture(scope="module")
def own_portal() -> Iterator[Portal]:
    with Stack(STATE) as stack:
        yield Portal(stack)


def keys(action: str, use: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tools.keys", action, "--key", use, "--env", "local", "--state", str(STATE)]
    environment = {"PYTHONPATH": "layers/portal", "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def kid(token: str) -> str:
    header = token.partition(".")[0]
    found: str = json.loads(urlsafe_b64decode(header + "=" * (-len(header) % 4)))["kid"]
    return found


def published(portal: Portal) -> set[str]:
    return {key["kid"] for key in portal.request("GET", "/.well-known/jwks.json").json()["keys"]}


def refreshed(portal: Portal, held: dict[str, str]) -> dict[str, str]:
    answer = portal.request("POST", "/api/session/refresh", {"refresh_token": held["refresh_token"]})
    assert answer.status_code == 200, answer.text
    found: dict[str, str] = answer.json()
    return found


def profile_status(portal: Portal, token: str) -> int:
    return portal.request("GET", "/api/profile", token=token).status_code


def test_a_rotation_by_one_command_logs_nobody_out(own_portal: Portal) -> None:
    held = own_portal.a_client("rotating@example.com")
    pending = own_portal.register("pending@example.com")
    for use in ("access-token", "link"):
        done = keys("rotate", use)
        assert done.returncode == 0, done.stderr
        assert done.stdout.count("Done: ") == 2

    assert len(published(own_portal)) == 2
    assert profile_status(own_portal, held["access_token"]) == 200
    renewed = refreshed(own_portal, held)
    assert kid(renewed["access_token"]) != kid(held["access_token"])
    assert profile_status(own_portal, renewed["access_token"]) == 200
    newer = own_portal.register("newer@example.com")
    assert kid(link_token(newer, "confirm")) != kid(link_token(pending, "confirm"))
    assert [own_portal.confirm(mail).status_code for mail in (pending, newer)] == [200, 200]

    too_early = keys("retire", "link")
    assert (too_early.returncode, "may be valid until" in too_early.stderr) == (1, True)


def test_revoked_keys_open_nothing_any_more(own_portal: Portal) -> None:
    held = own_portal.a_client("revoking@example.com")
    pending = own_portal.register("orphaned@example.com")
    for use in ("access-token", "link"):
        done = keys("revoke", use)
        assert done.returncode == 0, done.stderr

    assert len(published(own_portal)) == 1
    assert profile_status(own_portal, held["access_token"]) == 401
    assert profile_status(own_portal, refreshed(own_portal, held)["access_token"]) == 200
    assert own_portal.confirm(pending).json()["code"] == "invalid_link"
    own_portal.request("POST", "/api/registrations/resend", {"email": "orphaned@example.com"})
    assert own_portal.confirm(own_portal.next_mail("orphaned@example.com", 2)).status_code == 200
