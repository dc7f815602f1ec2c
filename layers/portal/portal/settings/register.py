"""Settings of the function ``register``."""

from dataclasses import dataclass

from portal.settings.site import WordingSettings


@dataclass(frozen=True, slots=True, eq=False, repr=False, match_args=False)
class RegisterSettings(WordingSettings):
    """Function ``register``."""

    registrations_table: str
    sessions_table: str
    outbox_table: str
    recipient_key_arn: str
    unconfirmed_lifetime_seconds: int
    registrations_per_range: int
    mail_requests_per_range: int
    look_ups_per_range: int
    public_url: str
    security_contact: str
    security_policy_url: str | None
