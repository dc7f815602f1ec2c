"""How many guesses a password withstands: zxcvbn, with the words of a German and of its own English lists.

What a password is mainly made of, where it withstands too few, is the reason that its owner is told.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from portal.domain.errors import FieldCode
from portal.domain.guessable import GERMAN_WORDS, LEET

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# An attacker who tries a million passwords an hour for a year stays below this (zxcvbn's scale, log10).
_MIN_GUESSES_LOG10 = 10
# The estimator's time grows with the square of the length; what is strong here is strong at any length.
_ESTIMATED_LENGTH = 32
# zxcvbn's lists end here; no listed word is worth more guesses than that, however long the German list is.
_LISTED = 30_000
# Different digits and signs beside a single word: more than these are no decoration, year, date or row.
_DECORATION = 8
_MIN_WORD = 4

_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_SEPARATORS = re.compile(r"[\W_]+")
_EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_NAMES = "names"
_REASONS = {
    "repeat": FieldCode.PASSWORD_TOO_REPETITIVE,
    **dict.fromkeys(("spatial", "sequence", "regex", "date"), FieldCode.PASSWORD_TOO_REGULAR),
}


def too_few_guesses(password: str, names: Iterable[str]) -> FieldCode | None:
    """Tell why a password is soon guessed, None where it is not.

    The first call of a process loads the lists (docs/decisions.md says what that costs).

    Args:
        password: in NFKC.
        names: of portal, company and person, parts of the addresses.
    """
    from zxcvbn.matching import omnimatch
    from zxcvbn.scoring import most_guessable_match_sequence

    known = _known_words()
    if _is_one_word(password.lower(), known):
        return FieldCode.PASSWORD_TOO_COMMON
    own = [word.lower() for name in names for word in _spellings(name) if word]
    estimated = _estimated(password)
    matches = omnimatch(estimated, {"known": known, _NAMES: {word: rank for rank, word in enumerate(own, 1)}})
    estimate = most_guessable_match_sequence(estimated, matches)
    return _reason(estimate["sequence"]) if estimate["guesses_log10"] < _MIN_GUESSES_LOG10 else None


def _is_one_word(password: str, known: Mapping[str, int]) -> bool:
    """Tell whether the letters of a password are one listed word, with a few digits and signs in it or around it.

    Two listed words run together count as one: no German list holds every compound.
    """
    if len({sign for sign in password if not sign.isalpha()}) > _DECORATION:
        return False
    core = _EDGES.sub("", password)
    for reading in {core, core.translate(LEET)}:
        unit = _unit(reading)
        if len(unit) >= _MIN_WORD and unit in known:
            return True
        places = range(_MIN_WORD, len(unit) - _MIN_WORD + 1) if reading.isalpha() else ()
        if any(unit[:place] in known and unit[place:] in known for place in places):
            return True
    return False


def _unit(text: str) -> str:
    """Return the letters of a text, once where they are repeated."""
    letters = "".join(sign for sign in text if sign.isalpha())
    place = (letters + letters).find(letters, 1)
    return letters[:place]


def _reason(sequence: Sequence[Mapping[str, Any]]) -> FieldCode:
    """Return what most signs of a password belong to, of what makes it guessable."""
    signs: dict[FieldCode, int] = {FieldCode.PASSWORD_TOO_COMMON: 0}
    for match in sequence:
        code = _REASONS.get(match["pattern"], FieldCode.PASSWORD_TOO_COMMON)
        if match.get("dictionary_name") == _NAMES:
            code = FieldCode.PASSWORD_TOO_PERSONAL
        if match["pattern"] != "bruteforce":
            signs[code] = signs.get(code, 0) + len(match["token"])
    return max(signs, key=signs.__getitem__)


def _spellings(name: str) -> tuple[str, ...]:
    """Return a name of several words as a whole, run together and word by word."""
    return (name, _SEPARATORS.sub("", name), *_SEPARATORS.split(name))


def _estimated(password: str) -> str:
    # The estimator takes a line break behind digits for a part of a date and fails.
    return "".join(sign if sign.isprintable() else " " for sign in password[:_ESTIMATED_LENGTH])


@cache
def _known_words() -> dict[str, int]:
    """Return the rank of each listed word and leaked password; in one table, as the time grows with their number."""
    import gzip
    from importlib.resources import files

    from zxcvbn.matching import RANKED_DICTIONARIES

    # The data alone: the spell checker around it would take half as long again to load.
    frequency = json.loads(gzip.decompress((files("spellchecker") / "resources" / "de.json.gz").read_bytes()))
    ranked = sorted(frequency, key=frequency.__getitem__, reverse=True)
    known = dict.fromkeys(ranked, _LISTED) | {word: rank for rank, word in enumerate(ranked[:_LISTED], 1)}
    known |= {word.translate(_SPELLED_OUT): rank for word, rank in known.items() if not word.isascii()}
    for words in RANKED_DICTIONARIES.values():
        known |= {word: rank for word, rank in words.items() if rank < known.get(word, rank + 1)}
    known |= {word: rank for rank, word in enumerate(GERMAN_WORDS.split(), 1)}
    # The estimator looks up what a repetition repeats in its own lists.
    RANKED_DICTIONARIES.clear()
    RANKED_DICTIONARIES["known"] = known
    return known
