"""What is stored about one person, as it is stored."""

from dataclasses import dataclass
from typing import Any

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PersonalItems:
    """Items of all tables that belong to one account, under the names by which they are stored."""

    account: list[Item]
    sessions: list[Item]
    evidence: list[Item]
    registrations: list[Item]
    email_changes: list[Item]
    mails: list[Item]
    clients: list[Item]
