"""Settings of the function ``login``."""

from dataclasses import dataclass

from portal.adapters.kms import KeySlots, Slot
from portal.domain.refresh import Lifetimes
from portal.settings.keys import CallerSettings
from portal.settings.site import SiteSettings


@dataclass(frozen=True, slots=True, eq=False, repr=False, match_args=False)
class LoginSettings(CallerSettings, SiteSettings):
    """Function ``login``."""

    outbox_table: str
    link_key_a_arn: str | None
    link_key_b_arn: str | None
    recipient_key_arn: str
    active_access_token_key_slot: Slot
    access_token_lifetime_seconds: int
    session_idle_seconds: int
    session_absolute_seconds: int
    login_free_attempts: int
    login_longest_delay_seconds: int
    login_most_failures: int
    logins_per_range: int
    mail_requests_per_range: int

    @property
    def link_keys(self) -> KeySlots:
        """Both slots."""
        return KeySlots(self.link_key_a_arn, self.link_key_b_arn)

    @property
    def context_names(self) -> tuple[str, str]:
        """Names that no password may lean on (ASVS 6.2.11)."""
        return self.portal_name, self.company_name

    @property
    def lifetimes(self) -> Lifetimes:
        """Of sessions and tokens."""
        return Lifetimes(self.access_token_lifetime_seconds, self.session_idle_seconds, self.session_absolute_seconds)
