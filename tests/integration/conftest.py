"""The portal against moto."""

import os
from collections.abc import Iterator

import pytest
from moto import mock_aws

from tests.support.template import functions
from tests.support.world import World

# The handler modules read their settings on import; the tests then build handlers of their own from the same routes.
for _properties in functions().values():
    for _name in [*_properties["Environment"]["Variables"], "ISSUER"]:
        os.environ.setdefault(_name, "A" if _name.endswith("_SLOT") else "1")


@pytest.fixture
def world() -> Iterator[World]:
    """A portal with empty tables."""
    with mock_aws():
        yield World()
