"""Keys that functions know their callers by."""

from dataclasses import dataclass

from portal.adapters.kms import KeySlots


@dataclass(frozen=True, slots=True, eq=False, repr=False, match_args=False)
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
