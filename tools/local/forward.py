"""Pass requests on to the emulator's API, as the cloud's front door would."""

from asyncio import Semaphore
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector, web
from aiohttp.client_exceptions import ClientError
from multidict import CIMultiDict
from yarl import URL

from tools.local.mailbox import ENDPOINT_PATH

TIMEOUT = ClientTimeout(total=120, connect=10)
"""In seconds; functions end far earlier."""

PARALLEL_REQUESTS = 8
"""Requests under way at once; others wait. The emulator unpacks the whole layer for each process of a function, so
that a burst of cold starts would keep a small machine busy for minutes."""

_HOP_BY_HOP = {
    *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection"),
    *("te", "trailer", "transfer-encoding", "upgrade"),
}
# Who the client is, we say: the emulator takes the first value as the client's address.
_CLAIMED_ORIGIN = {
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
    "x-real-ip",
}
# The body is read before it is passed on, so nobody waits for a go-ahead.
ANSWERED_HERE = {"expect", "content-length"}

SECURITY_HEADERS = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"
    ),
    "Cache-Control": "no-store",
}
"""Those of the portal's own errors. Repeated, because the tools run without the layer; a test holds them together."""


@dataclass(frozen=True, slots=True)
class Target:
    """The deployed API."""

    endpoint: str
    api: str
    stage: str

    def url(self, raw_path: str) -> URL:
        """Return where a request for this path and query goes, with nothing in it decoded or encoded anew."""
        return URL(f"{self.endpoint}/_aws/execute-api/{self.api}/{self.stage}{raw_path}", encoded=True)


def passed_on(headers: Iterable[tuple[str, str]], dropped: AbstractSet[str] = frozenset()) -> CIMultiDict[str]:
    """Return the headers without the named ones and without those that concern one connection only."""
    pairs = list(headers)
    listed = ",".join(value for name, value in pairs if name.lower() == "connection")
    dropped = dropped | _HOP_BY_HOP | {name.strip().lower() for name in listed.split(",")}
    return CIMultiDict((name, value) for name, value in pairs if name.lower() not in dropped)


def request_headers(headers: Iterable[tuple[str, str]], peer: str) -> CIMultiDict[str]:
    """Return the headers to pass on for a request from the address `peer`."""
    passed = passed_on(headers, _CLAIMED_ORIGIN | ANSWERED_HERE)
    passed["X-Forwarded-For"] = peer
    return passed


def response_headers(headers: Iterable[tuple[str, str]]) -> CIMultiDict[str]:
    """Return the headers to pass back."""
    return passed_on(headers)


def problem(status: int, code: str, title: str) -> web.Response:
    """Return an error of our own in the API's form."""
    body = {"type": "about:blank", "status": status, "code": code, "title": title}
    again = {"Retry-After": "2"} if status == web.HTTPServiceUnavailable.status_code else {}
    headers = {**SECURITY_HEADERS, **again}
    return web.json_response(body, status=status, content_type="application/problem+json", headers=headers)


class Forwarder:
    """The connection to the emulator; until `target` is set, the answer is 503."""

    def __init__(self) -> None:
        """Make the client; call within the event loop."""
        self.target: Target | None = None
        self._places = Semaphore(PARALLEL_REQUESTS)
        self._session = ClientSession(
            auto_decompress=False,
            cookie_jar=DummyCookieJar(),
            connector=TCPConnector(limit=0),
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            timeout=TIMEOUT,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def fetch_messages(self) -> Mapping[str, Any]:
        """Return the mails that the emulator caught."""
        if self.target is None:
            return {"messages": {}}
        async with self._session.get(self.target.endpoint + ENDPOINT_PATH) as answer:
            answer.raise_for_status()
            return dict(await answer.json())

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a request by the emulator's answer."""
        if self.target is None:
            return problem(503, "starting", "The local stack is still starting.")
        if not request.raw_path.startswith("/"):
            return problem(400, "bad_request", "The request's target is not a path.")
        body = await request.read()
        try:
            return await self._exchange(request, self.target.url(request.raw_path), body)
        except TimeoutError:
            return problem(504, "gateway_timeout", "The emulator did not answer in time.")
        except ClientError as error:
            return problem(502, "bad_gateway", f"The emulator could not be reached ({type(error).__name__}).")

    async def _exchange(self, request: web.Request, url: URL, body: bytes) -> web.StreamResponse:
        headers = request_headers(request.headers.items(), request.remote or "127.0.0.1")
        sent = self._session.request(request.method, url, headers=headers, data=body or None, allow_redirects=False)
        async with self._places, sent as answer:
            content = await answer.read()
            response = web.StreamResponse(status=answer.status, reason=answer.reason)
            response.headers.extend(response_headers(answer.headers.items()))
        await response.prepare(request)
        await response.write(content)
        await response.write_eof()
        return response
