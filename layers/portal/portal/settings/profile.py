"""Settings of the function ``profile``."""

from dataclasses import dataclass

from portal.settings.keys import CallerSettings
from portal.settings.site import WordingSettings


@dataclass(frozen=True, slots=True, eq=False, repr=False, match_args=False)
class ProfileSettings(CallerSettings, WordingSettings):
    """Function ``profile``."""

    registrations_table: str
    evidence_table: str
    outbox_table: str
    mirror_table: str
    recipient_key_arn: str
    pseudonym_key_arn: str
    mail_requests_per_range: int
