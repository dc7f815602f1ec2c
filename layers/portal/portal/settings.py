"""Settings of each function: read once at cold start, no defaults for names or secrets.

A missing or malformed variable stops the function before it serves a request. Members of type ``str | None`` are slots
that may be empty.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from portal.adapters.kms import KeySlots, Slot
from portal.domain.consent import FACTS
from portal.domain.key import KeyUse
from portal.domain.lifecycle import Limits
from portal.domain.session import Lifetimes
from portal.domain.sweep import DAY_SECONDS


class SettingsError(Exception):
    """An environment variable is missing or malformed; names it, never its value."""


@dataclass(frozen=True)
class SiteSettings:
    """What pages say of the portal and of who runs it. Without slots: functions join it with other bases."""

    portal_name: str
    company_name: str
    company_address: str


@dataclass(frozen=True)
class WordingSettings(SiteSettings):
    """What the wordings of terms and privacy notice say besides about who runs the portal, and promise."""

    contact_email: str
    data_protection_email: str
    supervisory_authority: str
    place_of_jurisdiction: str
    region_name: str
    log_retention_days: int
    evidence_retention_years: int
    unactivated_account_days: int
    idle_account_days: int
    closing_notice_days: int

    @property
    def wording_facts(self) -> dict[str, str]:
        """By name, as they stand in the texts."""
        return {name: str(getattr(self, name)) for name in FACTS}


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """What makes and checks links."""

    issuer: str
    link_key_a_arn: str | None
    link_key_b_arn: str | None

    @property
    def link_keys(self) -> KeySlots:
        """Both slots."""
        return KeySlots(self.link_key_a_arn, self.link_key_b_arn)


@dataclass(frozen=True, slots=True)
class ConfirmSettings(LinkSettings, SiteSettings):
    """Function ``confirm``."""

    registrations_table: str
    accounts_table: str
    evidence_table: str
    outbox_table: str
    recipient_key_arn: str


@dataclass(frozen=True, slots=True)
class CallerSettings:
    """What every function with authenticated routes needs."""

    issuer: str
    accounts_table: str
    sessions_table: str
    access_token_key_a_arn: str | None
    access_token_key_b_arn: str | None

    @property
    def access_token_keys(self) -> KeySlots:
        """Both slots."""
        return KeySlots(self.access_token_key_a_arn, self.access_token_key_b_arn)


@dataclass(frozen=True, slots=True)
class ProfileSettings(CallerSettings, WordingSettings):
    """Function ``profile``."""

    registrations_table: str
    evidence_table: str
    outbox_table: str
    mirror_table: str
    recipient_key_arn: str
    pseudonym_key_arn: str
    mail_requests_per_range: int


@dataclass(frozen=True, slots=True)
class CasesSettings(CallerSettings):
    """Function ``cases``."""

    mirror_table: str


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class CleanupSettings:
    """Function ``cleanup``."""

    registrations_table: str
    evidence_table: str
    evidence_retention_years: int


@dataclass(frozen=True, slots=True)
class ReviewSettings:
    """Function ``review``."""

    link_key_a_arn: str | None
    link_key_b_arn: str | None
    active_link_key_slot: Slot
    access_token_key_a_arn: str | None
    access_token_key_b_arn: str | None
    active_access_token_key_slot: Slot
    registrations_table: str
    accounts_table: str
    evidence_table: str
    outbox_table: str
    recipient_key_arn: str
    pseudonym_key_arn: str
    evidence_retention_years: int
    unactivated_account_days: int
    idle_account_days: int
    closing_notice_days: int

    @property
    def rotating_keys(self) -> dict[KeyUse, tuple[KeySlots, Slot]]:
        """Keys that somebody has to rotate, by their use, each with its active slot."""
        links = KeySlots(self.link_key_a_arn, self.link_key_b_arn)
        access_tokens = KeySlots(self.access_token_key_a_arn, self.access_token_key_b_arn)
        return {
            "link": (links, self.active_link_key_slot),
            "access-token": (access_tokens, self.active_access_token_key_slot),
        }

    @property
    def limits(self) -> Limits:
        """How long accounts may go unused."""
        return Limits(
            unactivated=self.unactivated_account_days * DAY_SECONDS,
            idle=self.idle_account_days * DAY_SECONDS,
            notice=self.closing_notice_days * DAY_SECONDS,
        )


@dataclass(frozen=True, slots=True)
class FeedbackSettings:
    """Function ``feedback``."""

    registrations_table: str
    accounts_table: str
    outbox_table: str
    recipient_key_arn: str


@dataclass(frozen=True, slots=True)
class OpsSettings:
    """Function ``ops``."""

    registrations_table: str
    accounts_table: str
    sessions_table: str
    evidence_table: str
    outbox_table: str
    recipient_key_arn: str
    pseudonym_key_arn: str
    company_name: str
    company_address: str


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """Function ``ingest``."""

    mirror_table: str
    feed_bucket: str


@dataclass(frozen=True, slots=True)
class WebSettings(WordingSettings):
    """Function ``web``; what the imprint says besides (DDG section 5)."""

    contact_phone: str
    company_representatives: str
    company_register: str
    professional_authority: str
    vat_id: str | None

    @property
    def page_facts(self) -> dict[str, str]:
        """Everything that pages say of the company, by name; empty where there is none."""
        own = ("contact_phone", "company_representatives", "company_register", "professional_authority", "vat_id")
        return {**self.wording_facts, **{name: getattr(self, name) or "" for name in own}}


def starts_from_snapshot(environment: Mapping[str, str]) -> bool:
    """Tell whether Lambda starts this process for a snapshot (SnapStart).

    Args:
        environment: usually ``os.environ``.
    """
    return environment.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start"


def load[S](settings: type[S], environment: Mapping[str, str]) -> S:
    """Return the settings of a function.

    Args:
        settings: one of the classes of this module; a member ``x_y`` is read from ``X_Y``.
        environment: usually ``os.environ``.

    Raises:
        SettingsError: a variable is missing, empty or no number where one is expected.
    """
    values: dict[str, Any] = {}
    for field in fields(settings):  # type: ignore[arg-type]  # every class of this module is a dataclass
        name = field.name.upper()
        text = environment.get(name, "")
        if not text and field.type == str | None:
            values[field.name] = None
            continue
        if not text:
            raise SettingsError(f"{name} is not set")
        if field.type is int and (not text.isdecimal() or int(text) < 1):
            raise SettingsError(f"{name} is not a positive whole number")
        if field.type is Slot and text not in {"A", "B"}:
            raise SettingsError(f"{name} is neither A nor B")
        values[field.name] = int(text) if field.type is int else text
    return settings(**values)
