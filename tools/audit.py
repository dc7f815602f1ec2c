"""Judges what pip-audit found: every weakness is mended, or allowed for a reason until a day."""

import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
ALLOWED = ROOT / "requirements/allowed.toml"
_MOST_SECONDS = 600
_KNOWN_TO_BE_WEAK = "requests==2.19.0"
"""PYSEC-2018-28, since 2018: who does not know that one knows none."""


@dataclass(frozen=True, slots=True)
class Exemption:
    """A known weakness that may stay for a while.

    Args:
        id: of the weakness (PYSEC-…, GHSA-…, CVE-…).
        package: that has it.
        reason: why it does no harm here, or what is waited for.
        until: last day on which it is allowed.
    """

    id: str
    package: str
    reason: str
    until: date


def requirement_files() -> list[Path]:
    """Return all files of pinned requirements: what is shipped first, then what only builds and tests."""
    return [ROOT / "layers/portal/requirements.txt", *sorted((ROOT / "requirements").glob("*.txt"))]


def read_exemptions(path: Path = ALLOWED) -> list[Exemption]:
    """Return the exemptions of a file.

    Raises:
        ValueError: one has no reason.
    """
    found = [Exemption(**entry) for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("allowed", [])]
    if silent := [one.id for one in found if not one.reason.strip()]:
        raise ValueError(f"no reason: {', '.join(silent)}")
    return found


def objections(reports: Mapping[str, Any], exemptions: Iterable[Exemption], today: date) -> Iterator[str]:
    """Yield what stands against a build, one line each.

    Args:
        reports: what pip-audit wrote as JSON, by file.
        exemptions: what is allowed; one that is over, or that allows nothing any more, is an objection itself.
        today: the day on which exemptions must hold.
    """
    open_ones = {(one.package, one.id): one for one in exemptions}
    used: set[tuple[str, str]] = set()
    for file, report in reports.items():
        for package in report["dependencies"]:
            if why := package.get("skip_reason"):
                # Nothing known about a package is not the same as nothing wrong with it.
                yield f"{file}: not audited: {why}"
            for weakness in package.get("vulns", ()):
                names = {(package["name"], name) for name in (weakness["id"], *weakness.get("aliases", ()))}
                used |= (allowed := names & open_ones.keys())
                if not allowed:
                    fixed = ", ".join(weakness.get("fix_versions", ())) or "none yet"
                    yield f"{file}: {package['name']} {package['version']}: {weakness['id']} (mended in: {fixed})"
    for key, one in open_ones.items():
        if one.until < today:
            yield f"{ALLOWED.name}: {one.id} of {one.package} was allowed until {one.until}"
        elif key not in used:
            yield f"{ALLOWED.name}: {one.id} of {one.package} is found no more: take it out"


def audited(file: Path, pins: str = "--require-hashes") -> dict[str, Any]:
    """Return what pip-audit says of a file; nothing is installed, the pins of the file are what is asked about."""
    command = ["pip-audit", "--disable-pip", pins, "--progress-spinner", "off", "--format", "json"]
    done = subprocess.run(  # a finding is an exit code as well: judged here
        [str(Path(sys.executable).with_name(command[0])), *command[1:], "--requirement", str(file)],
        capture_output=True,
        text=True,
        timeout=_MOST_SECONDS,
        check=False,
    )
    if not done.stdout.startswith("{"):
        raise SystemExit(f"pip-audit failed for {file.name}: {done.stderr.strip()[-500:]}")
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def weaknesses_are_known() -> bool:
    """Tell whether the index that pip-audit asks knows a package to be weak that is; mirrors often know nothing."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "weak.txt"
        file.write_text(f"{_KNOWN_TO_BE_WEAK}\n", encoding="utf-8")
        return any(package.get("vulns") for package in audited(file, "--no-deps")["dependencies"])


def main() -> int:
    """Audit all files; return the exit code."""
    if not weaknesses_are_known():
        print(f"Error: the package index knows no weakness of {_KNOWN_TO_BE_WEAK}, so it knows of none: not audited")
        return 1
    reports = {str(file.relative_to(ROOT)): audited(file) for file in requirement_files()}
    found = list(objections(reports, read_exemptions(), datetime.now(UTC).date()))
    print(*found, sep="\n")
    packages = sum(len(report["dependencies"]) for report in reports.values())
    print(f"{packages} pinned packages in {len(reports)} files: {len(found)} objections")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
