"""SnapStart: what a function does before Lambda keeps a snapshot of it, and in each copy that starts from there.

Everything in the snapshot is the same in every copy. So it holds code that is loaded, and nothing of AWS: no client, no
connection, no credentials; and a copy gets randomness of its own before its first request.
"""

from __future__ import annotations

import dis
import gc
import random
import ssl
import sys
from importlib import import_module
from inspect import getmembers, isclass, isfunction, unwrap
from os import urandom
from types import CodeType
from typing import TYPE_CHECKING, Any

from portal.http.garbage import collect_from_now_on
from portal.on_use import load_all

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import ModuleType

    from portal.http.routes import Route, Wiring

_SEED_BYTES = 32


def prepare_snapshots(routes: Sequence[Route], wiring: Wiring[Any]) -> None:
    """Register both hooks with Lambda's runtime.

    Args:
        routes: of the function.
        wiring: what its endpoints share.
    """
    # Part of Lambda's runtime, and nothing that the layer holds.
    from snapshot_restore_py import register_after_restore, register_before_snapshot

    register_before_snapshot(load_endpoints, routes)
    register_after_restore(renew, wiring)


def load_endpoints(routes: Sequence[Route]) -> None:
    """Import what any request needs: in a snapshot that costs nobody a wait."""
    for route in routes:
        route.load()
    seen: set[str] = set()
    while new := {name for name in sys.modules if name.partition(".")[0] == "portal"} - seen:
        seen |= new
        for name in sorted(new):
            for later in sorted(set(imported_on_use(sys.modules[name]))):
                import_module(later)
    load_all()
    gc.collect()
    collect_from_now_on()


def imported_on_use(module: ModuleType) -> Iterator[str]:
    """Yield the modules that functions of a module import when they are called."""
    for _, member in getmembers(module, lambda found: getattr(found, "__module__", None) == module.__name__):
        inside = vars(member).values() if isclass(member) else (member,)
        for each in inside:
            # Static and class methods, properties and whatever else wraps a function.
            function = unwrap(getattr(each, "fget", None) or getattr(each, "__func__", None) or each)
            if isfunction(function):
                yield from _imports(function.__code__)


def _imports(code: CodeType) -> Iterator[str]:
    for instruction in dis.get_instructions(code):
        if instruction.opname == "IMPORT_NAME":
            yield instruction.argval
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _imports(constant)


def renew(wiring: Wiring[Any]) -> None:
    """Give a copy what it must not share with others."""
    # Tokens, salts and identifiers come from the kernel, which is fresh; these two generators were copied. The first
    # spreads retries, the second makes the keys of TLS.
    random.seed(urandom(_SEED_BYTES))
    ssl.RAND_add(urandom(_SEED_BYTES), float(_SEED_BYTES))
    wiring.aws.forget()
