"""The body of a registration (P2, P3, P8)."""

from collections.abc import Callable
from dataclasses import fields
from functools import partial
from typing import Annotated, Any

from pydantic import StrictBool

from portal.domain.bank import BankDetails
from portal.domain.bank_resolution import BankInput, ResolvedBank, resolve
from portal.domain.consent import CURRENT_VERSIONS, KINDS, Consent, ConsentKind, Facts
from portal.domain.email import canonical_email, parse_email
from portal.domain.errors import FieldCode, FieldError, InvalidInput, Refused
from portal.domain.mail import Language
from portal.domain.person import HOUSE_NUMBER_LENGTH, NAME_LENGTH, Person, Salutation, german_postal_code, phone_number
from portal.domain.registration import Application
from portal.domain.text import clean_line
from portal.domain.wording import give_consent
from portal.http.bodies.flat import Text
from portal.http.bodies.model import Body, optional_rule, parse_body, rule

_name = partial(clean_line, max_length=NAME_LENGTH)

Name = Annotated[Text, rule(_name)]
VoluntaryName = Annotated[Text | None, optional_rule(_name)]
Phone = Annotated[Text | None, optional_rule(phone_number)]


class BankDetailsBody(Body):
    """IBAN, or account number and bank code; the rest voluntary, and it must agree."""

    iban: Text | None = None
    bic: Text | None = None
    account_number: Text | None = None
    bank_code: Text | None = None
    bank_name: Text | None = None

    def resolved(self) -> ResolvedBank:
        """Return complete bank details, and what to look at again.

        Raises:
            InvalidInput: with pointers relative to this body.
        """
        return resolve(BankInput(**self.model_dump()))


def _accepted(value: bool) -> bool:  # noqa: FBT001 - pydantic calls it
    if not value:
        raise Refused(FieldCode.CONSENT_MISSING)
    return value


def _current(kind: ConsentKind) -> Callable[[str], str]:
    def check(version: str) -> str:
        if version != CURRENT_VERSIONS[kind]:
            raise Refused(FieldCode.CONSENT_OUTDATED)
        return version

    return check


class TermsBody(Body):
    """Consent to the terms: the version that was shown, and the flag."""

    version: Annotated[Text, rule(_current("terms"))]
    accepted: Annotated[StrictBool, rule(_accepted)]


class PrivacyNoticeBody(Body):
    """Consent to the privacy notice, likewise."""

    version: Annotated[Text, rule(_current("privacy_notice"))]
    accepted: Annotated[StrictBool, rule(_accepted)]


class ConsentsBody(Body):
    """Both consents; ``language`` is the one in which the wordings were read."""

    terms: TermsBody
    privacy_notice: PrivacyNoticeBody
    language: Language | None = None


class RegistrationBody(Body):
    """Exactly what P2 makes mandatory and P3 makes voluntary."""

    email: Annotated[Text, rule(parse_email)]
    salutation: Salutation
    first_name: Name
    last_name: Name
    street: Name
    house_number: Annotated[Text, rule(partial(clean_line, max_length=HOUSE_NUMBER_LENGTH))]
    postal_code: Annotated[Text, rule(german_postal_code)]
    city: Name
    bank_details: BankDetailsBody
    consents: ConsentsBody
    title: VoluntaryName = None
    address_supplement: VoluntaryName = None
    phone: Phone = None
    fax: Phone = None
    locale: Language = "de"


def parse_registration(document: Any, now: int, facts: Facts) -> Application:  # noqa: ANN401 - any JSON document
    """Return a checked application.

    All refused members are told at once: those of the form, of the bank details and of the consents.

    Args:
        document: parsed JSON.
        now: epoch seconds, the time of the consents.
        facts: with which the wordings are shown.

    Raises:
        InvalidInput: every refused member with its JSON pointer.
    """
    body, errors = _attempt(lambda: parse_body(RegistrationBody, document))
    errors = [_consent_code(error) for error in errors]
    given = document.get("bank_details") if isinstance(document, dict) else None
    bank, bank_errors = _attempt(lambda: parse_body(BankDetailsBody, given).resolved().details)
    if given is not None:
        errors += [error.under("/bank_details") for error in bank_errors]
    if errors or body is None or bank is None:
        raise InvalidInput(*dict.fromkeys(errors))
    return _application(body, bank, now, facts)


def _application(body: RegistrationBody, bank: BankDetails, now: int, facts: Facts) -> Application:
    canonical = canonical_email(body.email)
    if canonical is None:
        raise InvalidInput(FieldError("/email", FieldCode.EMAIL_INVALID))
    language = body.consents.language or body.locale
    consents: tuple[Consent, ...] = tuple(give_consent(kind, language, now, facts) for kind in KINDS)
    person = Person(**{field.name: getattr(body, field.name) for field in fields(Person)})
    return Application(body.email, canonical, person, bank, consents, facts, body.locale)


def _consent_code(error: FieldError) -> FieldError:
    """Name a consent that is not there by its own code: a client treats both alike."""
    missing = error.code is FieldCode.REQUIRED and error.pointer.startswith("/consents")
    return FieldError(error.pointer, FieldCode.CONSENT_MISSING) if missing else error


def _attempt[T](parse: Callable[[], T]) -> tuple[T | None, list[FieldError]]:
    try:
        return parse(), []
    except InvalidInput as refused:
        return None, list(refused.errors)
