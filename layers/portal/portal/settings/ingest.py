"""Settings of the function ``ingest``."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False, repr=False, match_args=False)
class IngestSettings:
    """Function ``ingest``."""

    mirror_table: str
    feed_bucket: str
