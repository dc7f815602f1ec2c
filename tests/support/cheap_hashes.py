"""Password hashes that cost nothing, for tests that are about something else."""

import pytest
from argon2 import PasswordHasher

from portal.domain import password

DECOY = f"$argon2id$v=19$m=8,t=1,p=1${'A' * 22}${'A' * 43}"


def make_hashes_cheap(patch: pytest.MonkeyPatch, kind: type[PasswordHasher] = PasswordHasher) -> None:
    """Let passwords be hashed with the smallest parameters.

    Args:
        patch: takes it back.
        kind: of the hasher, where a test counts its runs.
    """
    cheap = kind(time_cost=1, memory_cost=8, parallelism=1)
    patch.setattr(password, "_hasher", lambda: cheap)
    patch.setattr(password, "_decoy", lambda: DECOY)
