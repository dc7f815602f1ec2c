"""What `make audit` objects to, and that the list of what is shipped is that of the pins."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tools import audit
from tools.audit import ROOT, Exemption, objections, read_exemptions, requirement_files

TODAY = date(2026, 11, 27)
WEAK = {
    "name": "some-package",
    "version": "1.0",
    "vulns": [{"id": "PYSEC-2026-1", "aliases": ["CVE-2026-1"], "fix_versions": ["1.1"]}],
}
FINE = {"name": "other-package", "version": "2.0", "vulns": []}


def allowed(name: str = "PYSEC-2026-1", until: date = TODAY) -> Exemption:
    return Exemption(name, "some-package", "does not touch us", until)


def judged(*exemptions: Exemption, packages: Any = (WEAK, FINE)) -> list[str]:
    return list(objections({"a.txt": {"dependencies": list(packages)}}, exemptions, TODAY))


def test_a_known_weakness_is_an_objection_that_says_where_it_is_mended() -> None:
    assert judged() == ["a.txt: some-package 1.0: PYSEC-2026-1 (mended in: 1.1)"]


@pytest.mark.parametrize("name", ["PYSEC-2026-1", "CVE-2026-1"])
def test_an_exemption_holds_to_its_last_day_under_any_name_of_the_weakness(name: str) -> None:
    assert judged(allowed(name)) == []


def test_an_exemption_that_is_over_is_an_objection() -> None:
    (over,) = judged(allowed(until=date(2026, 11, 26)))
    assert "was allowed until 2026-11-26" in over


def test_an_exemption_of_another_package_or_of_nothing_any_more_is_no_help() -> None:
    other = Exemption("PYSEC-2026-1", "other-package", "x", TODAY)
    assert len(judged(other)) == 2
    over = "allowed.toml: PYSEC-2026-1 of some-package is found no more: take it out"
    assert judged(allowed(), packages=[FINE]) == [over]


def test_a_package_that_nobody_could_look_up_is_not_taken_for_safe() -> None:
    (found,) = judged(packages=[{"name": "some-package", "skip_reason": "not found"}])
    assert found == "a.txt: not audited: not found"


def test_exemptions_need_a_reason_and_a_day(tmp_path: Path) -> None:
    file = tmp_path / "allowed.toml"
    entry = '[[allowed]]\nid = "X"\npackage = "p"\nreason = "{}"\nuntil = 2026-12-31\n'
    file.write_text(entry.format("waits for 1.1"))
    assert read_exemptions(file) == [Exemption("X", "p", "waits for 1.1", date(2026, 12, 31))]
    file.write_text(entry.format(" "))
    with pytest.raises(ValueError, match="no reason: X"):
        read_exemptions(file)
    file.write_text('[[allowed]]\nid = "X"\npackage = "p"\nreason = "r"\n')
    with pytest.raises(TypeError):
        read_exemptions(file)


def test_the_exemptions_of_the_portal_can_be_read() -> None:
    assert all(one.reason for one in read_exemptions())


def test_every_file_of_requirements_is_audited() -> None:
    names = {path.name for path in requirement_files()}
    assert names >= {"requirements.txt", "dev.txt", "sam.txt", "emulator.txt", "audit.txt", "checkov.txt"}


def test_the_list_of_what_is_shipped_is_that_of_the_pins() -> None:
    pins = (ROOT / "layers/portal/requirements.txt").read_text()
    pinned = set()
    for entry in re.split(r"\n(?=[A-Za-z0-9])", pins):
        if found := re.match(r"([A-Za-z0-9._-]+)==([^ \\;]+)", entry):
            pinned.add((found[1], found[2], frozenset(re.findall(r"sha256:([0-9a-f]{64})", entry))))
    document = json.loads((ROOT / "docs/sbom.json").read_text())
    listed = {
        (
            part["name"],
            part["version"],
            frozenset(one["content"] for one in part["hashes"]),
        )
        for part in document["components"]
    }
    assert listed == pinned, "run `make sbom`"
    assert document["bomFormat"] == "CycloneDX"
    # Where somebody's pip would fetch them is no part of what is shipped.
    assert "externalReferences" not in json.dumps(document)
    # The same pins give the same file.
    assert "serialNumber" not in document
    assert "timestamp" not in document["metadata"]


def test_an_index_without_weaknesses_is_told_from_packages_without_any(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def knows_nothing(file: Path, pins: str = "--require-hashes") -> dict[str, Any]:
        asked.append(f"{file.read_text().strip()} {pins}")
        return {"dependencies": [{"name": "requests", "version": "2.19.0", "vulns": []}]}

    monkeypatch.setattr(audit, "audited", knows_nothing)
    assert audit.main() == 1
    assert asked == ["requests==2.19.0 --no-deps"]
