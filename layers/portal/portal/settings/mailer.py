"""Settings of the function ``mailer``."""

from dataclasses import dataclass

from portal.adapters.kms import Slot
from portal.settings.links import LinkSettings


@dataclass(frozen=True, slots=True, eq=False, repr=False, match_args=False)
class MailerSettings(LinkSettings):
    """Function ``mailer``."""

    registrations_table: str
    accounts_table: str
    evidence_table: str
    outbox_table: str
    recipient_key_arn: str
    active_link_key_slot: Slot
    initial_password_key_arn: str
    initial_password_lifetime_seconds: int
    public_url: str
    sender_address: str
    configuration_set: str
    mails_per_second: int
    sessions_table: str
    opt_in_mails_per_hour: int
    opt_in_mails_per_day: int
    reset_mails_per_hour: int
    reset_mails_per_day: int
    daily_mail_ceiling: int
    portal_name: str
    company_name: str
    company_address: str
