"""Who a client is: the mandatory and voluntary members of a registration (P2, P3)."""

from dataclasses import dataclass
from typing import Literal

from portal.domain.errors import FieldCode, Refused

Salutation = Literal["frau", "herr", "neutral"]

NAME_LENGTH = 80
HOUSE_NUMBER_LENGTH = 12

# Leading zeros count; below and above these no German postal code was ever given out.
_FIRST_POSTAL_CODE, _LAST_POSTAL_CODE = "01001", "99998"
_POSTAL_CODE_DIGITS = 5
# No dialling string is longer; phonenumbers itself refuses from 250 on.
_PHONE_INPUT_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Person:
    """Mandatory members first; the voluntary ones are None where nothing was given."""

    salutation: Salutation
    first_name: str
    last_name: str
    street: str
    house_number: str
    postal_code: str
    city: str
    title: str | None = None
    address_supplement: str | None = None
    phone: str | None = None
    fax: str | None = None


def german_postal_code(value: str) -> str:
    """Return a German postal code of five digits.

    Raises:
        Refused: ``postal_code_invalid``.
    """
    code = value.strip()
    digits = code.isascii() and code.isdigit() and len(code) == _POSTAL_CODE_DIGITS
    if not digits or not _FIRST_POSTAL_CODE <= code <= _LAST_POSTAL_CODE:
        raise Refused(FieldCode.POSTAL_CODE_INVALID)
    return code


def phone_number(value: str) -> str:
    """Return a phone or fax number in E.164; without a country prefix it is a German one.

    Raises:
        Refused: ``phone_invalid``.
    """
    import phonenumbers

    if len(value) > _PHONE_INPUT_LENGTH:
        raise Refused(FieldCode.PHONE_INVALID)
    try:
        number = phonenumbers.parse(value, "DE")
    except phonenumbers.NumberParseException:
        raise Refused(FieldCode.PHONE_INVALID) from None
    if number.extension or not phonenumbers.is_valid_number(number):
        raise Refused(FieldCode.PHONE_INVALID)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
