"""The registration as a person fills it in."""

from playwright.sync_api import Page

from tests.support.people import IBAN

LABELS = {
    "de": {
        "email": "E-Mail-Adresse",
        "first_name": "Vorname",
        "last_name": "Nachname",
        "street": "Straße",
        "house_number": "Hausnummer",
        "postal_code": "Postleitzahl",
        "city": "Ort",
        "iban": "IBAN",
        "frau": "Frau",
        "terms": "Ich stimme den",
        "privacy_notice": "Ich stimme der",
        "send": "Registrierung absenden",
    },
    "en": {
        "email": "E-mail address",
        "first_name": "First name",
        "last_name": "Last name",
        "street": "Street",
        "house_number": "House number",
        "postal_code": "Postal code",
        "city": "City",
        "iban": "IBAN",
        "frau": "Ms",
        "terms": "I consent to the terms",
        "privacy_notice": "I consent to the privacy",
        "send": "Send registration",
    },
}
VALUES = {
    "first_name": "Erika",
    "last_name": "Mustermann",
    "street": "Heidestraße",
    "house_number": "17a",
    "postal_code": "51147",
    "city": "Köln",
    "iban": IBAN,
}


def fill_registration(page: Page, email: str, language: str = "de", **changes: str) -> None:
    """Fill in the form by its labels, all that is mandatory; a value that is empty is left out."""
    labels = LABELS[language]
    for name, value in {"email": email, **VALUES, **changes}.items():
        if value:
            page.get_by_label(labels[name], exact=True).fill(value)
    page.get_by_label(labels["frau"], exact=True).check()
    page.get_by_label(labels["terms"]).check()
    page.get_by_label(labels["privacy_notice"]).check()


def send_registration(page: Page, language: str = "de") -> None:
    """Press the button."""
    page.get_by_role("button", name=LABELS[language]["send"]).click()
