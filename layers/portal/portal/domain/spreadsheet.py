"""Cases as CSV (RFC 4180) that a spreadsheet opens without a question, and without running anything.

What debtors are called is written by strangers. A text that a spreadsheet would take as a formula gets an apostrophe
before it (OWASP, CSV injection). It is looked for behind signs that separate cells too, since a spreadsheet set to
another language cuts lines at another sign than the one that this file is quoted for.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from dataclasses import dataclass
from itertools import dropwhile, takewhile
from typing import TYPE_CHECKING

from portal.domain.case import CaseRow, CaseStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from portal.domain.mail import Language

# The full-width forms count as well: spreadsheets in East Asian languages read them as the plain ones.
_TRIGGERS = frozenset("=+-@＝＋－＠﹢﹣﹦﹫−")
# They begin a formula themselves, or a cell or line of their own.
_LEADING_CONTROLS = frozenset("\t\r\n")
_QUOTES = frozenset("\"'`´‘’‚‛“”„‟«»‹›＂＇")
# Controls and marks; the fillers of Hangul are letters to Unicode, and blank to whoever looks.
_INVISIBLE = frozenset({"Cc", "Cf", "Mn", "Me"})
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0")
_SEPARATORS = re.compile(r"([,;|\t\r\n])")
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class _Writing:
    """How a language writes a table."""

    separator: str
    decimal: str
    day: str
    head: tuple[str, ...]
    statuses: Mapping[CaseStatus, str]


_WRITINGS: Mapping[Language, _Writing] = {
    "de": _Writing(
        separator=";",
        decimal=",",
        day="%d.%m.%Y",
        head=(
            "Ihr Zeichen",
            "Aktenzeichen",
            "Schuldner",
            "Status",
            "Eröffnet am",
            "Beendet am",
            "Forderung (EUR)",
            "Bezahlt (EUR)",
            "Offen (EUR)",
        ),
        statuses={
            CaseStatus.PRE_COURT: "vorgerichtlich",
            CaseStatus.INSTALMENTS: "Ratenzahlung",
            CaseStatus.COURT: "gerichtliches Mahnverfahren",
            CaseStatus.ENFORCEMENT: "Zwangsvollstreckung",
            CaseStatus.SETTLED: "erledigt (bezahlt)",
            CaseStatus.CLOSED: "abgeschlossen (ohne vollständige Zahlung)",
        },
    ),
    "en": _Writing(
        separator=",",
        decimal=".",
        day="%Y-%m-%d",
        head=(
            "Your reference",
            "Case",
            "Debtor",
            "Status",
            "Opened",
            "Closed",
            "Claimed (EUR)",
            "Paid (EUR)",
            "Outstanding (EUR)",
        ),
        statuses={
            CaseStatus.PRE_COURT: "pre-court",
            CaseStatus.INSTALMENTS: "instalments",
            CaseStatus.COURT: "court order proceedings",
            CaseStatus.ENFORCEMENT: "enforcement",
            CaseStatus.SETTLED: "settled (paid)",
            CaseStatus.CLOSED: "closed (not fully paid)",
        },
    ),
}


def csv_of(rows: Iterable[CaseRow], language: Language, *, head: bool) -> str:
    """Return cases as a piece of a CSV file; pieces can be joined.

    Args:
        rows: in their order.
        language: German with semicolons, decimal commas and days as 03.11.2026; English with commas, decimal points
            and days as 2026-11-03.
        head: it is the first piece: a byte order mark, by which spreadsheets know UTF-8, and the heads of the columns.
    """
    writing = _WRITINGS[language]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=writing.separator, lineterminator="\r\n")
    if head:
        out.write(_BOM)
        writer.writerow(writing.head)
    writer.writerows(_cells_of(row, writing) for row in rows)
    return out.getvalue()


def _cells_of(row: CaseRow, writing: _Writing) -> tuple[str, ...]:
    return (
        _inert(row.reference),
        _inert(row.id),
        _inert(row.debtor),
        writing.statuses[row.status],
        _day(row.opened_on, writing),
        _day(row.closed_on, writing) if row.closed_on else "",
        _euros(row.claimed, writing),
        _euros(row.paid, writing),
        _euros(row.outstanding, writing),
    )


def _day(day: date, writing: _Writing) -> str:
    return day.strftime(writing.day)


def _euros(cents: int, writing: _Writing) -> str:
    """Return an amount that a spreadsheet reads as a number, so without thousands separators."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}{writing.decimal}{rest:02}"


def _inert(text: str) -> str:
    """Return a text no part of which begins a formula, wherever a spreadsheet cuts it."""
    inert = "".join(f"'{part}" if _is_formula(part) else part for part in _SEPARATORS.split(text))
    leads = any(sign in _LEADING_CONTROLS for sign in takewhile(_is_passed_over, text))
    return f"'{inert}" if leads else inert


def _is_formula(part: str) -> bool:
    return next(dropwhile(_is_passed_over, part), "") in _TRIGGERS


def _is_passed_over(sign: str) -> bool:
    """Tell whether spreadsheets, or what prepares files for them, may drop a sign at the beginning of a cell."""
    return sign.isspace() or sign in _QUOTES or sign in _FILLERS or unicodedata.category(sign) in _INVISIBLE
