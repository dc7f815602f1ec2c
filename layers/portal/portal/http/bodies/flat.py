"""Bodies of a few texts, read without pydantic, whose import is a good part of what a first login waits for.

A body is a frozen dataclass whose members are ``Annotated[str, Length(…)]``, ``Literal[…]`` of texts, or one of these
``| None`` with a default. Pydantic understands the same declarations: the OpenAPI document is made of them, and a test
holds what is refused here against what it refuses.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from types import NoneType
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, get_args, get_origin, get_type_hints

from portal.domain.errors import FieldCode, FieldError, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from annotated_types import BaseMetadata


class Length:
    """How many signs a text may have."""

    __slots__ = ("longest", "shortest")

    # What pydantic knows a group of rules by; it takes the rules by going through them.
    __is_annotated_types_grouped_metadata__: ClassVar = True

    def __init__(self, longest: int, *, shortest: int = 0) -> None:
        self.longest = longest
        self.shortest = shortest

    def __iter__(self) -> Iterator[BaseMetadata]:
        from annotated_types import MaxLen, MinLen

        if self.shortest:
            yield MinLen(self.shortest)
        yield MaxLen(self.longest)


# Generous for anything a person types, small for anything a machine repeats.
Text = Annotated[str, Length(1024)]


@dataclass(frozen=True)
class EmptyBody:
    """``{}``: a body, so that no other origin can send it without asking (ASVS 3.5.2)."""


@dataclass(frozen=True)
class _Member:
    required: bool
    voluntary: bool
    choices: tuple[str, ...]
    length: Length | None

    def refusal(self, value: object) -> FieldCode | None:
        """Return why a value is refused."""
        if value is None and self.voluntary:
            return None
        if isinstance(value, str):
            return self._refusal_of_text(value) if _is_unicode(value) else FieldCode.WRONG_TYPE
        return FieldCode.INVALID_VALUE if self.choices else FieldCode.WRONG_TYPE

    def _refusal_of_text(self, value: str) -> FieldCode | None:
        if self.choices:
            return None if value in self.choices else FieldCode.INVALID_VALUE
        if self.length and len(value) < self.length.shortest:
            return FieldCode.REQUIRED
        if self.length and len(value) > self.length.longest:
            return FieldCode.TOO_LONG
        return None


def parse_flat[B](body: type[B], document: Any) -> B:  # noqa: ANN401 - any JSON document
    """Return the validated body.

    Raises:
        InvalidInput: every refused member with its JSON pointer.
    """
    if not isinstance(document, dict):
        raise InvalidInput(FieldError("", FieldCode.WRONG_TYPE))
    members = _members(body)
    refusals = {name: _refusal(member, name, document) for name, member in members.items()}
    refusals |= {name: FieldCode.UNKNOWN_MEMBER for name in document if name not in members}
    errors = [FieldError(pointer_to(name), code) for name, code in refusals.items() if code]
    if errors:
        raise InvalidInput(*errors)
    return body(**document)


def pointer_to(*parts: str | int) -> str:
    """Return the JSON pointer (RFC 6901) to a place in a document."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)


def _refusal(member: _Member, name: str, document: dict[str, Any]) -> FieldCode | None:
    if name in document:
        return member.refusal(document[name])
    return FieldCode.REQUIRED if member.required else None


def _members(body: type[Any]) -> dict[str, _Member]:
    hints = get_type_hints(body, include_extras=True)
    return {each.name: _member(hints[each.name], required=each.default is MISSING) for each in fields(body)}


def _member(hint: Any, *, required: bool) -> _Member:  # noqa: ANN401 - what an annotation is has no type
    parts = [part for part in get_args(hint) if part is not NoneType]
    voluntary = len(parts) < len(get_args(hint))
    (base,) = parts if voluntary else (hint,)
    choices = get_args(base) if get_origin(base) is Literal else ()
    length = next((rule for rule in getattr(base, "__metadata__", ()) if isinstance(rule, Length)), None)
    return _Member(required, voluntary, choices, length)


def _is_unicode(value: str) -> bool:
    """Return whether a text has no half of a surrogate pair, which JSON can escape."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
