"""Settings of the function ``review``."""

from dataclasses import dataclass

from portal.adapters.kms import KeySlots, Slot
from portal.domain.key import KeyUse
from portal.domain.lifecycle import Limits
from portal.domain.spans import DAY_SECONDS


@dataclass(frozen=True, slots=True, eq=False, repr=False, match_args=False)
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
