"""docs/operations.md has the sections that others send their readers to, and commands that do what they say."""

import re

import pytest

from tests.support.template import ROOT, functions, template

HANDBOOK = (ROOT / "docs/operations.md").read_text()
# Tests write such names too, in patterns.
PLACES = [
    *(ROOT / name for name in ("Makefile", "README.md", "CHANGELOG.md", "template.yaml", "samconfig.toml")),
    *(path for folder in ("docs", "requirements") for path in (ROOT / folder).iterdir() if path.suffix != ".json"),
    *(path for folder in ("layers", "functions", "tools") for path in (ROOT / folder).rglob("*.py")),
    *(ROOT / "layers").rglob("*.toml"),
]
SECTIONS = {
    *re.findall(r"^#+ (.+)$", HANDBOOK, re.MULTILINE),
    *re.findall(r"^\*\*([^*(.]+?)(?: \(.+?\))?\.\*\*", HANDBOOK, re.MULTILINE),
}
NAMED = {
    (place.relative_to(ROOT).as_posix(), name)
    for place in PLACES
    for name in re.findall(r'operations\.md`?, "([^"]+)"', place.read_text())
}
ANCHORS = {
    (place.relative_to(ROOT).as_posix(), name)
    for place in PLACES
    for name in re.findall(r"operations\.md#([\w-]+)", place.read_text())
}
# The same event is sent again by clients that wait for an answer for longer than this.
WAITS_SECONDS = 60


@pytest.mark.parametrize(("place", "name"), sorted(NAMED))
def test_a_section_that_others_name_is_there(place: str, name: str) -> None:
    assert name in SECTIONS, place


@pytest.mark.parametrize(("place", "name"), sorted(ANCHORS))
def test_an_anchor_that_others_link_to_is_there(place: str, name: str) -> None:
    assert name in {re.sub(r"[^\w -]", "", section).lower().replace(" ", "-") for section in SECTIONS}, place


@pytest.mark.parametrize("name", sorted({*re.findall(r'\("([A-Z][^"]+)"\)', HANDBOOK)}))
def test_a_section_that_the_handbook_sends_to_is_there(name: str) -> None:
    assert name in SECTIONS


def test_only_what_ends_before_its_caller_gives_up_is_called_for_an_answer() -> None:
    usual = template()["Globals"]["Function"]["Timeout"]
    longest = {f"{name.capitalize()}Function": props.get("Timeout", usual) for name, props in functions().items()}
    called = {name for place in PLACES for name in re.findall(r"sam remote invoke (\w+Function)", place.read_text())}
    assert {name for name in called if longest[name] >= WAITS_SECONDS} == set()
    (table,) = re.findall(r"^\| function \| payload .+?\n\n", HANDBOOK, re.MULTILINE | re.DOTALL)
    by_hand = set(re.findall(r"^\| `(\w+Function)` \|", table, re.MULTILINE))
    assert by_hand == {name for name, seconds in longest.items() if seconds >= WAITS_SECONDS}
    for command in re.findall(r"^aws lambda invoke .+$", HANDBOOK, re.MULTILINE):
        assert "--invocation-type Event" in command


def test_what_make_test_leaves_out_is_told_of() -> None:
    makefile = (ROOT / "Makefile").read_text()
    (whole,) = re.findall(r"^test: ([\w ]+)", makefile, re.MULTILINE)
    tried = {
        name for name, recipe in re.findall(r"^(\w+): .*\n((?:\t.+\n)+)", makefile, re.MULTILINE) if "tests/" in recipe
    }
    # `deployed` is these two.
    left_out = tried - {*whole.split(), "e2e", "browser"}
    assert {
        name for name in left_out if f"`make {name}`" not in HANDBOOK and f"\nmake {name} " not in HANDBOOK
    } == set()
