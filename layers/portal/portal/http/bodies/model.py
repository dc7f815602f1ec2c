"""Bodies with parts or rules: pydantic models."""

from collections.abc import Callable
from typing import Any

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from portal.domain.errors import FieldCode, FieldError, InvalidInput, Refused
from portal.http.bodies.flat import pointer_to

_CODES = {
    "missing": FieldCode.REQUIRED,
    "extra_forbidden": FieldCode.UNKNOWN_MEMBER,
    "string_too_short": FieldCode.REQUIRED,
    "string_too_long": FieldCode.TOO_LONG,
    "literal_error": FieldCode.INVALID_VALUE,
    "enum": FieldCode.INVALID_VALUE,
    "string_pattern_mismatch": FieldCode.INVALID_VALUE,
    "greater_than_equal": FieldCode.INVALID_VALUE,
    "less_than_equal": FieldCode.INVALID_VALUE,
    "too_short": FieldCode.REQUIRED,
    "too_long": FieldCode.TOO_LONG,
}


class Body(BaseModel):
    """Base of all bodies: exact types, no unknown members, no input in error texts."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


def parse_body[B: Body](model: type[B], document: Any) -> B:  # noqa: ANN401 - any JSON document
    """Return the validated body.

    Raises:
        InvalidInput: every refused member with its JSON pointer.
    """
    try:
        return model.model_validate(document)
    except ValidationError as failure:
        raise InvalidInput(*(_field_error(entry) for entry in failure.errors(include_url=False))) from None


def rule(check: Callable[[str], str]) -> AfterValidator:
    """Return a rule of the domain as a validator."""
    return AfterValidator(check)


def optional_rule(check: Callable[[str], str]) -> AfterValidator:
    """Return a rule for a voluntary member: blank text counts as not given."""
    return AfterValidator(lambda value: check(value) if value is not None and value.strip() else None)


def _field_error(entry: ErrorDetails) -> FieldError:
    pointer = pointer_to(*entry["loc"])
    refusal = entry.get("ctx", {}).get("error")
    if isinstance(refusal, Refused):
        return FieldError(pointer, refusal.code)
    return FieldError(pointer, _CODES.get(entry["type"], FieldCode.WRONG_TYPE))
