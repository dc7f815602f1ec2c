import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.case import CaseRow, CaseStatus
from portal.domain.ids import CaseId
from portal.domain.mail import Language
from portal.domain.spreadsheet import csv_of

SEPARATORS: dict[Language, str] = {"de": ";", "en": ","}
FORMULAS = "=+-@＝＋－＠"
PASSED_OVER = " \u00a0\u3000\"'„“”‚‘’`´\u200b\u0000\u001f\ufeff"

languages: st.SearchStrategy[Language] = st.sampled_from(["de", "en"])
hostile = st.text(alphabet=st.sampled_from([*FORMULAS, *PASSED_OVER, *"\t\r\n,;|aZ1"]), max_size=12)
texts = hostile | st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
cents = st.integers(min_value=-(10**12), max_value=10**12)
dates = st.dates(date(1990, 1, 1), date(2199, 12, 31))
rows = st.builds(
    CaseRow,
    id=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", fullmatch=True).map(CaseId),
    reference=texts,
    status=st.sampled_from(CaseStatus),
    opened_on=dates,
    closed_on=st.none() | dates,
    debtor=texts,
    claimed=cents,
    paid=cents,
)


def a_row(
    reference: str = "RE-17",
    debtor: str = "Erika Muster",
    status: CaseStatus = CaseStatus.COURT,
    closed_on: date | None = None,
    claimed: int = 123_456,
    paid: int = 5,
) -> CaseRow:
    return CaseRow(CaseId("2026-0042"), reference, status, date(2026, 11, 3), closed_on, debtor, claimed, paid)


def read(text: str, separator: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))


def test_german_has_semicolons_decimal_commas_and_days_as_germans_write_them() -> None:
    assert csv_of([a_row(closed_on=date(2026, 12, 31))], "de", head=True) == (
        "\ufeffIhr Zeichen;Aktenzeichen;Schuldner;Status;Eröffnet am;Beendet am;"
        "Forderung (EUR);Bezahlt (EUR);Offen (EUR)\r\n"
        "RE-17;2026-0042;Erika Muster;gerichtliches Mahnverfahren;03.11.2026;31.12.2026;1234,56;0,05;1234,51\r\n"
    )


def test_english_has_commas_decimal_points_and_iso_days() -> None:
    assert csv_of([a_row()], "en", head=True) == (
        "\ufeffYour reference,Case,Debtor,Status,Opened,Closed,Claimed (EUR),Paid (EUR),Outstanding (EUR)\r\n"
        "RE-17,2026-0042,Erika Muster,court order proceedings,2026-11-03,,1234.56,0.05,1234.51\r\n"
    )


@pytest.mark.parametrize(
    ("status", "german", "english"),
    [
        (CaseStatus.PRE_COURT, "vorgerichtlich", "pre-court"),
        (CaseStatus.INSTALMENTS, "Ratenzahlung", "instalments"),
        (CaseStatus.COURT, "gerichtliches Mahnverfahren", "court order proceedings"),
        (CaseStatus.ENFORCEMENT, "Zwangsvollstreckung", "enforcement"),
        (CaseStatus.SETTLED, "erledigt (bezahlt)", "settled (paid)"),
        (CaseStatus.CLOSED, "abgeschlossen (ohne vollständige Zahlung)", "closed (not fully paid)"),
    ],
)
def test_each_status_has_its_word(status: CaseStatus, german: str, english: str) -> None:
    row = a_row(status=status)
    assert read(csv_of([row], "de", head=False), ";")[0][3] == german
    assert read(csv_of([row], "en", head=False), ",")[0][3] == english


