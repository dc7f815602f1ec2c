"""Times as the portal writes them for machines, and days as its clients live them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")


def rfc3339(epoch: int) -> str:
    """Return a moment in UTC, to the second (RFC 3339)."""
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def day_in_berlin(epoch: int) -> date:
    """Return the day of a moment in Berlin."""
    return datetime.fromtimestamp(epoch, BERLIN).date()
