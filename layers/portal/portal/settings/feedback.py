"""Settings of the function ``feedback``."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False, repr=False, match_args=False)
class FeedbackSettings:
    """Function ``feedback``."""

    registrations_table: str
    accounts_table: str
    outbox_table: str
    recipient_key_arn: str