@pytest.mark.parametrize(
    ("paid", "german"), [(123_456, "0,00"), (123_457, "-0,01"), (223_456, "-1000,00"), (123_405, "0,51")]
)
def test_amounts_stay_numbers_also_below_zero(paid: int, german: str) -> None:
    assert read(csv_of([a_row(paid=paid)], "de", head=False), ";")[0][8] == german
    assert read(csv_of([a_row(paid=paid)], "en", head=False), ",")[0][8] == german.replace(",", ".")


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+49 30 1234567",
        "-2+3",
        "@SUM(A1)",
        "\tA",
        "\rA",
        "\nA",
        "＝1+1",
        "＋1",
        "－1",
        "＠SUM(A1)",
        "  =1",
        "\u00a0\u3000=1",
        '"=1',
        "'=1",
        "„=1“",
        "\u200b=1",
        "\x00=1",
        " \tA",
    ],
)
def test_a_text_that_begins_a_formula_gets_an_apostrophe(text: str) -> None:
    for language, separator in SEPARATORS.items():
        cells = read(csv_of([a_row(reference=text, debtor=text)], language, head=False), separator)[0]
        assert cells[0] == cells[2] == f"'{text}"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Muster;=1+1", "Muster;'=1+1"),
        ("Muster, =1+1", "Muster,' =1+1"),
        ("\t=1", "'\t'=1"),
        ("Muster\t@A", "Muster\t'@A"),
        ("Muster|-1", "Muster|'-1"),
        ("Muster\r\n+1", "Muster\r\n'+1"),
    ],
)
def test_a_formula_behind_a_sign_that_separates_elsewhere_gets_one_too(text: str, written: str) -> None:
    for language, separator in SEPARATORS.items():
        assert read(csv_of([a_row(debtor=text)], language, head=False), separator)[0][2] == written


@pytest.mark.parametrize(
    "text", ["Muster-Handel GmbH", "A = B", "O'Neill", "'s-Hertogenbosch", "Muster, Erika", "„Zur Post“", "", "1 & 2"]
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    for language, separator in SEPARATORS.items():
        assert read(csv_of([a_row(debtor=text)], language, head=False), separator)[0][2] == text


def test_the_byte_order_mark_comes_with_the_head_alone() -> None:
    assert csv_of([], "de", head=False) == ""
    assert csv_of([a_row()], "de", head=True).count("\ufeff") == 1
    assert "\ufeff" not in csv_of([a_row()], "de", head=False)


@given(st.lists(rows, max_size=4), st.lists(rows, max_size=4), languages)
def test_pieces_join_to_the_whole(one: list[CaseRow], other: list[CaseRow], language: Language) -> None:
    pieces = csv_of(one, language, head=True) + csv_of(other, language, head=False)
    assert pieces == csv_of([*one, *other], language, head=True)


@given(st.lists(rows, max_size=4), languages)
def test_what_is_written_is_read_again(given: list[CaseRow], language: Language) -> None:
    """Apart from apostrophes, which are the only sign that is added."""
    found = read(csv_of(given, language, head=False), SEPARATORS[language])
    assert len(found) == len(given)
    for cells, row in zip(found, given, strict=True):
        assert len(cells) == 9
        assert cells[1] == row.id
        for cell, text in ((cells[0], row.reference), (cells[2], row.debtor)):
            assert cell.replace("'", "") == text.replace("'", "")
        for cell, amount in zip(cells[6:], (row.claimed, row.paid, row.outstanding), strict=True):
            assert round(float(cell.replace(",", ".")) * 100) == amount


@given(rows, languages)
def test_no_text_begins_a_formula_however_the_line_is_cut(row: CaseRow, language: Language) -> None:
    cells = read(csv_of([row], language, head=False), SEPARATORS[language])[0]
    for cell in (cells[0], cells[2]):
        assert not cell.lstrip(" \u00a0\u3000").startswith(("\t", "\r", "\n"))
        for cut in ";,|\t\r\n":
            for part in cell.split(cut):
                assert not part.lstrip(PASSED_OVER.replace("'", "") + "\t\r\n").startswith(tuple(FORMULAS))


@given(rows, languages)
def test_lines_end_as_spreadsheets_expect(row: CaseRow, language: Language) -> None:
    assert csv_of([row], language, head=False).endswith("\r\n")
