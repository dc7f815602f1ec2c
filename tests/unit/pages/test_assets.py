"""Style sheet, scripts and icon."""

import re

import pytest

from portal.pages.assets import asset, find, names
from portal.pages.catalog import PAGES

SCRIPTS = sorted(name for name in names() if name.endswith(".js"))
MARKUP_OR_STORAGE = (
    *("innerHTML", "outerHTML", "insertAdjacent", "document.write", "setHTML", "srcdoc", "DOMParser", "eval("),
    *("new Function", "createContextualFragment", "cookie", "localStorage", "sessionStorage", "indexedDB", "console."),
)


@pytest.mark.parametrize("name", sorted(names()))
def test_an_asset_is_found_by_its_own_hash_only(name: str) -> None:
    found = asset(name)
    assert find(found.address) == found
    assert find(name) is None
    assert find(re.sub(r"-[0-9a-f]{12}\.", "-000000000000.", found.address)) is None


@pytest.mark.parametrize("name", SCRIPTS)
def test_modules_import_one_another_by_hashed_names(name: str) -> None:
    found = asset(name)
    imported = re.findall(r'from "\./([^"]+)"', found.body)
    assert set(imported) <= set(found.imports)
    assert all(find(address) for address in found.imports)
    assert "import(" not in found.body


def test_every_script_belongs_to_a_page() -> None:
    used = {asset(f"{spec.script}.js") for spec in PAGES.values() if spec.script}
    addresses = {address for module in used for address in (module.address, *module.imports)}
    assert addresses == {asset(name).address for name in SCRIPTS}


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_write_no_markup_store_nothing_and_call_nobody_else(name: str) -> None:
    code = re.sub(r"^\s*//.*$", "", asset(name).body, flags=re.MULTILINE)
    assert [word for word in MARKUP_OR_STORAGE if word in code] == []
    assert "://" not in code
    assert name == "api.js" or "fetch(" not in code


@pytest.mark.parametrize("name", ["../__init__.py", "portal.css", "portal-0.css", "PORTAL-000000000000.css", ""])
def test_nothing_else_is_an_asset(name: str) -> None:
    assert find(name) is None


@pytest.mark.parametrize("name", ["portal.css", "cases.css"])
def test_a_style_sheet_loads_nothing_and_is_sent_without_comments(name: str) -> None:
    style = asset(name).body
    assert "/*" not in style
    assert "\n " not in style
    assert "\n\n" not in style
    assert "\n}\n" in style
    assert "url(" not in style
    assert "@import" not in style
