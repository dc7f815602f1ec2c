"""Settings of each function: read once at cold start, no defaults for names or secrets.

A missing or malformed variable stops the function before it serves a request. Members of type ``str | None`` are slots
that may be empty. Each function has a module of its own: making all of the classes would delay every start, and so
would methods that nobody calls: no settings are compared or printed.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from portal.adapters.kms import Slot


class SettingsError(Exception):
    """An environment variable is missing or malformed; names it, never its value."""


def starts_from_snapshot(environment: Mapping[str, str]) -> bool:
    """Tell whether Lambda starts this process for a snapshot (SnapStart).

    Args:
        environment: usually ``os.environ``.
    """
    return environment.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start"


def load[S](settings: type[S], environment: Mapping[str, str]) -> S:
    """Return the settings of a function.

    Args:
        settings: one of the classes of this package; a member ``x_y`` is read from ``X_Y``.
        environment: usually ``os.environ``.

    Raises:
        SettingsError: a variable is missing, empty or no number where one is expected.
    """
    values: dict[str, Any] = {}
    for field in fields(settings):  # type: ignore[arg-type]  # every class of this package is a dataclass
        name = field.name.upper()
        text = environment.get(name, "")
        if not text and field.type == str | None:
            values[field.name] = None
            continue
        if not text:
            raise SettingsError(f"{name} is not set")
        if field.type is int and (not text.isdecimal() or int(text) < 1):
            raise SettingsError(f"{name} is not a positive whole number")
        if field.type is Slot and text not in {"A", "B"}:
            raise SettingsError(f"{name} is neither A nor B")
        values[field.name] = int(text) if field.type is int else text
    return settings(**values)
