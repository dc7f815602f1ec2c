"""Modules that libraries import and that most requests never use are loaded when somebody does.

Whoever waits for the first answer of a function would pay for all of them.
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

NAMES = frozenset(
    {
        "ast",  # inspect, for the text of functions; pydantic's models do use it
        "aws_lambda_powertools.utilities.jmespath_utils",  # its Logger, for correlation IDs of whole events
        "botocore.retries.adaptive",  # the retry mode that is not ours
        "configparser",  # botocore, for files of configuration
        "cryptography.x509",  # PyJWT, for keys that come as certificates
        "email.header",  # http.client by way of email, for headers beyond ASCII
        "multiprocessing.shared_memory",  # s3transfer by way of multiprocessing.managers
        "ntpath",  # pathlib, for paths of Windows
        "zipfile",  # importlib.metadata, for packages in archives; whoever reads files of packages does use it
    }
)
"""Modules that others import as a whole and once: an import of single names, and a second import, load one at once."""


def load_all() -> None:
    """Load those that were imported, used or not: for who pays now so that nobody has to wait later."""
    for name in NAMES & sys.modules.keys():
        # Asking for any name loads a module.
        vars(sys.modules[name])


class OnUse:
    """A finder of ``sys.meta_path``: what it finds is loaded when something first asks for one of its names."""

    @classmethod
    def find_spec(cls, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Return how to load one of ``NAMES`` on its first use, and nothing for all other modules."""
        if name not in NAMES:
            return None
        found = PathFinder.find_spec(name, path, target)
        if found is not None and found.loader is not None:
            found.loader = LazyLoader(found.loader)
        return found
