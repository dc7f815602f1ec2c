"""Settings of the function ``cleanup``."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CleanupSettings:
    """Function ``cleanup``."""

    registrations_table: str
    evidence_table: str
    evidence_retention_years: int
