"""Settings of the function ``ingest``."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """Function ``ingest``."""

    mirror_table: str
    feed_bucket: str
