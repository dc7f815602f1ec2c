"""Settings of the function ``cleanup``."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False, repr=False, match_args=False)
class CleanupSettings:
    """Function ``cleanup``."""

    registrations_table: str
    evidence_table: str
    evidence_retention_years: int
