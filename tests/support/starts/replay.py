"""Answers of AWS, recorded once and given again: what is looked at are our functions, not a simulation of AWS."""

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast, override

from portal.adapters.aws import CONFIGS, Service
from tests.support.moto_speed import SESSION

Answer = tuple[int, bytes]
"""Status and body."""

Answers = Mapping[str, Sequence[Answer]]
"""In the order of the calls, by target, such as ``DynamoDB_20120810.GetItem``."""

_TARGETS: dict[Service, str] = {"dynamodb": "DynamoDB_20120810", "kms": "TrentService"}


@contextmanager
def recording() -> Iterator[dict[str, list[Answer]]]:
    """Note what simulated AWS answers meanwhile."""
    found: dict[str, list[Answer]] = defaultdict(list)

    def note(event_name: str, response_dict: dict[str, Any] | None, **_: object) -> None:
        service, operation = event_name.split(".")[1:]
        if response_dict is not None:
            found[f"{_TARGETS[cast('Service', service)]}.{operation}"].append(
                (response_dict["status_code"], response_dict["body"])
            )

    clients = [SESSION.client(service, config=CONFIGS[service]) for service in _TARGETS]
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

    def take(self, target: str) -> Answer:
        """Return the next answer to a call."""
        answers = self.answers[target]
        place = self.given.get(target, 0)
        self.given[target] = place + 1
        return answers[place % len(answers)]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        status, body = self.server.replay.take(self.headers["X-Amz-Target"])  # type: ignore[attr-defined]  # ours, below
        # In one piece: two small packets would wait for each other (Nagle, delayed acknowledgements).
        head = f"HTTP/1.1 {status} -\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: {len(body)}\r\n\r\n"
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
