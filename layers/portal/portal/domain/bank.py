"""Bank details as they are stored and shown."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BankDetails:
    """Complete bank details as they are stored; everything but the name is ASCII without spaces.

    Args:
        account_number: ten digits in Germany, elsewhere the account component of the BBAN (CZ, SK: with its prefix).
        bank_code: the Bankleitzahl in Germany, elsewhere the bank component of the BBAN, which no SEPA country lacks,
            followed by the branch component where the country has one.
    """

    iban: str
    bic: str
    account_number: str
    bank_code: str
    bank_name: str


def masked_iban(iban: str) -> str:
    """Return the IBAN at its length, with only the last four characters readable."""
    return masked_account_number(iban)


def masked_account_number(account_number: str) -> str:
    """Return the account number at its length; of a short one less than four stay readable."""
    hidden = len(account_number) - min(4, len(account_number) // 2)
    return "*" * hidden + account_number[hidden:]
