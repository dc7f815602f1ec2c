"""docs/requirements.md names tests that exist, and every row of the catalogue."""

import re

import pytest

from tests.support.references import is_there, named_tests
from tests.support.template import ROOT

DOCUMENT = ROOT / "docs/requirements.md"
TRACE = DOCUMENT.read_text()


def test_every_row_is_traced_once() -> None:
    assert [int(number) for number in re.findall(r"^\| (\d+) \|", TRACE, re.MULTILINE)] == list(range(1, 130))


@pytest.mark.parametrize("name", named_tests(DOCUMENT))
def test_a_named_test_exists(name: str) -> None:
    assert is_there(name)
