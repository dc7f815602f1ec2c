"""The one port that a person sees: the portal and the mailbox."""

import asyncio
import errno
import socket
from dataclasses import dataclass
from typing import override

from aiohttp import web
from aiohttp.typedefs import Handler

from tools.local.errors import LocalStackError
from tools.local.forward import Forwarder, problem
from tools.local.mailbox import Mailbox, Message
from tools.local.mailbox_pages import MailboxPages

LARGEST_BODY = 10 * 1024 * 1024
"""In bytes, as at the cloud's API gateway."""
_ATTEMPTS = 20
_PROBLEMS = {
    400: ("bad_request", "Die Anfrage wurde nicht angenommen."),
    404: ("not_found", "Diese Adresse gibt es nicht."),
    413: ("body_too_large", "Die Anfrage ist zu groß."),
    500: ("internal_error", "Es ist ein Fehler aufgetreten."),
}
_NO_IPV6 = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}


def listen(port: int) -> list[socket.socket]:
    """Open the port on localhost, by IPv6 too where there is any; 0 picks a free one."""
    for _ in range(_ATTEMPTS):
        first = _listen_on(socket.AF_INET, "127.0.0.1", port)
        try:
            return [first, _listen_on(socket.AF_INET6, "::1", first.getsockname()[1])]
        except OSError as error:
            if error.errno in _NO_IPV6:
                return [first]
            first.close()
            if port:
                raise _port_in_use(port) from None
    message = "found no port that is free on 127.0.0.1 and ::1"
    raise LocalStackError(message)


def _listen_on(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    opened = socket.socket(family)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((address, port))
        opened.listen(128)
    except OSError as error:
        opened.close()
        if family == socket.AF_INET and error.errno in {errno.EADDRINUSE, errno.EACCES}:
            raise _port_in_use(port) from None
        raise
    return opened


def _port_in_use(port: int) -> LocalStackError:
    return LocalStackError(f"port {port} is in use or not allowed; choose another one: make run PORT=8081")


@dataclass(slots=True)
class Front:
    """The running server; answers 503 until the forwarder has its target."""

    forwarder: Forwarder
    mailbox: Mailbox
    runner: web.AppRunner
    servers: list[asyncio.Server]

    async def close(self) -> None:
        """Stop serving."""
        for server in self.servers:
            server.close()
        await self.runner.cleanup()
        await self.forwarder.close()


async def serve(sockets: list[socket.socket], earlier: list[Message]) -> Front:
    """Serve on the open sockets."""
    forwarder = Forwarder()
    mailbox = Mailbox(forwarder, earlier)
    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[_errors])
    app.on_response_prepare.append(_no_own_headers)
    app.add_routes(MailboxPages(mailbox).routes())
    app.router.add_route("*", "/_mail/{path:(?s:.*)}", _no_such_mail_page)
    app.router.add_route("*", "/{path:(?s:.*)}", forwarder.handle)
    runner = web.AppRunner(app, shutdown_timeout=2)
    await runner.setup()
    servers = [await _start(runner, opened) for opened in sockets]
    return Front(forwarder, mailbox, runner, servers)


async def _start(runner: web.AppRunner, opened: socket.socket) -> asyncio.Server:
    loop = asyncio.get_running_loop()

    def connection() -> _Connection:
        # No access log; bodies pass as they came, also those that only claim to be compressed.
        server = _running(runner)
        return _Connection(server, loop=loop, access_log=None, auto_decompress=False)  # type: ignore[arg-type]  # typed as never None

    return await loop.create_server(connection, sock=opened)


def _running(runner: web.AppRunner) -> web.Server:
    if runner.server is None:
        raise RuntimeError("the front door is closed")
    return runner.server


class _Connection(web.RequestHandler):
    """A client's connection; what is no HTTP, or fails unexpectedly, gets a problem too."""

    __slots__ = ()

    @override
    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        super().handle_error(request, status, exc, message)  # writes the log, and raises where an answer has begun
        answer = _problem_of(status)
        answer.force_close()
        return answer


async def _no_such_mail_page(_request: web.Request) -> web.Response:
    raise web.HTTPNotFound


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPError as error:
        return _problem_of(error.status)


def _problem_of(status: int) -> web.Response:
    return problem(status, *_PROBLEMS.get(status, _PROBLEMS[500]))


async def _no_own_headers(_request: web.BaseRequest, response: web.StreamResponse) -> None:
    """Take out what aiohttp adds, so that a forwarded answer has the emulator's headers only."""
    if response.headers.get("Server", "").startswith("Python/"):
        del response.headers["Server"]
