"""Passwords: what is accepted, how it is kept (NIST SP 800-63B-4, OWASP Password Storage)."""

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from portal.domain.errors import FieldCode, Refused
from portal.domain.guessable import says_little_beyond

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MIN_LENGTH = 15
MAX_LENGTH = 128
INITIAL_LENGTH = 20

# An attacker who tries a million passwords an hour for a year stays below this (zxcvbn's scale, log10).
_MIN_GUESSES_LOG10 = 10
# The estimator's time grows with the square of the length (hostile input: 2 s for 64 signs, 0.4 s for 32);
# what is strong here is strong at any length.
_ESTIMATED_LENGTH = 32
_SEPARATORS = re.compile(r"[\W_]+")
# The estimator's lists are mainly English; these lead German lists of leaked passwords and are missing there.
_GERMAN_WORDS = [
    "passwort",
    "kennwort",
    "geheim",
    "willkommen",
    "hallo",
    "zugang",
    "anmeldung",
    "schatz",
    "schatzi",
    "mausi",
    "ichliebedich",
    "ichhassedich",
    "liebe",
    "sonnenschein",
    "schmetterling",
    "prinzessin",
    "einhorn",
    "arschloch",
    "fussball",
    "schalke",
    "borussia",
    "bayern",
    "deutschland",
    "berlin",
    "hamburg",
    "münchen",
    "köln",
    "frühling",
    "sommer",
    "herbst",
    "winter",
    "weihnachten",
    "ostern",
    "qwertz",
    "qwertzuiop",
    "geburtstag",
]
# 32 signs, five bits each, without those that are mistaken for one another.
_INITIAL_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"

# OWASP: argon2id with 46 MiB, one pass, one lane, or its equals; measured in docs/decisions.md.
_TIME_COST, _MEMORY_KIB, _PARALLELISM = 1, 47104, 1


def normalise(password: str) -> str:
    """Return a password in NFKC, otherwise exactly as received: nothing trimmed, cut or folded."""
    return unicodedata.normalize("NFKC", password)


def check_new_password(password: str, context: tuple[str, ...]) -> str:
    """Return a chosen password, normalised.

    Args:
        password: as received.
        context: words that a guess would start with: names of portal, product, company and person, address parts.

    Raises:
        Refused: ``password_too_short``, ``password_too_long`` (code points), ``password_too_common``.
    """
    from zxcvbn import zxcvbn

    normal = normalise(password)
    if len(normal) < MIN_LENGTH:
        raise Refused(FieldCode.PASSWORD_TOO_SHORT)
    if len(normal) > MAX_LENGTH:
        raise Refused(FieldCode.PASSWORD_TOO_LONG)
    if says_little_beyond(normal, (*context, *_GERMAN_WORDS)):
        raise Refused(FieldCode.PASSWORD_TOO_COMMON)
    words = [word.lower() for name in context for word in _spellings(name) if word]
    estimate = zxcvbn(_estimated(normal), user_inputs=[*words, *_GERMAN_WORDS], max_length=_ESTIMATED_LENGTH)
    if estimate["guesses_log10"] < _MIN_GUESSES_LOG10:
        raise Refused(FieldCode.PASSWORD_TOO_COMMON)
    return normal


def _spellings(name: str) -> tuple[str, ...]:
    """Return a name of several words as a whole, run together and word by word."""
    return (name, _SEPARATORS.sub("", name), *_SEPARATORS.split(name))


def _estimated(password: str) -> str:
    # The estimator takes a line break behind digits for a part of a date and fails.
    return "".join(sign if sign.isprintable() else " " for sign in password[:_ESTIMATED_LENGTH])


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
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=_TIME_COST, memory_cost=_MEMORY_KIB, parallelism=_PARALLELISM)


@cache
def _decoy() -> str:
    """A hash in the parameters in force that no password belongs to."""
    return f"$argon2id$v=19$m={_MEMORY_KIB},t={_TIME_COST},p={_PARALLELISM}${'A' * 22}${'A' * 43}"
