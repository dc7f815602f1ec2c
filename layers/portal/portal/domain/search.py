"""Search: under which words a case is found."""

import re
import unicodedata

from portal.domain.case import Case

MOST_TERMS = 40
"""Of one case; all of them change in one transaction."""

_MOST_WORDS = 8
_LONGEST = 100
# What people write for umlauts: both ways of spelling a name give the same term.
_SPELT_OUT = re.compile(r"(?<=[aou])e")
_NO_WORD = re.compile(r"[^a-z0-9]+")


def fold(text: str) -> str:
    """Return a text as it is compared: small letters and digits, words separated by one blank.

    Accents fall away and ``ae``, ``oe``, ``ue`` count as the umlauts do, so that Müller and Mueller are the same. The
    beginning of a text gives the beginning of what the whole text gives.
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return _SPELT_OUT.sub("", _NO_WORD.sub(" ", letters)).strip()[:_LONGEST]


def terms_of(case: Case) -> frozenset[str]:
    """Return the terms under which a case is found: from each word of names and numbers on, in the order of words.

    A term that begins another one is left out: who looks for it finds the longer one.
    """
    texts = [case.reference, case.id, *(debtor.name for debtor in case.debtors)]
    found: dict[str, None] = {}
    for text in texts:
        words = fold(text).split()
        found.update(dict.fromkeys(" ".join(words[place:]) for place in range(min(len(words), _MOST_WORDS))))
    kept = list(found)[:MOST_TERMS]
    return frozenset(term for term in kept if not any(other != term and other.startswith(term) for other in kept))
