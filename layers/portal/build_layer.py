"""Builds the layer for ``sam build``: the portal and its libraries, without what nothing uses, with bytecode.

Runs in plain Python 3.13 with pip, before anything is installed. Nothing but ``python/`` below the target is shipped.
"""

from __future__ import annotations

import argparse
import compileall
import gzip
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
PLATFORMS = {
    "arm64": ("manylinux_2_28_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64"),
    "x86_64": ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"),
    "native": (),
}
"""Which wheels fit an architecture of Lambda (Amazon Linux 2023 has glibc 2.34), the newest first."""

OPERATIONS: dict[str, frozenset[str]] = {
    "dynamodb": frozenset(
        {
            "BatchGetItem",
            "DeleteItem",
            "DescribeEndpoints",  # botocore's own, where a region asks for it
            "GetItem",
            "PutItem",
            "Query",
            "Scan",
            "TransactWriteItems",
            "UpdateItem",
        }
    ),
    "kms": frozenset({"Decrypt", "DescribeKey", "Encrypt", "GenerateMac", "GetPublicKey", "Sign", "VerifyMac"}),
    "s3": frozenset(),
    "sesv2": frozenset({"DeleteSuppressedDestination", "ListSuppressedDestinations", "SendEmail"}),
}
"""What is called, by service; of one without names all stays. Tests hold it together with ``adapters``."""

VALUES = frozenset({"BOOL", "L", "M", "N", "S"})
"""What tables hold (``adapters.dynamodb.items``): botocore looks for each kind of value in each value that it reads."""

ENDPOINT_PREFIXES = frozenset({"dynamodb", "email", "kms", "s3"})
"""What ``endpoints.json`` calls them; a test asks for the address of every region."""

# Parts of libraries that nothing here reads, as patterns below ``python/``.
UNUSED = (
    "bin",
    "**/*.pyi",
    "**/py.typed",
    "**/tests",
    "*.dist-info/RECORD",
    "*.dist-info/INSTALLER",
    "*.dist-info/REQUESTED",
    "boto3/data",  # resources; only clients are used
    "boto3/examples",
    "botocore/data/*/**/examples-*.json*",
    "botocore/data/*/**/paginators-*.json*",
    "botocore/data/*/**/waiters-*.json*",
    "dns",  # e-mail addresses are checked without asking their servers
    "phonenumbers/carrierdata",
    "phonenumbers/geodata",
    "phonenumbers/tzdata",
    "phonenumbers/carrier.py",
    "phonenumbers/geocoder.py",
    "phonenumbers/timezone.py",
    "pycountry/locales",
    "pycparser",  # compiles declarations of C; the extensions bring theirs compiled
)
# https://www.amazontrust.com/repository/: AWS asks to trust these five, and names no other for the partition `aws`.
AMAZON_ROOTS = (
    "Amazon Root CA 1",
    "Amazon Root CA 2",
    "Amazon Root CA 3",
    "Amazon Root CA 4",
    "Starfield Services Root Certificate Authority - G2",
)
ROOTS_FILE = "amazon-roots.pem"
_CERTIFICATE = re.compile(
    r'^# Label: "(.+)"\n(?:#.*\n)*(-----BEGIN CERTIFICATE-----\n[^-]+-----END CERTIFICATE-----\n)', re.MULTILINE
)
WORDS = "spellchecker/resources"
WORDS_KEPT = "de.json.gz"


def install(target: Path, architecture: str) -> None:
    """Install the pinned libraries.

    Args:
        target: what becomes ``python/`` of the layer.
        architecture: one of ``PLATFORMS``.

    Raises:
        subprocess.CalledProcessError: pip could not.
    """
    command = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-compile"]
    command += ["--require-hashes", "--no-deps", "--only-binary=:all:", "--target", str(target)]
    if platforms := PLATFORMS[architecture]:
        command += ["--python-version", "3.13", "--implementation", "cp"]
        command += [word for platform in platforms for word in ("--platform", platform)]
    subprocess.run([*command, "--requirement", str(HERE / "requirements.txt")], check=True)  # noqa: S603 - built here


def unused(target: Path) -> Iterator[Path]:
    """Yield files and folders of installed libraries that nothing here reads."""
    for pattern in UNUSED:
        yield from target.glob(pattern)
    # Beside the folders of services lie partitions, endpoints and defaults, which stay (``trim_models``).
    yield from (path for path in (target / "botocore/data").iterdir() if path.is_dir() and path.name not in OPERATIONS)
    yield from (path for path in (target / WORDS).iterdir() if path.name != WORDS_KEPT)


