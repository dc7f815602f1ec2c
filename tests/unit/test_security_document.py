"""docs/security.md says what template and code say, and names tests that exist."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portal.adapters.aws import CONFIGS
from portal.domain import token as purposes
from portal.domain.token import Purpose
from portal.http.routes import Route
from tests.support.contract import api_document
from tests.support.references import is_there, named_files, named_tests
from tests.support.template import ROOT, key_users, resources
from tools.openapi.routes import api_routes

DOCUMENT = ROOT / "docs/security.md"
PORTAL = ROOT / "layers/portal/portal"
WHO = {"nothing": "nobody", "access_token": "A", "any_access_token": "P", "recent_access_token": "R"}


def table(heading: str) -> list[list[str]]:
    """Return the cells of the first table under a heading, without its head."""
    section = DOCUMENT.read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def names_in(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@pytest.mark.parametrize("name", [*named_tests(DOCUMENT), *named_files(DOCUMENT)])
def test_what_the_document_names_exists(name: str) -> None:
    assert is_there(name)


def test_a_name_of_nothing_is_noticed() -> None:
    assert not is_there("tests/unit/test_security_document.py::test_that_nobody_wrote")
    assert not is_there("tests/unit/test_that_nobody_wrote.py")
    assert is_there("tests/unit/test_security_document.py::test_a_name_of_nothing_is_noticed")


def test_every_flow_has_its_threats_and_every_threat_a_test() -> None:
    rows = table("Flows")
    flows = {row[0] for row in rows}
    assert flows >= {"register", "confirm, reject", "login", "reset", "e-mail change", "session, refresh"}
    assert flows >= {
        "profile, bank details",
        "export",
        "closing, withdrawal",
        "ops",
        "mailer",
        "cleanup, review",
        "feed",
        "pages",
    }
    for heading in ("Flows", "Taken before it is opened", "Known kinds of attack"):
        assert [row for row in table(heading) if "`tests/" not in row[-1]] == []
    assert {letter for row in rows for letter in row[1].partition(":")[0].split(", ")} == set("STRIDE")


def test_every_key_is_in_the_inventory_with_its_spec_and_users() -> None:
    rows = {name: row for row in table("Keys") for name in names_in(row[0])}
    keys = resources("AWS::KMS::Key")
    assert set(rows) == set(keys)
    for name, properties in keys.items():
        row = rows[name]
        assert row[2] == properties.get("KeySpec", "SYMMETRIC_DEFAULT")
        assert row[4].startswith("yearly, by KMS") is bool(properties.get("EnableKeyRotation"))
        if name != "DataKey":
            told = {
                (f"{role.strip().capitalize()}Role", f"kms:{action}")
                for part in row[3].split(";")
                for action in names_in(part)
                for role in part.partition("`")[0].split(",")
            }
            assert told == key_users(name)


def test_every_kind_of_token_is_in_the_inventory() -> None:
    rows = {(names_in(row[1])[0], names_in(row[2])[0]) for row in table("Tokens") if row[1].startswith("`")}
    kinds = {value for value in vars(purposes).values() if isinstance(value, Purpose)}
    assert rows == {(kind.typ, kind.audience) for kind in kinds}


def who(route: Route) -> str:
    return WHO[route.needs] + ("*" if route.outdated else "") + ("!" if route.processing else "")


def members(route: Route) -> list[str]:
    body = api_document()["paths"][route.path][route.method.lower()].get("requestBody")
    if body is None:
        return []
    schema: dict[str, Any] = next(iter(body["content"].values()))["schema"]
    while "$ref" in schema:
        schema = api_document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    assert schema.get("additionalProperties") is False
    return list(schema.get("properties", {}))


def test_the_rules_of_authorization_are_those_of_the_code() -> None:
    rows = table("Rules of authorization")
    told = {row[0]: (row[1], [name for name in row[3].split(", ") if name]) for row in rows}
    assert len(told) == len(rows)
    assert told == {f"{route.method} {route.path}": (who(route), members(route)) for route in api_routes()}


def test_whoever_needs_a_token_reaches_only_their_own() -> None:
    for name, allowed, whose, _ in table("Rules of authorization"):
        assert whose.startswith("own") is (allowed != "nobody"), name


def test_timeouts_and_tries_are_those_of_the_code() -> None:
    told = {row[0]: (row[1], int(row[2])) for row in table("Dependencies")}
    configs: list[tuple[str, Any]] = [*CONFIGS.items()]
    assert told == {
        name: (f"{config.connect_timeout}, {config.read_timeout}", config.retries["total_max_attempts"])
        for name, config in configs
    }


# Modules that do something with cryptography, and what with.
CRYPTOGRAPHY = {
    "adapters/tokens.py": {"cryptography", "jwt"},
    "domain/password.py": {"argon2"},
    "domain/refresh.py": {"hashlib", "hmac", "secrets"},
    "domain/ids.py": {"secrets"},
    "domain/wording.py": {"hashlib"},
    "domain/device.py": {"hashlib", "hmac", "secrets"},
    # Hashes of addresses in keys of counters.
    "domain/throttle.py": {"hashlib"},
    "domain/mail_budget.py": {"hashlib"},
    # The lot which attempts a mail names.
    "domain/naming.py": {"hashlib"},
    # Knows lines and files of the feed again.
    "domain/feed.py": {"hashlib"},
    "events/feed_lines.py": {"hashlib"},
    # Names of assets and tags of pages.
    "pages/assets.py": {"hashlib"},
    "pages/render.py": {"hashlib"},
    # Not for secrets: the pause between two tries.
    "flows/retry.py": {"secrets"},
    # Takes no values from them: feeds them in copies of a snapshot.
    "http/snapshot.py": {"random", "ssl"},
}
NO_SECRETS = {Path("flows/retry.py")}
LIBRARIES = {"cryptography", "jwt", "argon2", "hashlib", "hmac", "secrets", "random", "uuid", "Crypto", "nacl", "ssl"}
NEVER = {"random", "uuid"}
FEEDS = "http/snapshot.py"


def parsed() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PORTAL.rglob("*.py")):
        yield str(path.relative_to(PORTAL)), ast.parse(path.read_text())


def imported(module: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(str(node.module).partition(".")[0])
    return names & LIBRARIES


def test_cryptography_is_used_where_the_inventory_says() -> None:
    used = {name: found for name, module in parsed() if (found := imported(module))}
    assert used == CRYPTOGRAPHY
    inventory = {
        Path(name).relative_to(PORTAL.relative_to(ROOT)) for name in named_files(DOCUMENT) if "/portal/" in name
    }
    assert {Path(name) for name in CRYPTOGRAPHY} - inventory == NO_SECRETS


def test_random_values_come_from_the_system_and_never_at_import() -> None:
    for name, module in parsed():
        assert name == FEEDS or not imported(module) & NEVER, name
        at_import = [node for node in module.body if not isinstance(node, ast.FunctionDef | ast.ClassDef)]
        calls = [ast.unparse(node.func) for top in at_import for node in ast.walk(top) if isinstance(node, ast.Call)]
        assert not [call for call in calls if call.startswith(("secrets.", "random_id", "os.urandom"))], name


SECRET = re.compile(r"(^|[._])(hash|\w*_hash|secret|mac|signature|nonce|digest\(\)|hexdigest\(\))$")


def test_secrets_are_compared_in_constant_time() -> None:
    for name, module in parsed():
        for node in ast.walk(module):
            if isinstance(node, ast.Compare) and any(isinstance(sign, ast.Eq | ast.NotEq) for sign in node.ops):
                sides = [ast.unparse(side) for side in (node.left, *node.comparators)]
                assert not [side for side in sides if SECRET.search(side)], f"{name}: {ast.unparse(node)}"
