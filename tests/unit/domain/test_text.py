"""One line of text that a person typed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.errors import FieldCode, Refused
from portal.domain.text import clean_line


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Erika", "Erika"),
        ("  Erika \u00a0", "Erika"),
        ("Mu\u0308ller", "Müller"),
        ("Anna  Lena", "Anna  Lena"),
        ("O'Neill-Straße 5 & Söhne", "O'Neill-Straße 5 & Söhne"),
        ("{{7*7}}", "{{7*7}}"),
        ("👩‍🚒", "👩‍🚒"),
    ],
)
def test_a_line_is_trimmed_and_in_nfc_and_otherwise_as_typed(typed: str, kept: str) -> None:
    assert clean_line(typed, 80) == kept


@pytest.mark.parametrize(
    "sign",
    [
        "\n",
        "\r",
        "\t",
        "\0",
        "\x1b",
        "\x7f",
        "\x85",
        "\u2028",
        "\u2029",
        "\ud800",
        "\u202e",
        "\u2066",
        "\u2069",
    ],
)
@pytest.mark.parametrize("place", ["{}Erika", "Eri{}ka", "Erika{}"])
def test_signs_that_break_lines_or_turn_text_around_are_refused_wherever_they_stand(sign: str, place: str) -> None:
    with pytest.raises(Refused) as refused:
        clean_line(place.format(sign), 80)
    assert refused.value.code is FieldCode.CONTROL_CHARACTER


@pytest.mark.parametrize("blank", ["", " ", "\u00a0\u3000"])
def test_blank_text_counts_as_missing(blank: str) -> None:
    with pytest.raises(Refused) as refused:
        clean_line(blank, 80)
    assert refused.value.code is FieldCode.REQUIRED


def test_length_counts_code_points_after_trimming_and_nfc() -> None:
    assert len(clean_line(" " + "u\u0308" * 80 + " ", 80)) == 80
    assert len(clean_line("😀" * 80, 80)) == 80
    with pytest.raises(Refused) as refused:
        clean_line("ü" * 81, 80)
    assert refused.value.code is FieldCode.TOO_LONG


@given(st.text(max_size=90))
def test_any_text_gives_a_clean_line_or_a_reason(typed: str) -> None:
    try:
        cleaned = clean_line(typed, 80)
    except Refused:
        return
    assert cleaned == unicodedata.normalize("NFC", typed).strip()
    assert clean_line(cleaned, 80) == cleaned
    assert len(cleaned.splitlines()) == 1
