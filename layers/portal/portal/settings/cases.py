"""Settings of the function ``cases``."""

from dataclasses import dataclass

from portal.settings.keys import CallerSettings


@dataclass(frozen=True, slots=True, eq=False, repr=False, match_args=False)
class CasesSettings(CallerSettings):
    """Function ``cases``."""

    mirror_table: str
