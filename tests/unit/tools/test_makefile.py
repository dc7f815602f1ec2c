"""The recipes of the Makefile are programs for a shell: one that seldom runs is read all the same."""

import os
import re
import subprocess

import pytest

from tests.support.template import ROOT

MAKEFILE = (ROOT / "Makefile").read_text()
(PHONY,) = re.findall(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)


def recipe(target: str) -> str:
    """Return what ``make`` would run, without running it."""
    # Under `make unit` that one's flags would be taken for ours.
    env = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MFLAGS", "MAKELEVEL"}}
    command = ["make", "--dry-run", "--silent", "--no-print-directory", target]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("target", PHONY.split())
def test_a_shell_can_read_every_recipe(target: str) -> None:
    read = subprocess.run(["sh", "-n"], input=recipe(target), capture_output=True, text=True, check=False)
    assert (read.returncode, read.stderr) == (0, "")


def test_every_file_of_requirements_is_resolved_anew() -> None:
    (loop,) = re.findall(r"for name in ([\w ]+); do", recipe("lock"))
    assert set(loop.split()) == {path.stem for path in (ROOT / "requirements").glob("*.in")} - {"layer"}


def test_the_makefile_and_the_handbook_say_the_same_of_how_long_the_whole_sweep_takes() -> None:
    (line,) = (line for line in MAKEFILE.splitlines() if line.startswith("faults:"))
    (said,) = re.findall(r"\((some .+? minutes)", line)
    handbook = (ROOT / "docs/operations.md").read_text().partition("## The fault sweep")[2]
    assert f"{said} on a quiet machine" in handbook
