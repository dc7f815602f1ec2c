"""Nothing that was acknowledged is lost under load, though functions are killed meanwhile (`make load`)."""

import csv
import json
import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from portal.domain.email import canonical_email
from tests.support.stack import Portal
from tests.support.template import ROOT
from tools.local.client import Stack

STATE = ROOT / ".local/load"
REGISTRATIONS = int(os.environ.get("LOAD_REGISTRATIONS", "2000"))
REQUESTS = int(os.environ.get("LOAD_REQUESTS", "10000"))
PEOPLE = 8
# A function that starts again takes the emulator some seconds, most of them for unpacking the layer.
KILL_SECONDS = 10.0
QUIET_SECONDS = 300
# Strangers come from ranges of their own; that all of them get mails from one stack at once is what is tried here.
PARAMETERS = {"MailsPerSecond": "100", "ThrottlingRateLimit": "2000", "ThrottlingBurstLimit": "4000"}
MOST_MAILS = 2


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    with Stack(STATE, parameters=PARAMETERS) as stack:
        yield Portal(stack)


class Killer(threading.Thread):
    """Kills a process of a function now and then, in the midst of whatever it does."""

    def __init__(self, ledger: Path) -> None:
        super().__init__(daemon=True)
        self._ledger = ledger
        self.kills = 0
        self.over = threading.Event()
        self._dice = random.Random(0)  # noqa: S311 - which process is hit, for repeated runs

    def run(self) -> None:
        # Not before people are at work: the wordings in force are asked for once.
        while not _begun(self._ledger) and not self.over.wait(1):
            pass
        while not self.over.wait(KILL_SECONDS):
            workers = sorted(_workers())
            if workers:
                os.kill(self._dice.choice(workers), signal.SIGKILL)
                self.kills += 1


def _begun(ledger: Path) -> bool:
    return ledger.stat().st_size > 0


