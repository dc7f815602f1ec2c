"""What functions that no browser calls say of their work."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from portal.observe import logger


@pytest.fixture
def lines() -> Iterator[list[dict[str, Any]]]:
    """Return the log lines of the test."""
    found: list[dict[str, Any]] = []

    class Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(json.loads(logger.registered_formatter.format(record)))

    handler = Lines()
    logger._logger.addHandler(handler)  # noqa: SLF001 - Powertools has no other way to a handler of one's own
    yield found
    logger._logger.removeHandler(handler)  # noqa: SLF001 - as above
