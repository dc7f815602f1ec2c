"""The profile as its owner sees it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from portal.domain.bank import masked_account_number, masked_iban
from portal.domain.times import rfc3339
from portal.http.response import Response, json_response

if TYPE_CHECKING:
    from portal.domain.account import Account


def profile_answer(account: Account, now: int) -> Response:
    """Return the profile: IBAN and account number masked to the last four (ASVS 14.2.6)."""
    return json_response(200, _document(account, now), headers={"ETag": account.etag})


def _document(account: Account, now: int) -> dict[str, Any]:
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
        "processing_restricted": restriction_document(account, now),
    }


def restriction_document(account: Account, now: int) -> dict[str, Any] | None:
    """Return since when and until when the data are only kept; no end while nobody lifted that, None without one."""
    if not account.is_restricted(now):
        return None
    return {"since": _time(account.restricted_at), "until": _time(account.restriction_ends_at)}


def _time(epoch: int | None) -> str | None:
    return None if epoch is None else rfc3339(epoch)
