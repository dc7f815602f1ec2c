"""Functions that no browser calls: woken by streams, schedules and operators."""

from collections.abc import Callable, Mapping
from typing import Any

Handler = Callable[[Mapping[str, Any], Any], dict[str, Any]]
"""Takes an event and Lambda's context."""
