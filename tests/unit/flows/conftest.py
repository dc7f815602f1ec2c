"""Journeys wait for nothing."""

import pytest

from portal.flows.retry import retry_conflicts


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Collect the seconds that a journey would have waited after conflicts."""
    waited: list[float] = []
    monkeypatch.setattr(retry_conflicts, "__defaults__", (waited.append,))
    return waited
