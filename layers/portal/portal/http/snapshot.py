"""SnapStart: what a function does before Lambda keeps a snapshot of it, and in each copy that starts from there.

Everything in the snapshot is the same in every copy. So it holds code that is loaded, and nothing of AWS: no client, no
connection, no credentials; and a copy gets randomness of its own before its first request.
"""

from __future__ import annotations

import gc
import random
import ssl
from os import urandom
from typing import TYPE_CHECKING, Any

from portal.http.garbage import collect_from_now_on

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    gc.collect()
    collect_from_now_on()


def renew(wiring: Wiring[Any]) -> None:
    """Give a copy what it must not share with others."""
    # Tokens, salts and identifiers come from the kernel, which is fresh; these two generators were copied. The first
    # spreads retries, the second makes the keys of TLS.
    random.seed(urandom(_SEED_BYTES))
    ssl.RAND_add(urandom(_SEED_BYTES), float(_SEED_BYTES))
    wiring.aws.forget()
