"""Settings of the function ``ops``."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False, repr=False, match_args=False)
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
