"""Settings of the function ``confirm``."""

from dataclasses import dataclass

from portal.settings.links import LinkSettings
from portal.settings.site import SiteSettings


@dataclass(frozen=True, slots=True, eq=False, repr=False, match_args=False)
class ConfirmSettings(LinkSettings, SiteSettings):
    """Function ``confirm``."""

    registrations_table: str
    accounts_table: str
    evidence_table: str
    outbox_table: str
    recipient_key_arn: str
