"""Style sheet, scripts and icon, each under a name that holds a hash of its content.

A name is never used for other content, so browsers may keep an asset for good. Modules import one another by plain
names (``./api.js``); here these become the hashed ones, and so the hash of a module covers what it imports.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml; charset=utf-8",
}
_HASH_LENGTH = 12
_ADDRESS = re.compile(r"([a-z][a-z-]{0,30})-([0-9a-f]{12})\.(css|js|svg)")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_INDENTATION = re.compile(r"\n\s+")
_IMPORT = re.compile(r'(?<=from "\./)([a-z-]+\.js)(?=";)')


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is served.

    Args:
        address: its name with the hash.
        body: text.
        content_type: of the body.
        imports: addresses of all modules that it needs, directly or not.
    """

    address: str
    body: str
    content_type: str
    imports: tuple[str, ...] = ()


@cache
def asset(name: str) -> Asset:
    """Return a file of ``static/`` by its plain name, such as ``portal.css``."""
    stem, _, suffix = name.rpartition(".")
    text = files("portal.pages").joinpath("static", name).read_text(encoding="utf-8")
    imported = [asset(found) for found in dict.fromkeys(_IMPORT.findall(text))] if suffix == "js" else []
    body = _sent(text) if suffix == "css" else _IMPORT.sub(lambda match: asset(match[1]).address, text)
    digest = hashlib.sha256(body.encode()).hexdigest()[:_HASH_LENGTH]
    needed = dict.fromkeys(address for module in imported for address in (module.address, *module.imports))
    return Asset(f"{stem}-{digest}.{suffix}", body, TYPES[suffix], tuple(needed))


def _sent(style: str) -> str:
    """Leave out what is only for those who write a style sheet: a fifth of it."""
    return _INDENTATION.sub("\n", _COMMENT.sub("", style)).lstrip()


def find(address: str) -> Asset | None:
    """Return the asset of an address; None where there is none, also under the hash of another content."""
    match = _ADDRESS.fullmatch(address)
    if match is None or f"{match[1]}.{match[3]}" not in names():
        return None
    found = asset(f"{match[1]}.{match[3]}")
    return found if found.address == address else None


@cache
def names() -> frozenset[str]:
    """Return the plain names of all assets."""
    return frozenset(file.name for file in files("portal.pages").joinpath("static").iterdir())
