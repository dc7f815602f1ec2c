"""The only place with boto3: each adapter satisfies a Protocol of ``flows.ports``.

PyJWT imports ``cryptography.x509`` for keys that come as certificates, which no token here does. Whoever waits for the
first answer of a function would pay for it; so it is loaded when something first asks for one of its names.
"""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from importlib.util import LazyLoader
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType


class _OnUse:
    """Finds modules that are loaded when they are used (a finder of ``sys.meta_path``)."""

    NAMES = frozenset({"cryptography.x509"})

    @classmethod
    def find_spec(cls, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name not in cls.NAMES:
            return None
        found = PathFinder.find_spec(name, path, target)
        if found is not None and found.loader is not None:
            found.loader = LazyLoader(found.loader)
        return found


sys.meta_path.insert(0, _OnUse)
