"""Which value each template parameter gets."""

import re
import shlex
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from tools.local.errors import LocalStackError

_ASSIGNMENT = re.compile(r"(?P<name>[A-Za-z0-9]+)=(?P<value>.*)", re.DOTALL)
_MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


def parse_assignments(text: str) -> dict[str, str]:
    """Read `K=V K2="two words"` as a shell would; raise ValueError on anything else."""
    return dict(_split(word) for word in shlex.split(text))


def _split(word: str) -> tuple[str, str]:
    match = _ASSIGNMENT.fullmatch(word)
    if match is None:
        message = f"{word!r} is not of the form Name=Value"
        raise ValueError(message)
    return match["name"], match["value"]


def read_environment(samconfig: Path, name: str) -> dict[str, str]:
    """Return the parameter overrides of one environment of a samconfig.toml."""
    try:
        tables = tomllib.loads(samconfig.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    overrides = tables.get(name, {}).get("deploy", {}).get("parameters", {}).get("parameter_overrides", [])
    words = [overrides] if isinstance(overrides, str) else overrides
    return {key: value for word in words for key, value in parse_assignments(word).items()}


def architecture(machine: str) -> str:
    """Translate the machine's name to Lambda's."""
    try:
        return _MACHINES[machine.lower()]
    except KeyError:
        message = f"Lambda has no architecture for the machine type {machine!r}"
        raise LocalStackError(message) from None


def check_known(parameters: Iterable[str], declared: Iterable[str]) -> None:
    """Refuse names that the template does not have: SAM would drop them silently."""
    known = set(declared)
    unknown = sorted(set(parameters) - known)
    if unknown:
        message = f"the template has no parameter {', '.join(unknown)}; it has {', '.join(sorted(known))}"
        raise LocalStackError(message)


def merge(*layers: Mapping[str, str]) -> dict[str, str]:
    """Lay the mappings over one another, the last one on top."""
    return {name: value for layer in layers for name, value in layer.items()}
