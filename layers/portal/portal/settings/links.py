"""Keys that functions make links with."""

from dataclasses import dataclass

from portal.adapters.kms import KeySlots


@dataclass(frozen=True, slots=True, eq=False, repr=False, match_args=False)
class LinkSettings:
    """What makes and checks links."""

    issuer: str
    link_key_a_arn: str | None
    link_key_b_arn: str | None

    @property
    def link_keys(self) -> KeySlots:
        """Both slots."""
        return KeySlots(self.link_key_a_arn, self.link_key_b_arn)
