"""Postal codes, phone and fax numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.errors import FieldCode, Refused
from portal.domain.person import german_postal_code, phone_number


@pytest.mark.parametrize(("typed", "kept"), [("01001", "01001"), ("99998", "99998"), (" 51147 ", "51147")])
def test_postal_codes_between_the_first_and_the_last_are_kept_as_text(typed: str, kept: str) -> None:
    assert german_postal_code(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "01000",
        "99999",
        "00000",
        "1001",
        "511470",
        "5114a",
        "D-51147",
        "51 147",
        "５１１４７",
        "٥١١٤٧",
        "-1147",
        "5114²",
    ],
)
def test_anything_else_is_no_german_postal_code(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        german_postal_code(typed)
    assert refused.value.code is FieldCode.POSTAL_CODE_INVALID


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("030 1234567", "+49301234567"),
        ("030/12 34 56-7", "+49301234567"),
        ("(030) 1234567", "+49301234567"),
        ("+49 (0)30 1234567", "+49301234567"),
        ("0049 30 1234567", "+49301234567"),
        (" 0151 23456789 ", "+4915123456789"),
        ("+43 1 58800", "+43158800"),
        ("+1 202-555-0143", "+12025550143"),
    ],
)
def test_numbers_are_kept_in_e164_and_are_german_unless_they_say_otherwise(typed: str, kept: str) -> None:
    assert phone_number(typed) == kept
    assert phone_number(kept) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "0",
        "abc",
        "0123",
        "110",
        "+49",
        "+999 1234567",
        "030 1234567 ext. 5",
        "030 1234567;ext=5",
        "030 1234567 x5",
        "1" * 41,
    ],
)
def test_what_cannot_be_dialled_as_one_number_is_refused(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        phone_number(typed)
    assert refused.value.code is FieldCode.PHONE_INVALID


@given(st.text(max_size=45) | st.text("+0123456789 ()/-;=ext", max_size=45))
def test_any_text_is_a_number_in_e164_or_refused(typed: str) -> None:
    try:
        kept = phone_number(typed)
    except Refused:
        return
    assert kept.startswith("+")
    assert kept[1:].isdigit()
    assert len(kept) <= 16
