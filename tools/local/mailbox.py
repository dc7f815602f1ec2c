"""The mails that the emulator caught, as data."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.utils import getaddresses
from pathlib import Path
from typing import Any, Protocol

import idna

ENDPOINT_PATH = "/_ministack/ses/messages"


@dataclass(frozen=True, slots=True)
class Message:
    """A mail; `sent_at` is RFC 3339 in UTC, `to` the address, several with commas between."""

    id: str
    to: str
    subject: str
    text: str
    html: str
    sent_at: str

    def is_to(self, address: str) -> bool:
        """Tell whether the mail went to the address, in any case and with its domain in Unicode or in A-labels."""
        return _comparable(address) in map(_comparable, self.to.split(","))


def _comparable(address: str) -> str:
    """Return the form that all spellings of an address share; text that is no address is only folded."""
    local, at, domain = address.strip().rpartition("@")
    try:
        domain = idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        domain = domain.casefold()
    return f"{local.casefold()}{at}{domain}"


class Source(Protocol):
    """Where the mails of the running emulator come from."""

    async def fetch_messages(self) -> Mapping[str, Any]:
        """Return the emulator's answer."""


class Mailbox:
    """All mails: those of the running emulator, and those of earlier runs, which it forgets."""

    def __init__(self, source: Source, earlier: Iterable[Message]) -> None:
        """Take the mails of earlier runs from `load`."""
        self._source = source
        self._earlier = tuple(earlier)

    async def messages(self) -> list[Message]:
        """Return all mails, newest first."""
        found = {mail.id: mail for mail in (*self._earlier, *to_messages(await self._source.fetch_messages()))}
        return sorted(found.values(), key=lambda mail: mail.sent_at)[::-1]


def to_messages(answer: Mapping[str, Any]) -> list[Message]:
    """Translate the emulator's answer, oldest first."""
    return [_to_message(record) for records in answer["messages"].values() for record in records]


def _to_message(record: Mapping[str, Any]) -> Message:
    return Message(
        id=record["MessageId"],
        to=", ".join(address for _, address in getaddresses(record["To"])),
        subject=record["Subject"] or "",
        text=record["BodyText"] or "",
        html=record["BodyHtml"] or "",
        sent_at=_rfc3339(record["Timestamp"]),
    )


def _rfc3339(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def load(file: Path) -> list[Message]:
    """Return the mails of earlier runs; none if there is no readable file."""
    try:
        return [Message(**record) for record in json.loads(file.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return []


def save(file: Path, messages: Iterable[Message]) -> None:
    """Keep the mails for the next run."""
    file.write_text(json.dumps([asdict(mail) for mail in messages]), encoding="utf-8")
