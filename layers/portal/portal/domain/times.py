"""Times as the portal writes them for machines, and days as its clients live them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


@cache
def berlin() -> ZoneInfo:
    """Return the zone in which clients live; most requests show times in UTC alone, and need none."""
    from zoneinfo import ZoneInfo

    return ZoneInfo("Europe/Berlin")


def rfc3339(epoch: int) -> str:
    """Return a moment in UTC, to the second (RFC 3339)."""
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def day_in_berlin(epoch: int) -> date:
    """Return the day of a moment in Berlin."""
    return datetime.fromtimestamp(epoch, berlin()).date()
