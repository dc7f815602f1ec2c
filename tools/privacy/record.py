"""docs/privacy.toml as the tables of docs/privacy.md."""

import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[2] / "docs"
RECORD = DOCS / "privacy.md"
_SECTION = re.compile(r"(<!-- begin (\w+): `make privacy` writes this -->\n).*?(<!-- end \2 -->)", re.DOTALL)


@cache
def facts() -> dict[str, Any]:
    """Return the facts."""
    return tomllib.loads((DOCS / "privacy.toml").read_text(encoding="utf-8"))


def written(text: str) -> str:
    """Return the record with its tables written anew; what stands around them stays."""
    return _SECTION.sub(lambda found: f"{found[1]}{_TABLES[found[2]]()}\n{found[3]}", text)


def names_of(store: dict[str, Any]) -> list[str]:
    """Return what a store is called: resources of the template, or a name where it lies outside of it."""
    return store.get("resources") or [store.get("resource") or store["name"]]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _controller() -> str:
    controller, processor = facts()["controller"], facts()["processor"]
    return _table(
        ("what", "fact"),
        [
            (
                "controller",
                f"{controller['company']}, {controller['address']} (parameters `CompanyName`, `CompanyAddress`)",
            ),
            ("contact", f"{controller['contact']} (parameter `ContactEmail`)"),
            ("data protection contact", f"{controller['data_protection']} (parameter `DataProtectionEmail`)"),
            ("supervisory authority", f"{controller['authority']} (parameter `SupervisoryAuthority`)"),
            ("processor", f"{processor['name']}, {processor['address']}"),
            ("contract (Art. 28), transfers (Art. 44)", processor["contract"]),
            ("region", f"{controller['region']} ({controller['region_name']}; parameter `RegionName`)"),
        ],
    )


def _services() -> str:
    return _table(("service of AWS", "what it does for us"), [(one["name"], one["does"]) for one in facts()["service"]])


def _stores() -> str:
    head = ("store", "holds", "whose", "why", "how long", "deleted by")
    members = ("holds", "whose", "why", "how_long", "deleted_by")
    return _table(
        head,
        [
            (store["name"] if "name" in store else _code(names_of(store)), *(store[member] for member in members))
            for store in facts()["store"]
        ],
    )


def _fields() -> str:
    parts = []
    for record in facts()["record"]:
        attributes = {**record["attributes"], **record.get("updated", {})}
        rows = [(f"`{name}`", purpose) for name, purpose in attributes.items()]
        parts.append(f"**{record['name']}**: kept {record['retention']}.\n\n{_table(('attribute', 'purpose'), rows)}")
    return "\n\n".join(parts)


def _promises() -> str:
    return _table(
        ("promise", "number", "held by"),
        [(one["of"], f"{one['value'] // one['per']}", f"`{one['source']}`") for one in facts()["promise"]],
    )


_TABLES: dict[str, Callable[[], str]] = {
    "controller": _controller,
    "services": _services,
    "stores": _stores,
    "fields": _fields,
    "promises": _promises,
}
