from dataclasses import astuple
from itertools import chain, zip_longest
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from schwifty import BIC, IBAN
from schwifty.domain import Bank
from schwifty.registry import get_banks_by_country

from portal.domain.bank import masked_iban
from portal.domain.bank_resolution import SEPA_COUNTRIES, BankInput, ResolvedBank, resolve
from portal.domain.errors import FieldCode, FieldError, InvalidInput

repeatable = settings(derandomize=True, database=None, deadline=None)
GERMAN_BANK_CODES = sorted({bank.bank_code for bank in get_banks_by_country("DE")})
GERMAN_BICS = sorted({bank.bic for bank in get_banks_by_country("DE")})
ABROAD = sorted(SEPA_COUNTRIES - {"DE"})
NOISE = [" ", "\u00a0", "\u2009", "\u202f", "\u3000", "\t", "-", "\u2013", ".", "/", "\u200b", ""]

account_numbers = st.integers(min_value=1, max_value=10**10 - 1).map(str)
typed_bics = st.none() | st.sampled_from(GERMAN_BICS)
noise = st.lists(st.sampled_from(NOISE), min_size=1, max_size=40)
junk = (
    st.none()
    | st.text(max_size=400)
    | st.text(alphabet="DEFRGB0123456789 -./\u0663\uff11", max_size=40)
    | st.sampled_from(["DE89370400440532013000", "37040044", "532013000", "COBADEFF", "GB29NWBK60161331926819", "DE"])
)


def fed_back(resolved: ResolvedBank) -> ResolvedBank:
    details = resolved.details
    return resolve(BankInput(details.iban, details.account_number, details.bank_code, details.bic, details.bank_name))


def noisy(text: str, separators: list[str]) -> str:
    return "".join(chain.from_iterable(zip_longest(text, separators[: len(text)], fillvalue="")))


def is_plain(text: str) -> bool:
    return text.isascii() and text.isalnum() and text == text.upper()


@settings(repeatable, max_examples=8)
@given(account_numbers)
def test_every_german_bank_and_account_number_come_back_from_their_iban(account_number: str) -> None:
    for bank_code in GERMAN_BANK_CODES:
        resolved = resolve(BankInput(account_number=account_number, bank_code=bank_code))
        by_iban = resolve(BankInput(iban=resolved.details.iban))
        assert (by_iban.details.account_number, by_iban.details.bank_code) == (account_number.zfill(10), bank_code)
        assert by_iban == resolved


@settings(repeatable, max_examples=200)
@given(account_numbers, st.sampled_from(GERMAN_BANK_CODES), typed_bics)
def test_resolving_a_german_result_again_changes_nothing(account_number: str, bank_code: str, bic: str | None) -> None:
    resolved = resolve(BankInput(account_number=account_number, bank_code=bank_code, bic=bic))
    assert fed_back(resolved) == resolved
    assert all(is_plain(text) for text in astuple(resolved.details)[:4])


@pytest.mark.parametrize("country", ABROAD)
@settings(repeatable, max_examples=15)
@given(random=st.randoms(use_true_random=False), registered=st.booleans())
def test_resolving_a_foreign_result_again_changes_nothing(country: str, random: Random, *, registered: bool) -> None:
    iban = IBAN.random(country, random=random, use_registry=registered)
    assume(iban.account_code.strip("0"))
    assume((iban.bic or iban).country_code not in {"NC", "PF"})
    bic = None if iban.bic else f"ABCD{country}2A"
    resolved = resolve(BankInput(iban=iban, bic=bic, bank_name="Bank"))
    assert fed_back(resolved) == resolved
    assert resolve(BankInput(iban=iban.formatted.lower().replace(" ", "-"), bic=bic, bank_name="Bank")) == resolved
    assert all(is_plain(text) for text in astuple(resolved.details)[:4])
    assert type(resolved.details.iban) is str


