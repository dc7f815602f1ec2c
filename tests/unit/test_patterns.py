"""No pattern of the portal takes time that grows faster than its input (ASVS 1.3.12)."""

import re
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

PORTAL = Path(__file__).parents[2] / "layers/portal/portal"
SIGNS = 100_000
HOSTILE = [
    *(sign * SIGNS + "!" for sign in ("a", "0", "A", " ", ".", "-", "/", "ä")),
    "a." * (SIGNS // 2) + "!",
    "a-" * (SIGNS // 2) + "!",
    "${part_" * (SIGNS // 7) + "!",
    'from "./' * (SIGNS // 8) + "!",
]


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Yield each pattern that a module holds, also one level inside a record."""
    for path in sorted(PORTAL.rglob("*.py")):
        if "re.compile" not in path.read_text():
            continue
        name = ".".join(("portal", *path.relative_to(PORTAL).with_suffix("").parts))
        for held, value in vars(import_module(name)).items():
            inside: list[Any] = [getattr(value, part, None) for part in getattr(value, "__slots__", None) or ()]
            yield from ((f"{name}.{held}", one) for one in (value, *inside) if isinstance(one, re.Pattern))


FOUND = list(patterns())


def test_every_pattern_is_found() -> None:
    spelled = sum(path.read_text().count("re.compile(") for path in PORTAL.rglob("*.py"))
    assert len(FOUND) == spelled


@pytest.mark.parametrize(("name", "pattern"), FOUND, ids=[name for name, _ in FOUND])
def test_a_pattern_takes_milliseconds_of_a_hundred_thousand_signs(name: str, pattern: re.Pattern[str]) -> None:
    for text in HOSTILE:
        begun = time.process_time()
        pattern.fullmatch(text)
        pattern.sub("", text)
        taken = time.process_time() - begun
        # Of one processor, so that other work on the machine does not count.
        assert taken < 0.05, (name, text[:10])
