"""Ground rules of the house: which room may use which, and where writes are spelled."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PORTAL = Path(__file__).parents[2] / "layers/portal/portal"

# room -> rooms that it may import; ``portal`` itself (version), ``settings`` and ``observe`` stand beside the rooms.
ALLOWED = {
    "domain": {"domain"},
    "flows": {"domain", "flows"},
    "adapters": {"domain", "adapters", "observe"},
    "mails": {"domain", "mails"},
    "pages": {"domain", "pages"},
    "proofs": {"domain"},
    "settings": {"domain", "adapters", "settings"},
    "observe": set(),
    "http": {"domain", "flows", "adapters", "pages", "http", "settings", "observe", "on_use", ""},
    # Of http only how documents are checked.
    "events": {"domain", "flows", "adapters", "mails", "proofs", "http", "events", "settings", "observe"},
    "on_use": set(),
    "__init__": {"on_use"},
}
ONLY_IN_ADAPTERS = {"boto3", "botocore"}
HEAVY = {"pydantic", "schwifty", "phonenumbers", "email_validator", "jinja2", "zxcvbn", "argon2"}
WRITES = {"put_item", "update_item", "delete_item", "transact_write_items", "batch_write_item"}


def modules() -> list[Path]:
    return sorted(PORTAL.rglob("*.py"))


def room_of(path: Path) -> str:
    first = path.relative_to(PORTAL).parts[0]
    return first.removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield str(node.module)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PORTAL)))
def test_imports_run_one_way(path: Path) -> None:
    room = room_of(path)
    used = {
        name.removeprefix("portal").removeprefix(".").partition(".")[0]
        for name in imports(path)
        if name.split(".")[0] == "portal"
    }
    assert used <= ALLOWED[room], f"{room} imports {used - ALLOWED[room]}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PORTAL)))
def test_only_adapters_know_boto3(path: Path) -> None:
    if room_of(path) != "adapters":
        assert not {name.split(".")[0] for name in imports(path)} & ONLY_IN_ADAPTERS


@pytest.mark.parametrize("room", ["domain", "flows", "adapters"])
def test_heavy_libraries_are_imported_where_they_are_used(room: str) -> None:
    """A domain module that imports one on top would burden every route that only needs its data."""
    for path in sorted((PORTAL / room).rglob("*.py")):
        top = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.Import | ast.ImportFrom)]
        names = {str(getattr(node, "module", None) or node.names[0].name).split(".")[0] for node in top}
        assert not names & HEAVY, path


def test_the_environment_is_read_by_handler_modules_and_by_what_must_come_before_them_alone() -> None:
    for path in set(modules()) - {PORTAL / "http/garbage.py"}:
        assert "os.environ" not in path.read_text().replace("usually ``os.environ``", ""), path


def dict_keys(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            yield from (key.value for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str))


def test_every_put_and_update_gets_its_existence_condition_from_one_module() -> None:
    """Nothing but ``put_new``, ``update_existing`` and their neighbours spells expressions of puts and updates."""
    spelled = {"UpdateExpression", "Item"}
    for path in sorted((PORTAL / "adapters").rglob("*.py")):
        if path.name != "items.py":
            assert not spelled & set(dict_keys(ast.parse(path.read_text()))), path


def write_calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and any(
            isinstance(argument, ast.Constant) and argument.value in WRITES for argument in node.args
        ):
            yield node


def test_single_writes_spread_the_parameters_of_that_module() -> None:
    found = [call for path in (PORTAL / "adapters").rglob("*.py") for call in write_calls(path)]
    assert found
    for call in found:
        keywords = {keyword.arg for keyword in call.keywords}
        assert None in keywords or keywords == {"TransactItems"}
        assert not keywords & {"Item", "UpdateExpression", "ConditionExpression"}


def test_entries_of_transactions_come_from_that_module() -> None:
    # An order of a mail is a ``put_new`` that is noted.
    makers = {
        "Put": {"put_new", "put_order", "replace_existing", "telling_found"},
        "Update": {"update_existing", "add_to_existing", "telling_found"},
    }
    for path in sorted((PORTAL / "adapters").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            for key, value in zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ():
                if isinstance(key, ast.Constant) and key.value in {"Put", "Update"}:
                    assert isinstance(value, ast.Call), path
                    assert isinstance(value.func, ast.Name), path
                    assert value.func.id in makers[key.value], path


def test_expressions_are_never_built_from_values() -> None:
    """DynamoDB expressions hold placeholders only (ASVS 1.2.4)."""
    for path in sorted((PORTAL / "adapters/dynamodb").rglob("*.py")):
        if path.name == "items.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                literal = "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
                assert not {"SET ", "attribute_", " = :"} & {
                    word for word in ("SET ", "attribute_", " = :") if word in literal
                }


def test_no_route_imports_more_than_one_endpoint_module() -> None:
    for path in (PORTAL / "http/endpoints").glob("*.py"):
        assert not [name for name in imports(path) if name.startswith("portal.http.endpoints.")], path
