"""The portal in one process as a WSGI application, for clients that know nothing of API Gateway."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from tests.support.world import World

_NOT_FOUND = b'{"type":"about:blank","title":"-","status":404,"code":"not_found"}'
_PROBLEM = "application/problem+json; charset=utf-8"

StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class Gateway:
    """What API Gateway does: finds the function, makes the event, hands the answer back."""

    def __init__(self) -> None:
        self.world: World | None = None
        self.reached = 0  # requests that found a function

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        world = cast("World", self.world)
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
        if not world.knows(method, path):
            start_response("404 -", [("Content-Type", _PROBLEM)])
            return [_NOT_FOUND]
        self.reached += 1
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        # Bytes that are no text stay recognisable as such: they come out as lone surrogates.
        raw = body.decode("utf-8", "surrogateescape") if body else None
        answer = world.request(method, path, headers=_headers(environ), raw=raw)
        cookies = [("Set-Cookie", cookie) for cookie in answer.cookies]
        start_response(f"{answer.status} -", [*answer.headers.items(), *cookies])
        return [answer.text.encode()]


def _headers(environ: dict[str, Any]) -> dict[str, str]:
    sent = {
        key.removeprefix("HTTP_").replace("_", "-").title(): value
        for key, value in environ.items()
        if key.startswith("HTTP_")
    }
    return {**sent, "Content-Type": environ.get("CONTENT_TYPE", "")}
