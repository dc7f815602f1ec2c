"""Parts of libraries that are loaded when somebody uses them."""

import subprocess
import sys

import pytest

from portal.on_use import NAMES
from tests.support.template import ROOT

# Whoever of these is imported, imports all of them.
IMPORTERS = "portal.adapters.aws", "portal.adapters.tokens"


def told(*lines: str) -> str:
    """Return what a process says that knows nothing yet."""
    code = "\n".join(
        (f"import {', '.join(IMPORTERS)}, sys", "kind = lambda name: type(sys.modules[name]).__name__", *lines)
    )
    environment = {"PYTHONPATH": str(ROOT / "layers/portal"), "POWERTOOLS_SERVICE_NAME": "test"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_importing_the_portal_loads_none_of_them() -> None:
    assert told(f"print({{kind(name) for name in {sorted(NAMES)!r}}})") == "{'_LazyModule'}"


@pytest.mark.parametrize(
    ("use", "name"),
    [
        ("from cryptography.x509 import load_pem_x509_certificate as used", "cryptography.x509"),
        ("from cryptography.x509.oid import NameOID as used", "cryptography.x509"),
        ("import configparser; used = configparser.ConfigParser", "configparser"),
        ("import zipfile; used = zipfile.ZipFile", "zipfile"),
        ("import ast; used = ast.parse('1 + 1')", "ast"),
        ("from email.header import Header as used", "email.header"),
    ],
)
def test_whoever_uses_one_gets_it(use: str, name: str) -> None:
    assert told(use, f"print(bool(used), kind({name!r}))") == "True module"


def test_one_that_is_not_there_is_missing_as_ever() -> None:
    code = "from portal.on_use import OnUse; print(OnUse.find_spec('cryptography.x509', ['/nowhere']))"
    assert told(code) == "None"
