"""Unit tests open no socket, and Hypothesis finds the same examples in each run."""

from collections.abc import Iterator

import pytest
from hypothesis import settings
from pytest_socket import disable_socket, enable_socket

settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def _no_socket() -> Iterator[None]:
    disable_socket()
    yield
    enable_socket()
