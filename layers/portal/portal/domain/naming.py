"""Which of many attempts one mail names, so that no stranger's crowd out a person's own."""

from __future__ import annotations

import hashlib
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.domain.registration import Attempt

ATTEMPTS_PER_MAIL = 3
"""Pending attempts that an opt-in mail names at most, newest first."""


def choose_attempts(attempts: Sequence[Attempt], lot: str, first: Attempt | None = None) -> list[Attempt]:
    """Return what a mail names, newest first.

    One of each range of IP addresses before a second one of any: whoever sends a hundred attempts from one place takes
    one place. Which ranges come first is drawn by lot, anew for each mail: nobody can be first each time.

    Args:
        attempts: of one address, newest first.
        lot: random text that the mail keeps over all its tries.
        first: named in any case, and not in ``attempts``.
    """
    ranges: dict[str, list[Attempt]] = {}
    for attempt in attempts:
        ranges.setdefault(attempt.ip, []).append(attempt)
    drawn = [ranges[ip] for ip in sorted(ranges, key=lambda ip: hashlib.sha256(f"{lot}\0{ip}".encode()).digest())]
    in_turn = [attempt for attempt in chain(*zip_longest(*drawn)) if attempt]
    chosen = [first, *in_turn] if first else in_turn
    return sorted(chosen[:ATTEMPTS_PER_MAIL], key=lambda attempt: attempt.requested_at, reverse=True)
