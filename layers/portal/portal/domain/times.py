"""Times as the portal writes them for machines."""

from datetime import UTC, datetime


def rfc3339(epoch: int) -> str:
    """Return a moment in UTC, to the second (RFC 3339)."""
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