def _workers() -> Iterator[int]:
    """Yield the processes of this stack's functions."""
    for entry in Path("/proc").iterdir():
        try:
            command = (entry / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if entry.name.isdigit() and str(STATE) in command and "_worker.py" in command:
            yield int(entry.name)


def walk(portal: Portal, ledger: Path, figures: Path) -> int:
    """Let people come until there were enough of them; return how often a function was killed."""
    environment = {
        **os.environ,
        "LOAD_URL": f"{portal.endpoint}/_aws/execute-api/{portal.outputs['RestApiId']}/{portal.outputs['StageName']}",
        "LOAD_MAILS": f"{portal.endpoint}/_ministack/ses/messages",
        "LOAD_LEDGER": str(ledger),
        "LOAD_REGISTRATIONS": str(REGISTRATIONS),
        "LOAD_REQUESTS": str(REQUESTS),
    }
    command = [str(ROOT / ".venvs/load/bin/locust"), "--headless", "--only-summary", "--exit-code-on-error", "0"]
    command += ["--locustfile", str(Path(__file__).with_name("locustfile.py")), "--stop-timeout", "150"]
    command += ["--users", str(PEOPLE), "--spawn-rate", "1", "--csv", str(figures)]
    killer = Killer(ledger)
    killer.start()
    try:
        subprocess.run(command, env=environment, check=True)
    finally:
        killer.over.set()
        killer.join()
    return killer.kills


def wait_for_quiet(portal: Portal) -> None:
    """Wait until every ordered mail is handled: what a killed mailer left, the schedule finds."""
    deadline = time.monotonic() + QUIET_SECONDS
    while any(row["status"] == "pending" for row in portal.items("OutboxTable")):
        assert time.monotonic() < deadline, "mails still wait"
        time.sleep(2)


def mails_of(portal: Portal) -> dict[str, list[str]]:
    """Return the texts of all mails, by recipient."""
    found: dict[str, list[str]] = {}
    answer = requests.get(f"{portal.endpoint}/_ministack/ses/messages", timeout=120).json()["messages"]
    for record in (record for records in answer.values() for record in records):
        for address in record["To"]:
            found.setdefault(address, []).append(record["BodyText"])
    return found


@dataclass(frozen=True, slots=True)
class Found:
    """What the portal holds when everything is over."""

    accounts: dict[str, dict[str, Any]]
    credentials: dict[str, dict[str, Any]]
    pending: set[tuple[str, str]]
    proofs: Counter[str]
    sessions: set[str]
    mails: dict[str, list[str]]

    def has(self, entry: dict[str, str]) -> bool:
        """Tell whether what was acknowledged is there."""
        email = str(canonical_email(entry["email"]))
        account, credential = self.accounts.get(email), self.credentials.get(email, {})
        match entry["what"]:
            case "registration":
                return account is not None or (email, entry["reference"]) in self.pending
            case "account":
                return account is not None
            case "password":
                return bool(credential.get("password_kind") == "chosen")
            case "profile":
                return account is not None and bool(account["person"]["phone"] == entry["phone"])
            case "logout":
                return account is not None and account["id"] not in self.sessions
            case _:  # a mail that never came
                return False

    def mails_of(self, entry: dict[str, str]) -> int | None:
        """Return how many mails tell of what was acknowledged; None where none does."""
        texts = self.mails.get(entry["email"], [])
        match entry["what"]:
            case "registration":
                return sum(entry["reference"] in text for text in texts)
            case "account":
                return sum("Passwort: " in text for text in texts)
            case _:
                return None

    def halves(self) -> Iterator[str]:
        """Yield accounts and credentials that lack their other half, or the proof of the opt-in."""
        for email, account in self.accounts.items():
            if self.credentials.get(email, {}).get("account_id") != account["id"] or self.proofs[account["id"]] != 1:
                yield f"half an account: {email}"
        yield from (
            f"a credential without account: {email}" for email in self.credentials.keys() - self.accounts.keys()
        )


def look(portal: Portal) -> Found:
    """Return what the portal holds."""
    items = portal.items("AccountsTable")
    kinds = {kind: [item for item in items if item["pk"].startswith(f"{kind}#")] for kind in ("account", "credential")}
    return Found(
        accounts={item["canonical_email"]: item for item in kinds["account"]},
        credentials={item["canonical_email"]: item for item in kinds["credential"]},
        pending={
            (item["canonical_email"], item["reference"])
            for item in portal.items("RegistrationsTable")
            if item["pk"].startswith("attempt#")
        },
        proofs=Counter(item["subject"] for item in portal.items("EvidenceTable") if item["kind"] == "opt_in"),
        sessions={item["account_id"] for item in portal.items("SessionsTable") if item["pk"].startswith("session#")},
        mails=mails_of(portal),
    )


def lost(found: Found, entries: list[dict[str, str]]) -> Iterator[str]:
    """Yield everything that was acknowledged and is not there, or is there too often."""
    for entry in entries:
        if not found.has(entry):
            yield f"{entry['what']} of {entry['email']}"
        counted = found.mails_of(entry)
        if counted is not None and not 1 <= counted <= MOST_MAILS:
            yield f"{counted} mails of the {entry['what']} of {entry['email']}"
    yield from found.halves()


def test_nothing_that_was_acknowledged_is_lost_though_functions_are_killed(portal: Portal) -> None:
    ledger, figures = STATE / "ledger.jsonl", STATE / "figures"
    ledger.write_text("")
    kills = walk(portal, ledger, figures)
    wait_for_quiet(portal)
    entries = [json.loads(line) for line in ledger.read_text().splitlines()]
    acknowledged = Counter(entry["what"] for entry in entries)
    missing = list(lost(look(portal), entries))
    with figures.with_name("figures_stats.csv").open() as file:
        (total,) = [row for row in csv.DictReader(file) if row["Name"] == "Aggregated"]
    with figures.with_name("figures_failures.csv").open() as file:
        errors = {f"{row['Name']} {row['Error']}": int(row["Occurrences"]) for row in csv.DictReader(file)}
    with figures.with_name("figures_exceptions.csv").open() as file:
        assert list(csv.DictReader(file)) == [], "people stopped in the middle"
    print(  # noqa: T201 - what it is run for
        f"\nrequests {total['Request Count']}, errors {total['Failure Count']} {errors}, kills {kills}, "
        f"acknowledged {dict(acknowledged)}, lost {len(missing)}, p50 {total['50%']} ms, p99 {total['99%']} ms"
    )
    assert not missing, missing[:20]
    assert acknowledged["registration"] >= REGISTRATIONS
    assert int(total["Request Count"]) >= REQUESTS
    assert kills
