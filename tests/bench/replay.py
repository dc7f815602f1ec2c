"""Answers of AWS, recorded once and given again: what is measured are our functions, not a simulation of AWS."""

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, override

from tests.support.moto_speed import SESSION

Answers = Mapping[str, Sequence[bytes]]
"""Bodies in the order of the calls, by target, such as ``DynamoDB_20120810.GetItem``."""

_TARGETS = {"dynamodb": "DynamoDB_20120810", "kms": "TrentService"}


@contextmanager
def recording() -> Iterator[dict[str, list[bytes]]]:
    """Note what simulated AWS answers meanwhile."""
    found: dict[str, list[bytes]] = defaultdict(list)

    def note(event_name: str, response_dict: dict[str, Any] | None, **_: object) -> None:
        service, operation = event_name.split(".")[1:]
        if response_dict is not None and service in _TARGETS:
            found[f"{_TARGETS[service]}.{operation}"].append(response_dict["body"])

    clients = list(SESSION._clients.values())  # noqa: SLF001 - all that were made so far
    for client in clients:
        client.meta.events.register("response-received", note)
    try:
        yield found
    finally:
        for client in clients:
            client.meta.events.unregister("response-received", note)


@dataclass(slots=True)
class Replay:
    """A server that gives recorded answers, again from the beginning when they are used up."""

    answers: Answers
    given: dict[str, int]

    def take(self, target: str) -> bytes:
        """Return the next answer to a call."""
        bodies = self.answers[target]
        place = self.given.get(target, 0)
        self.given[target] = place + 1
        return bodies[place % len(bodies)]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = self.server.replay.take(self.headers["X-Amz-Target"])  # type: ignore[attr-defined]  # ours, below
        # In one piece: two small packets would wait for each other (Nagle, delayed acknowledgements).
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode() + body)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        return


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    replay: Replay


@contextmanager
def aws() -> Iterator[_Server]:
    """Serve recorded answers on a free port; whoever measures sets ``replay``."""
    server = _Server(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
