"""Garbage is not looked for while a function starts, and is from its first answer on."""

import gc
import runpy
from collections.abc import Iterator

import pytest

from portal.http import garbage
from portal.http.garbage import collect_from_now_on


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    yield
    gc.unfreeze()
    gc.enable()


def test_a_function_that_starts_does_not_look_for_garbage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "login")
    runpy.run_path(str(garbage.__file__))
    assert not gc.isenabled()
    collect_from_now_on()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0


def test_elsewhere_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_LAMBDA_FUNCTION_NAME", raising=False)
    runpy.run_path(str(garbage.__file__))
    assert gc.isenabled()
    collect_from_now_on()
    assert gc.get_freeze_count() == 0
