"""docs/requirements.md names tests that exist, and every row of the catalogue."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TRACE = (ROOT / "docs/requirements.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[^`]+)`", TRACE)))


def test_every_row_is_traced_once() -> None:
    assert [int(number) for number in re.findall(r"^\| (\d+) \|", TRACE, re.MULTILINE)] == list(range(1, 130))


@pytest.mark.parametrize("name", NAMED)
def test_a_named_test_exists(name: str) -> None:
    path, _, function = name.partition("::")
    source = (ROOT / path).read_text()
    assert not function or f"\ndef {function}(" in source
