"""Calling functions of the local stack."""

from pathlib import Path

import pytest

from tools.local.errors import LocalStackError
from tools.local.invoke import remote_invoke


def test_without_a_stack_the_reader_is_told_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(LocalStackError, match="make run"):
        remote_invoke(tmp_path, "OpsFunction", "{}")
