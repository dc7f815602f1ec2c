"""Passwords: what is accepted, how it is kept (NIST SP 800-63B-4, OWASP Password Storage)."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from portal.domain.errors import FieldCode, Refused
from portal.domain.estimate import too_few_guesses
from portal.domain.guessable import known_parts

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MIN_LENGTH = 15
MAX_LENGTH = 128
INITIAL_LENGTH = 20

# 32 signs, five bits each, without those that are mistaken for one another.
_INITIAL_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"

# OWASP: argon2id with 46 MiB, one pass, one lane, or its equals; measured in docs/decisions.md.
_TIME_COST, _MEMORY_KIB, _PARALLELISM = 1, 47104, 1


def normalise(password: str) -> str:
    """Return a password in NFKC, otherwise exactly as received: nothing trimmed, cut or folded."""
    return unicodedata.normalize("NFKC", password)


def check_new_password(password: str, names: tuple[str, ...]) -> str:
    """Return a chosen password, normalised.

    Args:
        password: as received.
        names: words that a guess would start with: names of portal, product, company and person, address parts.

    Raises:
        Refused: ``password_too_short``, ``password_too_long`` (code points), or why it is easy to guess:
            ``password_too_common``, ``password_too_personal``, ``password_too_regular``, ``password_too_repetitive``
            (ASVS 6.2.4, 6.2.11, 6.2.12).
    """
    normal = normalise(password)
    if len(normal) < MIN_LENGTH:
        raise Refused(FieldCode.PASSWORD_TOO_SHORT)
    if len(normal) > MAX_LENGTH:
        raise Refused(FieldCode.PASSWORD_TOO_LONG)
    if code := known_parts(normal, names) or too_few_guesses(normal, names):
        raise Refused(code)
    return normal


def initial_password(mac: bytes) -> str:
    """Return the initial password that a MAC stands for: 20 signs, 100 bits (P7)."""
    number = int.from_bytes(mac)
    return "".join(_INITIAL_ALPHABET[(number >> (5 * place)) % 32] for place in range(INITIAL_LENGTH))


def hash_password(password: str) -> str:
    """Return the argon2id hash of a normalised password, in its encoded form with parameters and salt."""
    return _hasher().hash(password)


def password_matches(password_hash: str | None, password: str) -> bool:
    """Tell whether a normalised password belongs to a hash.

    Without a hash the work is the same and the answer is no: time must not tell whether an address is known.
    """
    from argon2.exceptions import VerifyMismatchError

    try:
        _hasher().verify(password_hash or _decoy(), password)
    except VerifyMismatchError:
        return False
    return password_hash is not None


def needs_rehash(password_hash: str) -> bool:
    """Tell whether a hash was made with other parameters than those in force."""
    return _hasher().check_needs_rehash(password_hash)


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=_TIME_COST, memory_cost=_MEMORY_KIB, parallelism=_PARALLELISM)


@cache
def _decoy() -> str:
    """A hash in the parameters in force that no password belongs to."""
    return f"$argon2id$v=19$m={_MEMORY_KIB},t={_TIME_COST},p={_PARALLELISM}${'A' * 22}${'A' * 43}"
