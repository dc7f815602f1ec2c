"""A client's own data (P9: only their own)."""

from dataclasses import asdict
from typing import Any

from portal.domain.account import Account
from portal.domain.bank import masked_account_number, masked_iban
from portal.http.caller import caller_of
from portal.http.request import Request
from portal.http.response import Response, json_response
from portal.http.routes import Wiring
from portal.settings import CallerSettings


def get(request: Request, wiring: Wiring[CallerSettings]) -> Response:
    """GET /api/profile: IBAN and account number masked to the last four (ASVS 14.2.6)."""
    account = caller_of(request, wiring).account
    return json_response(200, _profile(account), headers={"ETag": account.etag})


def _profile(account: Account) -> dict[str, Any]:
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
