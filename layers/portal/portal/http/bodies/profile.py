"""Bodies of what a client changes about the own account."""

from functools import partial
from typing import Annotated, Any

from portal.domain.email import parse_email
from portal.domain.errors import FieldCode, FieldError, InvalidInput
from portal.domain.mail import Language
from portal.domain.person import HOUSE_NUMBER_LENGTH, Salutation, german_postal_code
from portal.domain.text import clean_line
from portal.http.bodies.flat import Text
from portal.http.bodies.model import Body, parse_body, rule
from portal.http.bodies.registration import Name, Phone, VoluntaryName

_MANDATORY = ("salutation", "first_name", "last_name", "street", "house_number", "postal_code", "city")
_DEFAULT_LOCALE: Language = "de"


class ProfilePatch(Body):
    """A merge patch (RFC 7396) of the personal and voluntary members; the defaults here are never used."""

    salutation: Salutation = "neutral"
    first_name: Name = ""
    last_name: Name = ""
    street: Name = ""
    house_number: Annotated[Text, rule(partial(clean_line, max_length=HOUSE_NUMBER_LENGTH))] = ""
    postal_code: Annotated[Text, rule(german_postal_code)] = ""
    city: Name = ""
    title: VoluntaryName = None
    address_supplement: VoluntaryName = None
    phone: Phone = None
    fax: Phone = None
    locale: Language | None = None


class EmailChangeBody(Body):
    """The address to change to."""

    new_email: Annotated[Text, rule(parse_email)]


def parse_profile_patch(document: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON document
    """Return the checked changes by member; null takes a voluntary member away.

    Raises:
        InvalidInput: every refused member; null for a mandatory one is ``required``.
    """
    nulls = [name for name in _MANDATORY if isinstance(document, dict) and document.get(name, "") is None]
    missing = [FieldError(f"/{name}", FieldCode.REQUIRED) for name in nulls]
    try:
        body = parse_body(ProfilePatch, document)
    except InvalidInput as refused:
        raise InvalidInput(*missing, *(error for error in refused.errors if error.pointer[1:] not in nulls)) from None
    changes = {name: getattr(body, name) for name in body.model_fields_set}
    if "locale" in changes:
        changes["locale"] = changes["locale"] or _DEFAULT_LOCALE
    return changes
