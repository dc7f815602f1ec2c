"""JSON Schemas (draft 2020-12) of bodies and answers; rules of the domain that pydantic can not know are added here."""

from collections.abc import Iterable
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from importlib import import_module
from typing import Any, get_type_hints, override

from pydantic import BaseModel, create_model
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from portal.domain import email
from portal.domain.person import HOUSE_NUMBER_LENGTH, NAME_LENGTH
from portal.http.bodies.model import Body

PREFIX = "#/components/schemas/"

Schema = dict[str, Any]


class _Untitled(GenerateJsonSchema):
    """Without a title for each member: it would only repeat the name."""

    @override
    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


_EMAIL: Schema = {"format": "email", "maxLength": email.MAX_LENGTH}
_NAME: Schema = {"minLength": 1, "maxLength": NAME_LENGTH, "description": "Counted after trimming"}
_VOLUNTARY_NAME: Schema = {"maxLength": NAME_LENGTH, "description": "Blank counts as not given"}
_PHONE: Schema = {"description": "Stored as E.164; without a country prefix a German number"}
_NAMES = dict.fromkeys(("first_name", "last_name", "street", "city"), _NAME)
_VOLUNTARY = {
    **dict.fromkeys(("title", "address_supplement"), _VOLUNTARY_NAME),
    **dict.fromkeys(("phone", "fax"), _PHONE),
}
_PERSON: dict[str, Schema] = {
    **_NAMES,
    **_VOLUNTARY,
    "house_number": {"minLength": 1, "maxLength": HOUSE_NUMBER_LENGTH, "description": "Counted after trimming"},
    "postal_code": {"pattern": "^[0-9]{5}$", "description": "A German one"},
}
_CONSENT: dict[str, Schema] = {
    "version": {"description": "The version that `GET /api/legal` shows"},
    "accepted": {"const": True},
}
_PASSWORD: Schema = {
    "description": "15 to 128 characters, not guessable, neither name nor address of the person or the portal"
}

# What the domain asks of members beyond what pydantic knows.
MEMBERS: dict[str, dict[str, Schema]] = {
    "RegistrationBody": {**_PERSON, "email": _EMAIL},
    "ProfilePatch": _PERSON,
    "EmailBody": {"email": _EMAIL},
    "EmailChangeBody": {"new_email": _EMAIL},
    "TermsBody": _CONSENT,
    "PrivacyNoticeBody": _CONSENT,
    "PasswordBody": {"new_password": _PASSWORD},
    "PasswordResetBody": {"new_password": _PASSWORD},
}

# What it asks of bodies as a whole.
WHOLE: dict[str, Schema] = {
    "BankDetailsBody": {
        "description": (
            "An IBAN of any SEPA country, or a German account number and bank code, in any notation. The rest is "
            "voluntary and must agree; for a foreign IBAN whose bank is unknown, `bic` and `bank_name` must be given."
        ),
        "anyOf": [{"required": ["iban"]}, {"required": ["account_number", "bank_code"]}],
    },
    "RegistrationBody": {
        "description": (
            "All refused members are told at once. The address is one that mails can be sent to: its local part is "
            "ASCII. Both consents must be given to the versions in force."
        ),
    },
}


def body_model(name: str) -> type[BaseModel]:
    """Return a body by ``module:Class`` below ``portal.http.bodies``."""
    module, _, body = name.partition(":")
    found: type[Any] = getattr(import_module(f"portal.http.bodies.{module}"), body)
    return flat_model(found) if is_dataclass(found) else found


@cache
def flat_model(body: type[Any]) -> type[BaseModel]:
    """Return the model that pydantic makes of a flat body."""
    hints = get_type_hints(body, include_extras=True)
    members = {each.name: (hints[each.name], ... if each.default is MISSING else each.default) for each in fields(body)}
    return create_model(body.__name__, __base__=Body, __doc__=body.__doc__, **members)  # type: ignore[call-overload,no-any-return]  # members by name


def component_schemas(models: Iterable[type[BaseModel]]) -> dict[str, Schema]:
    """Return the schemas of models and of what they consist of, by name."""
    wanted = [(model, "validation") for model in dict.fromkeys(models)]
    _, document = models_json_schema(wanted, ref_template=f"{PREFIX}{{model}}", schema_generator=_Untitled)  # type: ignore[arg-type]  # a list of literals
    schemas: dict[str, Schema] = document.get("$defs", {})
    for name, schema in schemas.items():
        schema.pop("title", None)
        for member, more in MEMBERS.get(name, {}).items():
            _refine(schema["properties"][member], more)
        schema.update(WHOLE.get(name, {}))
    return dict(sorted(schemas.items()))


def _refine(schema: Schema, more: Schema) -> None:
    """Add rules to a member; those of text to the text branch of a voluntary one."""
    branches = [branch for branch in schema.get("anyOf", ()) if branch.get("type") == "string"]
    rules = {key: value for key, value in more.items() if key != "description"}
    (branches[0] if branches else schema).update(rules)
    schema.update({key: value for key, value in more.items() if key == "description"})
