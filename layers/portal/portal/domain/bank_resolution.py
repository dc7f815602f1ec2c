"""Bank details: what a person types, made complete and checked against the bank registry.

The registry is schwifty's, imported inside the functions that ask it: documents of the API name what is here, too.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from dataclasses import dataclass
from enum import StrEnum
from textwrap import shorten
from typing import TYPE_CHECKING, NamedTuple

from portal.domain.bank import BankDetails
from portal.domain.errors import FieldCode, FieldError, InvalidInput, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from schwifty import IBAN

# IBAN prefixes of the EPC list of SEPA scheme countries, EPC409-09 v8.0 of 24 December 2025.
# schwifty's own flag lacks AL, MD, ME, MK and RS, and takes GP, JE and the like for prefixes, while accounts there have
# IBANs of FR, GB or FI.
_EEA = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
_BEYOND_EEA = "AD AL CH GB GI MC MD ME MK RS SM VA"
SEPA_COUNTRIES = frozenset(f"{_EEA} {_BEYOND_EEA}".split())
# Territories whose banks have BICs of their own country code. Monaco's bank codes are French ones, and branches there
# use the BIC of their French house.
_BIC_COUNTRIES = {"FI": "AX", "FR": "BL GF GP MF MQ PM RE YT NC PF WF", "GB": "GG IM JE", "MC": "FR"}
_OUTSIDE_SEPA = {"NC", "PF", "WF"}  # French IBANs, but not on the list: only the BIC gives them away

_LONGEST_NAME = 80
_LONGEST_TYPED = 4 * _LONGEST_NAME  # beyond it nothing is normalised, which may be quadratic
_UNREADABLE = "?"  # stands for a code that no rule accepts
# Grouping and what is invisible in copied text; spaces go without being listed.
_NOTATION = str.maketrans("", "", "./:-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u00ad\u200b\u200e\u200f\u2060\ufeff")
_UNPRINTABLE = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}  # as str.isprintable, but every kind of space is fine


@dataclass(frozen=True, slots=True)
class BankInput:
    """What a person typed, in any notation; a blank member counts as not given."""

    iban: str | None = None
    account_number: str | None = None
    bank_code: str | None = None
    bic: str | None = None
    bank_name: str | None = None


class BankWarning(StrEnum):
    """What looks wrong without being refused."""

    ACCOUNT_CHECK_FAILED = "account_check_failed"
    BIC_DEVIATES = "bic_deviates"


@dataclass(frozen=True, slots=True)
class ResolvedBank:
    """Bank details, and what the person should look at again."""

    details: BankDetails
    warnings: tuple[BankWarning, ...] = ()


class _Part(NamedTuple):
    """A member that an IBAN contains, too."""

    german: re.Pattern[str]
    invalid: FieldCode
    components: frozenset[str]


class _Registered(NamedTuple):
    """What the registry says about a bank; the first BIC is the one to fill in."""

    name: str | None = None
    bics: tuple[str, ...] = ()


_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_ACCOUNT_NUMBER = _Part(re.compile(r"0*[1-9][0-9]{0,9}"), FieldCode.ACCOUNT_NUMBER_INVALID, frozenset({"account_code"}))
_BANK_CODE = _Part(re.compile(r"[0-9]{8}"), FieldCode.BANK_CODE_INVALID, frozenset({"bank_code", "branch_code"}))


def resolve(given: BankInput) -> ResolvedBank:
    """Complete and check bank details; an IBAN or a German account number and bank code suffice.

    The IBAN of an account number and bank code follows the standard rule. Banks with a rule of their own (Bundesbank,
    "IBAN-Regeln") may use another one; the registry does not know these rules.

    The registry's bank name wins over a typed one. A typed BIC that the registry does not list for the bank is kept and
    warned about: a person may know the BIC of their branch.

    Raises:
        InvalidInput: one entry for each refused member, relative to the bank details.
    """
    typed = _without_notation(given)
    refusals: list[FieldError] = []
    iban = _iban(typed, refusals)
    known = None if iban is None else _registered(iban)
    if iban is not None and known is None and typed.bank_code != iban.bank_code:
        refusals.append(FieldError("/iban", FieldCode.BANK_CODE_UNKNOWN))
    bic = _collect(refusals, "/bic", _bic, typed.bic, _country(typed, iban), known)
    if bic is not None and bic[4:6] in _OUTSIDE_SEPA:
        refusals.append(FieldError("/iban", FieldCode.IBAN_COUNTRY_UNSUPPORTED))
    name = _collect(refusals, "/bank_name", _bank_name, typed.bank_name, known)
    if refusals or iban is None or known is None or bic is None or name is None:
        raise InvalidInput(*refusals)
    deviates = bool(known.bics) and bic not in known.bics
    found = {BankWarning.ACCOUNT_CHECK_FAILED: _account_check_failed(iban), BankWarning.BIC_DEVIATES: deviates}
    details = BankDetails(str(iban), bic, *_account_and_bank(iban), name)
    return ResolvedBank(details, tuple(warning for warning in found if found[warning]))


def _collect[*Ts, R](refusals: list[FieldError], pointer: str, rule: Callable[[*Ts], R], *args: *Ts) -> R | None:
    """Apply a rule and go on if it refuses, so that a person hears of everything at once."""
    try:
        return rule(*args)
    except Refused as refused:
        refusals.append(FieldError(pointer, refused.code))
        return None


def _without_notation(given: BankInput) -> BankInput:
    account_number, bank_code, bic = map(_code, (given.account_number, given.bank_code, given.bic))
    name = (given.bank_name or "").strip() or None
    return BankInput(_code(given.iban, "IBAN"), account_number, bank_code, bic, name)


def _code(value: str | None, label: str = "") -> str | None:
    """Reduce a code to upper-case ASCII; full-width forms are read, digits of other scripts are not."""
    if not value or value.isspace():
        return None
    if len(value) > _LONGEST_TYPED:
        return _UNREADABLE
    code = "".join(unicodedata.normalize("NFKC", value).translate(_NOTATION).split())
    return code.upper().removeprefix(label) if code.isascii() else _UNREADABLE


def _iban(typed: BankInput, refusals: list[FieldError]) -> IBAN | None:
    """Return the typed IBAN, or make it of a German pair; what else is typed must agree."""
    from schwifty import IBAN

    account, bank = typed.account_number, typed.bank_code
    by_iban = typed.iban is not None or (account is None and bank is None)
    iban = _collect(refusals, "/iban", _parsed_iban, typed.iban) if by_iban else None
    country = _country(typed, iban)
    for pointer, part, text in (("/account_number", _ACCOUNT_NUMBER, account), ("/bank_code", _BANK_CODE, bank)):
        if text is not None or not by_iban:
            _collect(refusals, pointer, _check_part, part, text, country, iban)
    if by_iban or refusals or account is None or bank is None:
        return iban
    return IBAN.generate("DE", bank, account.lstrip("0"))


def _parsed_iban(text: str | None) -> IBAN:
    from schwifty import IBAN

    if text is None:
        raise Refused(FieldCode.REQUIRED)
    if not _IBAN.fullmatch(text):
        raise Refused(FieldCode.IBAN_INVALID)
    if text[:2] not in SEPA_COUNTRIES:
        raise Refused(FieldCode.IBAN_COUNTRY_UNSUPPORTED)
    iban = IBAN(text, allow_invalid=True)
    if not iban.is_valid or not iban.account_code.strip("0"):
        raise Refused(FieldCode.IBAN_INVALID)
    return iban


def _country(typed: BankInput, iban: IBAN | None) -> str | None:
    """Tell the country as far as it can be relied on; a pair without an IBAN is German."""
    if iban is not None:
        return iban.country_code
    pair = typed.account_number is not None or typed.bank_code is not None
    return "DE" if (pair if typed.iban is None else typed.iban.startswith("DE")) else None


def _check_part(part: _Part, text: str | None, country: str | None, iban: IBAN | None) -> None:
    from schwifty.registry import get_banks_by_code

    if text is None:
        raise Refused(FieldCode.REQUIRED)
    if not (part.german.fullmatch(text) if country == "DE" else text.isalnum()):
        raise Refused(part.invalid)
    if part is _BANK_CODE and country == "DE" and not get_banks_by_code("DE", text):
        raise Refused(FieldCode.BANK_CODE_UNKNOWN)
    if iban is not None and text.lstrip("0") not in _notations(iban, part.components):
        raise Refused(FieldCode.BANK_DETAILS_DISAGREE)


def _notations(iban: IBAN, components: frozenset[str]) -> set[str]:
    """Return every run of whole BBAN components that holds one of these, without leading zeros.

    Countries differ in what belongs to "the account number": check digits, the branch, or all.
    """
    places = {key: place for key, place in iban.spec.positions.items() if not place.is_empty}
    return {
        iban.bban[first.start : last.end].lstrip("0")
        for first in places.values()
        for last in places.values()
        for key, held in places.items()
        if key in components and first.start <= held.start and held.end <= last.end
    }


def _account_and_bank(iban: IBAN) -> tuple[str, str]:
    if iban.country_code in {"CZ", "SK"}:  # what schwifty calls their branch is a prefix of the account number
        return iban.branch_code + iban.account_code, iban.bank_code
    return iban.account_code, iban.bank_code + iban.branch_code


def _registered(iban: IBAN) -> _Registered | None:
    """Ask the registry; ``None`` for a German bank code that does not exist."""
    from schwifty import BIC

    bank = iban.bank
    if bank is None:
        return None if iban.country_code == "DE" else _Registered()
    bics = [str(bic) for bic in BIC.candidates_from_bank_code(iban.country_code, bank.bank_code)]
    # The primary row's comes first. Abroad many rows are primary, so the most general BIC leads.
    if iban.country_code != "DE" and iban.bic is not None:
        bics.insert(0, str(iban.bic))
    name = shorten(unicodedata.normalize("NFC", bank.name), _LONGEST_NAME, placeholder="\u2026")
    return _Registered(name or None, tuple(bics))


def _bic(text: str | None, country: str | None, known: _Registered | None) -> str | None:
    from schwifty import BIC

    listed = () if known is None else known.bics
    if text is None and known is not None and not listed:
        raise Refused(FieldCode.REQUIRED)
    if text is None:
        return next(iter(listed), None)
    bic = BIC(text, allow_invalid=True)
    if not bic.is_valid:
        raise Refused(FieldCode.BIC_INVALID)
    full = text.ljust(11, "X")
    for other in listed:
        if other.ljust(11, "X") == full:
            return other
    countries = {country, *_BIC_COUNTRIES.get(country or "", "").split(), *(other[4:6] for other in listed)}
    if country is not None and bic.country_code not in countries:
        raise Refused(FieldCode.BANK_DETAILS_DISAGREE)
    if country == "DE" and not BIC(full).exists:  # elsewhere the registry has gaps
        raise Refused(FieldCode.BIC_INVALID)
    return text


def _bank_name(text: str | None, known: _Registered | None) -> str | None:
    if text is None and known is not None and known.name is None:
        raise Refused(FieldCode.REQUIRED)
    name = unicodedata.normalize("NFC", (text or "")[:_LONGEST_TYPED])
    if len(text or "") > _LONGEST_TYPED or len(name) > _LONGEST_NAME:
        raise Refused(FieldCode.TOO_LONG)
    if any(unicodedata.category(character) in _UNPRINTABLE for character in name):
        raise Refused(FieldCode.CONTROL_CHARACTER)
    return known.name or name if known is not None else None


def _account_check_failed(iban: IBAN) -> bool:
    with warnings.catch_warnings(action="ignore"):  # schwifty warns where it knows no method
        try:
            iban.validate(validate_bban=True)
        except ValueError:  # the base of all that schwifty raises
            return True
    return False
