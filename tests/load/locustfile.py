"""People at the portal, for Locust (`make load`); runs in an environment of its own and knows only HTTP.

Each person has a range of addresses of their own. What the portal acknowledged is noted in a ledger before anything
else happens, so that it can be asked for afterwards.
"""

import itertools
import json
import os
import re
from pathlib import Path
from typing import Any

import gevent
import requests
from locust import HttpUser, between, events, task

URL = os.environ["LOAD_URL"]
MAILS = os.environ["LOAD_MAILS"]
LEDGER = Path(os.environ["LOAD_LEDGER"])
REGISTRATIONS = int(os.environ["LOAD_REGISTRATIONS"])
REQUESTS = int(os.environ["LOAD_REQUESTS"])

PASSWORD = "vier Kraniche zählen Nebel 7"
# Of so many people one confirms the address and goes on.
CONFIRMING = 3
TRIES = 4
MAIL_SECONDS = 120
MAIL_POLL_SECONDS = 3

numbers = itertools.count()
state: dict[str, Any] = {"acknowledged": 0, "requests": 0, "version": ""}
mails: dict[str, list[str]] = {}


@events.request.add_listener  # type: ignore[untyped-decorator]  # Locust is not installed where types are checked
def count(**_: Any) -> None:
    state["requests"] += 1


@events.test_start.add_listener  # type: ignore[untyped-decorator]  # as above
def begin(environment: Any, **_: Any) -> None:
    legal = requests.get(f"{URL}/api/legal", headers={"X-Forwarded-For": "192.0.2.1"}, timeout=240)
    legal.raise_for_status()
    state["version"] = legal.json()["terms"]["version"]
    gevent.spawn(read_mails)
    gevent.spawn(end_when_enough, environment)


def read_mails() -> None:
    """Keep the texts of the mails by recipient, as a mailbox of each person would."""
    seen = 0
    while True:
        found = requests.get(MAILS, timeout=120).json()["messages"]
        every = [record for records in found.values() for record in records]
        for record in every[seen:]:
            for address in record["To"]:
                mails.setdefault(address, []).append(record["BodyText"] or "")
        seen = len(every)
        gevent.sleep(MAIL_POLL_SECONDS)


def end_when_enough(environment: Any) -> None:
    while state["acknowledged"] < REGISTRATIONS or state["requests"] < REQUESTS:
        gevent.sleep(1)
    environment.runner.quit()


def note(**entry: str) -> None:
    with LEDGER.open("a", encoding="utf-8") as ledger:
        ledger.write(json.dumps(entry) + "\n")


class Person(HttpUser):  # type: ignore[misc]  # as above
    """One after another: each journey is another person."""

    host = URL
    wait_time = between(0, 0.2)

    def on_start(self) -> None:
        self.headers: dict[str, str] = {}

    @task  # type: ignore[untyped-decorator]  # as above
    def journey(self) -> None:
        number = next(numbers)
        self.email = f"person{number:06d}@example.com"
        self.headers = {"X-Forwarded-For": f"10.{number >> 8 & 255}.{number & 255}.7"}
        self.ask("GET", "/")
        self.ask("GET", "/register")
        self.ask("POST", "/api/bank-details/resolve", {"iban": "DE89370400440532013000"})
        if self.registers() and number % CONFIRMING == 0:
            self.goes_on()

    def registers(self) -> bool:
        consent = {"version": state["version"], "accepted": True}
        body = {
            "email": self.email,
            "salutation": "neutral",
            "first_name": "Erika",
            "last_name": "Mustermann",
            "street": "Heidestraße",
            "house_number": "17a",
            "postal_code": "51147",
            "city": "Köln",
            "bank_details": {"iban": "DE89370400440532013000"},
            "consents": {"terms": consent, "privacy_notice": consent},
        }
        answer = self.insist("POST", "/api/registrations", body)
        if answer is None:
            return False
        note(what="registration", email=self.email, reference=answer["reference"])
        state["acknowledged"] += 1
        return True

    def goes_on(self) -> None:
        token = self.mailed(r"/confirm#token=(\S+)$")
        if token is None or self.insist("POST", "/api/registrations/confirm", {"token": token}) is None:
            return
        note(what="account", email=self.email)
        initial = self.mailed(r"^(?:Passwort|Password): (\S+)$")
        if initial is None or (limited := self.logs_in(initial)) is None:
            return
        change = {"current_password": initial, "new_password": PASSWORD, "delivery": "body"}
        # An answer that was lost: the new password opens the account then.
        tokens = self.ask("PUT", "/api/password", change, limited) or self.logs_in(PASSWORD)
        if tokens is None:
            return
        note(what="password", email=self.email)
        self.lives(tokens if isinstance(tokens, str) else tokens["access_token"])

    def lives(self, token: str) -> None:
        self.ask("GET", "/api/profile", None, token)
        self.ask("GET", "/api/sessions", None, token)
        self.ask("GET", "/api/clients", None, token)
        changed = self.ask("PATCH", "/api/profile", {"phone": "030 1234567"}, token, {"If-Match": '"1"'})
        if changed is not None:
            note(what="profile", email=self.email, phone="+49301234567")
        self.ask("POST", "/api/profile/bank-details/accept", {}, token)
        if self.ask("POST", "/api/logout", {}, token) is not None:
            note(what="logout", email=self.email)

    def logs_in(self, password: str) -> str | None:
        answer = self.insist("POST", "/api/login", {"email": self.email, "password": password, "delivery": "body"})
        return None if answer is None else str(answer["access_token"])

    def mailed(self, pattern: str) -> str | None:
        """Wait for what a mail to this person says."""
        for _ in range(MAIL_SECONDS):
            for text in mails.get(self.email, []):
                if found := re.search(pattern, text, re.MULTILINE):
                    return found[1]
            gevent.sleep(1)
        note(what="no mail", email=self.email)
        return None

    def insist(self, method: str, path: str, body: Any) -> Any:
        """Ask until it is acknowledged, as a person would who sees that something went wrong."""
        for _ in range(TRIES):
            answer = self.ask(method, path, body)
            if answer is not None:
                return answer
            gevent.sleep(1)
        return None

    def ask(
        self, method: str, path: str, body: Any = None, token: str | None = None, more: dict[str, str] | None = None
    ) -> Any:
        """Send a request; return the document of its answer, None where it is not acknowledged."""
        headers = {**self.headers, **(more or {}), **({"Authorization": f"Bearer {token}"} if token else {})}
        with self.client.request(
            method, path, json=body, headers=headers, name=f"{method} {path}", timeout=240, catch_response=True
        ) as answer:
            if answer.status_code >= 300 or answer.status_code == 0:
                answer.failure(f"{answer.status_code}")
                return None
            answer.success()
            is_json = answer.headers.get("Content-Type", "").startswith("application/json")
            return answer.json() if is_json and answer.text else answer.text