def trim_models(data: Path) -> None:
    """Take other services' addresses, what is never called and all documentation out of botocore's data.

    Every client reads all that at its start. Partitions, regions and their domains stay whole: without its partition a
    region silently gets a wrong domain.

    Args:
        data: ``botocore/data`` of the layer.
    """
    endpoints = data / "endpoints.json"
    document = json.loads(endpoints.read_bytes())
    for partition in document["partitions"]:
        partition["services"] = {
            name: service for name, service in partition["services"].items() if name in ENDPOINT_PREFIXES
        }
    endpoints.write_text(_compact(document))
    for model in sorted(data.glob("*/*/service-2.json.gz")):
        with gzip.open(model) as file:
            content = with_operations(json.load(file), OPERATIONS[model.parent.parent.name])
        model.unlink()
        model.with_suffix("").write_text(_compact(content))


def with_operations(model: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    """Return a model of a service with these operations and the shapes that they need, or with all without names.

    Raises:
        SystemExit: the service has no such operation.
    """
    without: dict[str, Any] = without_documentation(model)
    if not names:
        return without
    if unknown := names - without["operations"].keys():
        raise SystemExit(f"Error: no such operations: {sorted(unknown)}")
    operations = {name: without["operations"][name] for name in sorted(names)}
    shapes: dict[str, Any] = {}
    waiting = list(shapes_in(operations))
    while waiting:
        name = waiting.pop()
        if name not in shapes:
            shape = shapes[name] = dict(without["shapes"][name])
            if name == "AttributeValue":
                shape["members"] = {kind: value for kind, value in shape["members"].items() if kind in VALUES}
            waiting += shapes_in(shape)
    return {**without, "operations": operations, "shapes": shapes}


def shapes_in(part: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    """Yield the names of the shapes that a part of a model refers to."""
    if isinstance(part, dict):
        if isinstance(part.get("shape"), str):
            yield part["shape"]
        part = list(part.values())
    elif not isinstance(part, list):
        return
    for value in part:
        yield from shapes_in(value)


def without_documentation(model: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a model of a service with empty texts: botocore asks for some of them by name, so each key stays.

    Members of shapes that happen to be called so are no texts, and stay as they are.
    """
    if isinstance(model, dict):
        return {
            key: "" if key == "documentation" and isinstance(value, str) else without_documentation(value)
            for key, value in model.items()
        }
    return [without_documentation(value) for value in model] if isinstance(model, list) else model


def _compact(document: Any) -> str:  # noqa: ANN401 - JSON
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def amazon_roots(certificates: str) -> str:
    """Return the roots that services of AWS prove themselves by, out of all that browsers trust.

    Reading five instead of 126 saves each client half of what it needs before its first connection.

    Args:
        certificates: in PEM, each below a comment that labels it, as botocore ships them.

    Raises:
        SystemExit: one of them is missing.
    """
    found = dict(_CERTIFICATE.findall(certificates))
    if missing := [name for name in AMAZON_ROOTS if name not in found]:
        raise SystemExit(f"Error: botocore lacks certificates of Amazon: {missing}")
    return "".join(found[name] for name in AMAZON_ROOTS)


def build(target: Path, architecture: str) -> None:
    """Make ``python/`` of the layer.

    Bytecode is unchecked (PEP 552): archives change times of files, and Lambda has no place to write it.

    Args:
        target: not there yet, or empty.
        architecture: one of ``PLATFORMS``.
    """
    # pip leaves alone what is there, and says so to nobody.
    if target.exists() and any(target.iterdir()):
        raise SystemExit(f"{target} is not empty")
    install(target, architecture)
    for path in sorted(unused(target)):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)  # its folder may be gone
    trim_models(target / "botocore/data")
    (target / ROOTS_FILE).write_text(amazon_roots((target / "botocore/cacert.pem").read_text()))
    shutil.copytree(HERE / "portal", target / "portal", ignore=shutil.ignore_patterns("__pycache__", ".*"))
    if not compileall.compile_dir(
        target,
        stripdir=str(target.parent),
        prependdir="/opt",
        quiet=1,
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
        workers=0,
    ):
        raise SystemExit("Error: a file of the layer is no Python 3.13")


def main() -> None:
    """Build what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path, help="where SAM takes the layer from")
    parser.add_argument("--architecture", choices=list(PLATFORMS), required=True)
    given = parser.parse_args()
    if sys.version_info[:2] != (3, 13):
        raise SystemExit("Error: bytecode of Lambda's python3.13 is made by Python 3.13 alone")
    build(given.target / "python", given.architecture)


if __name__ == "__main__":
    main()
