"""Between functions and emulator, when asked for: notes who makes which AWS calls, and nothing of their content."""

from pathlib import Path

from aiohttp import ClientSession, DummyCookieJar, TCPConnector, web
from aiohttp.client_exceptions import ClientError
from yarl import URL

from tools.local.calls import Call, calls_of, is_denied
from tools.local.forward import ANSWERED_HERE, TIMEOUT, passed_on

_LARGEST_CALL = 16 * 1024 * 1024
"""In bytes, as much as DynamoDB takes at most."""


class Recorder:
    """A server on a port of its own; until `target` is set, calls fail."""

    def __init__(self, file: Path, runner: web.AppRunner) -> None:
        """Begin an empty record; call within the event loop."""
        self.target: str | None = None
        self._runner = runner
        self._seen: set[Call] = set()
        self._output = file.open("w", encoding="utf-8")
        self._session = ClientSession(
            auto_decompress=False,
            cookie_jar=DummyCookieJar(),
            connector=TCPConnector(limit=0),
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            timeout=TIMEOUT,
        )

    @property
    def url(self) -> str:
        """Where functions send their calls."""
        host, port = self._runner.addresses[0][:2]
        return f"http://{host}:{port}"

    async def close(self) -> None:
        """Stop serving; the record stays."""
        await self._runner.cleanup()
        await self._session.close()
        self._output.close()

    async def handle(self, request: web.Request) -> web.Response:
        """Pass a call on as it came, `Host` included, which is part of its signature; note it when it is answered."""
        if self.target is None:
            return web.Response(status=503)
        body = await request.read()
        url = URL(self.target + request.raw_path, encoded=True)
        headers = passed_on(request.headers.items(), ANSWERED_HERE)
        try:
            async with self._session.request(request.method, url, headers=headers, data=body) as answer:
                content = await answer.read()
        except (ClientError, TimeoutError):
            return web.Response(status=503)
        denied = is_denied(answer.status, content)
        self._note(calls_of(request.method, request.path, request.headers, body, denied=denied))
        back = passed_on(answer.headers.items(), {"content-length"})
        return web.Response(status=answer.status, reason=answer.reason, headers=back, body=content)

    def _note(self, calls: set[Call]) -> None:
        new = calls - self._seen
        self._seen |= new
        self._output.writelines(call.to_line() for call in new)
        self._output.flush()


async def recorder_of(file: Path) -> Recorder:
    """Return a running recorder that writes into a new file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    app = web.Application(client_max_size=_LARGEST_CALL)
    runner = web.AppRunner(app, access_log=None, auto_decompress=False, shutdown_timeout=2)
    recorder = Recorder(file, runner)
    app.router.add_route("*", "/{path:(?s:.*)}", recorder.handle)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return recorder
