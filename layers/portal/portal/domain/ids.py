"""Names that must not be swapped; the type checker keeps them apart."""

import re
import secrets
from typing import NewType

AttemptId = NewType("AttemptId", str)
"""One registration attempt; the confirmed one lends its id to the account."""

AccountId = NewType("AccountId", str)
SessionId = NewType("SessionId", str)
OutboxId = NewType("OutboxId", str)
ChangeId = NewType("ChangeId", str)

ClientId = NewType("ClientId", str)
"""A client of the company, as the core collection system numbers it; several people may look after one."""

CaseId = NewType("CaseId", str)
"""A case of a client, as the core collection system numbers it."""

CORE_ID = r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}"
"""What numbers of the core system look like: safe in addresses and in keys, where ``#`` separates."""

CORE_ID_PATTERN = re.compile(CORE_ID)

ROUTE_WORDS = frozenset({"search", "export"})
"""Words that stand in routes where the number of a case may stand; no case is numbered so."""

CounterKey = NewType("CounterKey", str)
"""A counter of attempts or mails; names no person."""

CanonicalEmail = NewType("CanonicalEmail", str)
"""The form of an address under which an account is found (P6)."""

_ID_BYTES = 16
LONGEST_ID = 64
"""No id of this portal is longer; what is can't be one, and might not fit into a key."""


# Without vowels (no words) and without characters that are mistaken for one another.
_REFERENCE_ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"
_REFERENCE_LENGTH = 6


def random_reference() -> str:
    """Return what a person compares between page and mail; it opens nothing."""
    return "".join(secrets.choice(_REFERENCE_ALPHABET) for _ in range(_REFERENCE_LENGTH))


def random_id() -> str:
    """Return an unguessable identifier of 128 bits (ASVS 11.5.1) that is safe in URLs."""
    return secrets.token_urlsafe(_ID_BYTES)
