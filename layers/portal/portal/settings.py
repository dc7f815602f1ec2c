"""Settings of each function: read once at cold start, no defaults for names or secrets.

A missing or malformed variable stops the function before it serves a request.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from portal.adapters.kms import KeySlots, Slot
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


@dataclass(frozen=True, slots=True)
class RegisterSettings(SiteSettings):
    """Function ``register``."""

    registrations_table: str
    outbox_table: str
    recipient_key_arn: str
    unconfirmed_lifetime_seconds: int


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """What makes and checks links."""

    issuer: str
    link_key_a_arn: str
    link_key_b_arn: str

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
    access_token_key_a_arn: str
    access_token_key_b_arn: str

    @property
    def access_token_keys(self) -> KeySlots:
        """Both slots."""
        return KeySlots(self.access_token_key_a_arn, self.access_token_key_b_arn)


@dataclass(frozen=True, slots=True)
class ProfileSettings(CallerSettings):
    """Function ``profile``."""

    registrations_table: str
    evidence_table: str
    outbox_table: str
    recipient_key_arn: str
    pseudonym_key_arn: str
    evidence_retention_years: int


@dataclass(frozen=True, slots=True)
class LoginSettings(CallerSettings, SiteSettings):
    """Function ``login``."""

    outbox_table: str
    link_key_a_arn: str
    link_key_b_arn: str
    recipient_key_arn: str
    active_access_token_key_slot: Slot
    access_token_lifetime_seconds: int
    session_idle_seconds: int
    session_absolute_seconds: int

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
    def limits(self) -> Limits:
        """How long accounts may go unused."""
        return Limits(
            unactivated=self.unactivated_account_days * DAY_SECONDS,
            idle=self.idle_account_days * DAY_SECONDS,
            notice=self.closing_notice_days * DAY_SECONDS,
        )


@dataclass(frozen=True, slots=True)
class OpsSettings:
    """Function ``ops``."""

    registrations_table: str
    accounts_table: str
    sessions_table: str
    evidence_table: str
    pseudonym_key_arn: str
    company_name: str


@dataclass(frozen=True, slots=True)
class WebSettings(SiteSettings):
    """Function ``web``."""


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
        if not text:
            raise SettingsError(f"{name} is not set")
        if field.type is int and (not text.isdecimal() or int(text) < 1):
            raise SettingsError(f"{name} is not a positive whole number")
        if field.type is Slot and text not in {"A", "B"}:
            raise SettingsError(f"{name} is neither A nor B")
        values[field.name] = int(text) if field.type is int else text
    return settings(**values)
