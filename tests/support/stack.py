"""The deployed local stack, as a client and as an operator see it."""

import json
import re
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import requests

from portal.adapters.dynamodb.items import from_item
from tests.support.contract import check_answer, documented_route
from tests.support.people import PASSWORD, a_registration
from tests.support.template import ROOT, functions
from tools.local.client import Stack
from tools.local.forward import Target

TABLES = ("RegistrationsTable", "AccountsTable", "SessionsTable", "OutboxTable", "EvidenceTable")
CALLS = ROOT / ".local/test/calls.jsonl"
"""Which function made which AWS calls (``tools.local.calls``)."""
SEEN: set[tuple[str, str, int]] = set()
"""Method, route and status of every answer of the API."""
MAIL_SECONDS = 60
ONE_RANGE = dict.fromkeys(
    ("RegistrationsPerRange", "MailRequestsPerRange", "LoginsPerRange", "LookUpsPerRange"), "100000"
)
"""All clients of a run come from one range of addresses; its limits have tests of their own."""
# Fifty cold starts at once on two cores are slow; a client of the real portal waits for one.
ANSWER_SECONDS = 240


@cache
def shared_stack() -> Stack:
    """Start the stack that all tests of a run share; the plugin in ``tests/conftest.py`` ends it."""
    return Stack(ROOT / ".local/test", parameters=ONE_RANGE, arguments=("--record", str(CALLS))).start()


def eventually(look: Callable[[], Any]) -> Any:
    """Return what a look finds, as soon as it finds something: functions write on when a mail is there already."""
    deadline = time.monotonic() + MAIL_SECONDS
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"nothing came of it within {MAIL_SECONDS} s")


class Portal:
    """A client of the deployed portal, with an operator's look at its stores."""

    def __init__(self, stack: Stack) -> None:
        self.url = stack.base_url
        self.endpoint = stack.description.endpoint_url
        self.outputs = stack.description.outputs
        self.resources = stack.description.resources
        self._target = Target(self.endpoint, self.outputs["RestApiId"], self.outputs["StageName"])
        self.http = requests.Session()
        self.dynamodb = self.client("dynamodb")

    def client(self, service: Any) -> Any:
        """Return an AWS client of the operator."""
        return boto3.client(
            service,
            region_name="eu-central-1",
            endpoint_url=self.endpoint,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def request(
        self, method: str, path: str, body: Any = None, *, token: str | None = None, ip: str | None = None, **more: Any
    ) -> requests.Response:
        """Send a request through the front door; answers of the API must be documented.

        With ``ip`` it is sent to the emulator behind the door, which takes that address for the client's.
        """
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= {"X-Forwarded-For": ip} if ip else {}
        headers |= more.pop("headers", {})
        url = str(self._target.url(path)) if ip else self.url + path
        answer = self.http.request(
            method, url, json=body, headers=headers, allow_redirects=False, timeout=ANSWER_SECONDS, **more
        )
        if route := documented_route(method, path):
            check_answer(method, route, answer.status_code, answer.headers, answer.text)
            SEEN.add((method, route, answer.status_code))
        return answer

    def mails(self, to: str) -> list[dict[str, str]]:
        """Return the mails to an address, newest first."""
        found: list[dict[str, str]] = self.http.get(f"{self.url}/_mail/messages", params={"to": to}, timeout=10).json()
        return found

    def next_mail(self, to: str, count: int = 1, *, says: str = "") -> dict[str, str]:
        """Wait for the ``count``-th mail to an address that says something, and return the newest of these.

        Notices of passwords and logins come whenever the mailer gets to them: who waits for another mail, names it.
        """
        deadline = time.monotonic() + MAIL_SECONDS
        while time.monotonic() < deadline:
            found = [mail for mail in self.mails(to) if says in mail["subject"] or says in mail["text"]]
            if len(found) >= count:
                return found[0]
            time.sleep(0.1)
        raise AssertionError(f"mail {count} that says {says!r} did not come within {MAIL_SECONDS} s")

    def items(self, table: str) -> list[dict[str, Any]]:
        """Return everything that a table holds."""
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=self.outputs[table])
        return [from_item(item) for page in pages for item in page["Items"]]

    def logs(self) -> Iterator[str]:
        """Return every log line of every group."""
        logs = self.client("logs")
        for group in logs.describe_log_groups()["logGroups"]:
            pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
            yield from (event["message"] for page in pages for event in page["events"])

    def register(self, email: str, **changes: Any) -> dict[str, str]:
        """Register and return the opt-in mail."""
        before = len(self.mails(email))
        answer = self.request("POST", "/api/registrations", a_registration(email=email, **changes))
        assert answer.status_code == 202, answer.text
        return self.next_mail(email, before + 1)

    def confirm(self, mail: dict[str, str]) -> requests.Response:
        """Press the button behind an opt-in link."""
        return self.request("POST", "/api/registrations/confirm", {"token": link_token(mail, "confirm")})

    def a_newcomer(self, email: str, **changes: Any) -> tuple[str, str]:
        """Walk to the first login; return the initial password and the token that only replaces it."""
        assert self.confirm(self.register(email, **changes)).status_code == 200
        initial = password_of(self.next_mail(email, 2))
        return initial, self.log_in(email, initial)["access_token"]

    def choose_password(self, initial: str, limited: str) -> dict[str, Any]:
        """Replace an initial password by ``PASSWORD``; return the token answer."""
        body = {"current_password": initial, "new_password": PASSWORD, "delivery": "body"}
        answer = self.request("PUT", "/api/password", body, token=limited)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def a_client(self, email: str, **changes: Any) -> dict[str, Any]:
        """Walk to a chosen password; return the token answer, when the notice of that is out as well."""
        answer = self.choose_password(*self.a_newcomer(email, **changes))
        self.next_mail(email, 3)
        return answer

    def log_in(self, email: str, password: str = PASSWORD) -> dict[str, Any]:
        """Log in; return the token answer, with the refresh token in it where there is one."""
        answer = self.request("POST", "/api/login", {"email": email, "password": password, "delivery": "body"})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def invoke(self, function: str, event: str) -> dict[str, Any]:
        """Run a function as its schedule would, with the event as declared; return what it returned."""
        declared = functions()[function]["Events"][event]["Properties"]["Input"]
        name = self.resources[f"{function.capitalize()}Function"]
        answer = self.client("lambda").invoke(FunctionName=name, Payload=declared.encode())
        found: dict[str, Any] = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, found
        return found


def link_token(mail: dict[str, str], page: str) -> str:
    """Return the token of a link that stands alone on its line."""
    found = re.search(rf"^\S+/{page}#token=(\S+)$", mail["text"], re.MULTILINE)
    assert found, json.dumps(mail["subject"])
    return found[1]


def password_of(mail: dict[str, str]) -> str:
    """Return the initial password of a credential mail."""
    found = re.search(r"^(?:Passwort|Password): (\S+)$", mail["text"], re.MULTILINE)
    assert found, json.dumps(mail["subject"])
    return found[1]


def built_layer(state: Path) -> Path:
    """Return the directory of the built layer."""
    return state / "build" / "PortalLayer" / "python"