@pytest.mark.parametrize("country", sorted(SEPA_COUNTRIES))
def test_the_registry_keeps_to_the_form_that_resolving_relies_on(country: str) -> None:
    def is_sound(bank: Bank) -> bool:
        return bool(bank.name.strip()) and (not bank.bic or (is_plain(bank.bic) and BIC(bank.bic).is_valid))

    assert [bank for bank in get_banks_by_country(country) if not is_sound(bank)] == []


def test_every_german_bank_code_has_one_primary_row_with_a_bic() -> None:
    primary = [bank.bank_code for bank in get_banks_by_country("DE") if bank.primary and bank.bic]
    assert sorted(primary) == GERMAN_BANK_CODES


@settings(repeatable, max_examples=500)
@given(junk, junk, junk, junk, junk)
def test_nothing_but_a_refusal_answers_arbitrary_text(
    iban: str | None, account_number: str | None, bank_code: str | None, bic: str | None, name: str | None
) -> None:
    try:
        resolved = resolve(BankInput(iban, account_number, bank_code, bic, name))
    except InvalidInput as refused:
        pointers = [error.pointer for error in refused.errors]
        assert pointers
        assert len(pointers) == len(set(pointers))
    else:
        assert all(is_plain(text) for text in astuple(resolved.details)[:4])


@settings(repeatable, max_examples=200)
@given(account_numbers, st.integers(min_value=2, max_value=21), st.integers(min_value=1, max_value=9))
def test_no_single_wrong_digit_of_an_iban_goes_unnoticed(account_number: str, place: int, change: int) -> None:
    iban = resolve(BankInput(account_number=account_number, bank_code="37040044")).details.iban
    wrong = str((int(iban[place]) + change) % 10)
    with pytest.raises(InvalidInput) as caught:
        resolve(BankInput(iban=iban[:place] + wrong + iban[place + 1 :]))
    assert caught.value.errors == (FieldError("/iban", FieldCode.IBAN_INVALID),)


@settings(repeatable, max_examples=200)
@given(
    account_number=account_numbers, bank_code=st.sampled_from(GERMAN_BANK_CODES), separators=noise, lower=st.booleans()
)
def test_notation_does_not_change_the_result(
    account_number: str, bank_code: str, separators: list[str], *, lower: bool
) -> None:
    plain = resolve(BankInput(account_number=account_number, bank_code=bank_code))
    codes = [plain.details.iban, account_number, bank_code, plain.details.bic]
    iban, account, bank, bic = (noisy(text.lower() if lower else text, separators) for text in codes)
    assert resolve(BankInput(account_number=account, bank_code=bank)) == plain
    assert resolve(BankInput(iban="IBAN " + iban, bic=bic)) == plain
    assert resolve(BankInput(iban, account, bank, bic, "a name")) == plain


@settings(repeatable, max_examples=200)
@given(account_numbers, st.sampled_from(GERMAN_BANK_CODES), st.integers(min_value=0, max_value=12))
def test_leading_zeros_and_printed_groups_do_not_change_the_result(
    account_number: str, bank_code: str, zeros: int
) -> None:
    plain = resolve(BankInput(account_number=account_number, bank_code=bank_code))
    assert resolve(BankInput(account_number="0" * zeros + account_number, bank_code=bank_code)) == plain
    grouped_code = f"{bank_code[:3]} {bank_code[3:6]} {bank_code[6:]}"
    assert resolve(BankInput(account_number=account_number.zfill(10), bank_code=grouped_code)) == plain
    assert resolve(BankInput(iban=IBAN(plain.details.iban).formatted.lower())) == plain


@settings(repeatable)
@given(st.text(max_size=40))
def test_masking_keeps_the_length_and_at_most_four_characters(text: str) -> None:
    masked = masked_iban(text)
    assert len(masked) == len(text)
    assert masked.startswith("*" * max(len(text) - 4, (len(text) + 1) // 2))
