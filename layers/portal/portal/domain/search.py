"""Looking for cases: in which order, which of them, and under which words one is found."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from portal.domain.case import Case, CaseRow, CaseStatus

Sort = Literal["opened", "debtor", "outstanding"]

MOST_TERMS = 40
"""Of one case; all of them change in one transaction."""

_MOST_WORDS = 8
_LONGEST = 100
# What people write for umlauts: both ways of spelling a name give the same term.
_SPELT_OUT = re.compile(r"(?<=[aou])e")
# Letters that Unicode does not take apart into one without its stroke.
_STROKES = str.maketrans("łøđðħŧı", "loddhti")
_NO_WORD = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """Return a text as it is compared: small letters and digits of any script, words separated by one blank.

    Accents fall away and ``ae``, ``oe``, ``ue`` count as the umlauts do, so that Müller and Mueller are the same. The
    beginning of a text gives the beginning of what the whole text gives.
    """
    plain = unicodedata.normalize("NFKD", text).casefold()
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return _SPELT_OUT.sub("", _NO_WORD.sub(" ", letters.translate(_STROKES))).strip()[:_LONGEST]


def terms_of(case: Case) -> frozenset[str]:
    """Return the terms under which a case is found: from each word of names and numbers on, in the order of words.

    A term that begins another one is left out: who looks for it finds the longer one.
    """
    texts = [fold(text).split() for text in (case.reference, case.id, *(debtor.name for debtor in case.debtors))]
    # First words first: where there are too many, it is the later ones of long names that do not count.
    found = {" ".join(words[place:]): None for place in range(_MOST_WORDS) for words in texts if place < len(words)}
    kept = list(found)[:MOST_TERMS]
    return frozenset(term for term in kept if not any(other != term and other.startswith(term) for other in kept))


@dataclass(frozen=True, slots=True)
class CaseQuery:
    """Which cases of a client, and in which order.

    Args:
        status: only those; None for all.
        term: folded beginning of words under which they are found; then the order is that of the words.
        sort: the order without a term.
        descending: whether the greatest come first.
        after: where the page before ended, as ``CasePage.end`` told; None from the start.
    """

    status: CaseStatus | None = None
    term: str | None = None
    sort: Sort = "opened"
    descending: bool = True
    after: str | None = None

    @property
    def order(self) -> str:
        """Name of the order; a place in one says nothing in another."""
        return "words" if self.term is not None else self.sort


@dataclass(frozen=True, slots=True)
class CasePage:
    """Some cases, and where they end: a place in the order, which stays right when others come in between.

    Args:
        rows: at most as many as were asked for.
        end: None where nothing follows.
    """

    rows: tuple[CaseRow, ...]
    end: str | None
