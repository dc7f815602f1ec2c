"""What documents name: tests and files that have to exist."""

import re
from pathlib import Path

from tests.support.template import ROOT

_TEST = re.compile(r"`(tests/[^`\s]+)`")
_FILE = re.compile(r"`((?:layers|functions|tools|docs|requirements)/[^`\s*]+|template\.yaml|samconfig\.toml|Makefile)`")


def named_tests(document: Path) -> list[str]:
    """Return the tests that a document names, each once: ``tests/…/test_x.py``, mostly with ``::test_y``."""
    return sorted(set(_TEST.findall(document.read_text(encoding="utf-8"))))


def named_files(document: Path) -> list[str]:
    """Return the other files of the repository that a document names."""
    return sorted(set(_FILE.findall(document.read_text(encoding="utf-8"))))


def is_there(name: str) -> bool:
    """Tell whether a file exists, and in it the test that a name ends with."""
    path, _, function = name.partition("::")
    file = ROOT / path
    if not function:
        return file.exists()
    return file.is_file() and re.search(rf"(?m)^(?:async )?def {re.escape(function)}\(", file.read_text()) is not None
