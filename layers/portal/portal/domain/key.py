"""Keys that sign, and when one may follow another.

KMS rotates neither asymmetric nor HMAC keys by itself. A rotation makes a second key that everybody accepts, then lets
it sign, and gives up the first one when nothing that it signed can be valid any more (NIST SP 800-57 part 1, 5.3).
"""

from dataclasses import dataclass
from typing import Literal

from portal.domain.spans import DAY_SECONDS

KeyUse = Literal["link", "access-token"]

LONGEST_VALID_SECONDS: dict[KeyUse, int] = {"link": 30 * DAY_SECONDS, "access-token": 600}
"""How long anything may be valid that such a key signed: an opt-in link until its registration expires (P5)."""

SWITCH_SECONDS = DAY_SECONDS
"""How long after its making a key may begin to sign; later than that, it is made anew (``tools/keys``)."""

Phase = Literal["settled", "prepared", "rotated"]


@dataclass(frozen=True, slots=True)
class KeyPair:
    """The keys of one use, by their age.

    Args:
        use: what they sign.
        active_since: epoch seconds at which the key was made that signs now.
        other_since: the same of the other one; None where there is none.
    """

    use: KeyUse
    active_since: int
    other_since: int | None = None

    @property
    def phase(self) -> Phase:
        """``prepared``: the other key is accepted and has not signed yet; ``rotated``: it does not sign any more."""
        if self.other_since is None:
            return "settled"
        return "prepared" if self.other_since >= self.active_since else "rotated"

    @property
    def retirable_at(self) -> int:
        """Epoch seconds from which on nothing can be valid that the other key of a rotated pair signed."""
        return self.active_since + SWITCH_SECONDS + LONGEST_VALID_SECONDS[self.use]

    def is_fresh(self, now: int) -> bool:
        """Tell whether the other key of a prepared pair may still begin to sign."""
        return self.other_since is not None and now < self.other_since + SWITCH_SECONDS

    def to_retire(self, now: int) -> bool:
        """Tell whether the other key is needed no more."""
        return self.phase == "rotated" and self.retirable_at <= now

    def age_days(self, now: int) -> int:
        """Return the age of the key that signs, in whole days."""
        return max(0, now - self.active_since) // DAY_SECONDS
