"""The profile as its owner sees it."""

from dataclasses import asdict
from typing import Any

from portal.domain.account import Account
from portal.domain.bank import masked_account_number, masked_iban
from portal.http.response import Response, json_response


def profile_answer(account: Account) -> Response:
    """Return the profile: IBAN and account number masked to the last four (ASVS 14.2.6)."""
    return json_response(200, _document(account), headers={"ETag": account.etag})


def _document(account: Account) -> dict[str, Any]:
    bank = account.bank_details
    return {
        "email": account.email,
        **asdict(account.person),
        "bank_details": {
            "iban": masked_iban(bank.iban),
            "bic": bank.bic,
            "account_number": masked_account_number(bank.account_number),
            "bank_code": bank.bank_code,
            "bank_name": bank.bank_name,
            "reviewed": account.bank_reviewed,
        },
        "locale": account.locale,
    }
