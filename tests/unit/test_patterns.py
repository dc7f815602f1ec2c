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


def patterns() -> Iterator[tuple[str, re.Pattern[str], bool]]:
    """Yield each pattern that a module holds, also one level inside a record, and whether it is looked for anywhere.

    Most are compared with a whole text; looking for the same pattern anywhere would be another question.
    """
    for path in sorted(PORTAL.rglob("*.py")):
        source = path.read_text()
        if "re.compile" not in source:
            continue
        name = ".".join(("portal", *path.relative_to(PORTAL).with_suffix("").parts))
        for held, value in vars(import_module(name)).items():
            inside: list[Any] = (
                list(value) if isinstance(value, tuple) else list(getattr(value, "__dict__", {}).values())
            )
            inside += [getattr(value, part, None) for part in getattr(value, "__slots__", None) or ()]
            anywhere = re.search(rf"\b{held}\.(sub|search|findall|split|match)\(", source) is not None
            found = [one for one in (value, *inside) if isinstance(one, re.Pattern)]
            yield from ((f"{name}.{held}", one, anywhere) for one in found)


FOUND = list(patterns())


def test_every_pattern_is_found() -> None:
    spelled = sum(path.read_text().count("re.compile(") for path in PORTAL.rglob("*.py"))
    # Those of libraries that a module has by hand are tried as well.
    assert len({pattern.pattern for _, pattern, _ in FOUND}) >= spelled


@pytest.mark.parametrize(("name", "pattern", "anywhere"), FOUND, ids=[name for name, *_ in FOUND])
def test_a_pattern_takes_milliseconds_of_a_hundred_thousand_signs(
    name: str, pattern: re.Pattern[str], *, anywhere: bool
) -> None:
    for text in HOSTILE:
        begun = time.process_time()
        pattern.fullmatch(text)
        if anywhere:
            pattern.sub("", text)
        taken = time.process_time() - begun
        # Of one processor, so that other work on the machine does not count.
        assert taken < 0.05, (name, text[:10])
