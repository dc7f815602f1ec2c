"""Fictitious people."""

from typing import Any

from portal.domain.consent import CURRENT_VERSIONS

IBAN = "DE89370400440532013000"
OTHER_IBAN = "DE02120300000000202051"
PASSWORD = "vier Kraniche zählen Nebel 7"


def a_registration(**changes: Any) -> dict[str, Any]:
    """Return a valid registration; members given as None are left out."""
    body = {
        "email": "erika.muster@example.com",
        "salutation": "frau",
        "first_name": "Erika",
        "last_name": "Mustermann",
        "street": "Heidestraße",
        "house_number": "17a",
        "postal_code": "51147",
        "city": "Köln",
        "bank_details": {"iban": IBAN},
        "consents": {
            "terms": {"version": CURRENT_VERSIONS["terms"], "accepted": True},
            "privacy_notice": {"version": CURRENT_VERSIONS["privacy_notice"], "accepted": True},
        },
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}
