"""Clients as API Gateway shows them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from portal.http.routes import Handler

if TYPE_CHECKING:
    from tests.support.world import World


def appear(world: "World", identity: Mapping[str, Any], headers: Mapping[str, str]) -> None:
    """Let every request from now on come from a peer with this ``requestContext.identity``, with these headers more."""
    for name, handler in list(world.functions.items()):
        world.functions[name] = _disguised(handler, identity, headers)


def _disguised(handler: Handler, identity: Mapping[str, Any], headers: Mapping[str, str]) -> Handler:
    def disguised(event: Mapping[str, Any], context: object) -> dict[str, Any]:
        seen = {
            **event,
            "headers": {**event["headers"], **headers},
            "requestContext": {**event["requestContext"], "identity": dict(identity)},
        }
        return handler(seen, context)

    return disguised
