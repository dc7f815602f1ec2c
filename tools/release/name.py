"""The name of a release.

A version of a function keeps code, layer, settings and memory as they were. By itself SAM makes a new one for new code,
a new layer or another template, and not for another value of a parameter. With the name of a release
(``AutoPublishCodeSha256``) it makes one exactly when that changes: so the name is a hash of it all.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

LENGTH = 10


def release_of(build: Path, parameters: Mapping[str, str]) -> str:
    """Return the name of a release: the same for the same content, another for any other.

    Args:
        build: what ``sam build`` made: template, functions and layer.
        parameters: of the template; the release itself does not count.
    """
    told = {name: value for name, value in parameters.items() if name != "Release"}
    found = sha256(json.dumps(told, sort_keys=True).encode())
    files = [path for path in build.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    for path in sorted(files, key=lambda path: path.relative_to(build).as_posix()):
        content = sha256(path.read_bytes()).hexdigest()
        found.update(f"\n{path.relative_to(build).as_posix()} {content}".encode())
    return found.hexdigest()[:LENGTH]


def after(release: str, changes: Mapping[str, str]) -> str:
    """Return the name of a deployed release after a change of its parameters alone."""
    return sha256(json.dumps([release, dict(changes)], sort_keys=True).encode()).hexdigest()[:LENGTH]
