"""The local stack's own parts that need sockets or programs; the emulator plays no role."""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from portal.http.problems import PROBLEM_JSON
from portal.http.response import Response
from tools.local import front, sam
from tools.local.forward import SECURITY_HEADERS, Target
from tools.local.front import LARGEST_BODY, Front
from tools.local.layout import Layout

FAKE_SAM = "#!/bin/sh\nmkdir -p .aws-sam/deps && pwd >> .aws-sam/deps/used\n"


def test_builds_of_two_states_share_no_directory_of_dependencies(tmp_path: Path) -> None:
    project, programs = tmp_path / "project", tmp_path / "bin"
    for directory in (project, programs):
        directory.mkdir()
    (programs / "sam").write_text(FAKE_SAM)
    (programs / "sam").chmod(0o700)
    layouts = [Layout(project, tmp_path / name) for name in ("one", "two")]

    async def build_both() -> None:
        await asyncio.gather(*(sam.build(layout, programs, {}) for layout in layouts))

    for layout in layouts:
        layout.prepare()
    asyncio.run(build_both())
    assert list(project.iterdir()) == []
    for layout in layouts:
        assert (layout.state / ".aws-sam/deps/used").read_text().split() == [str(layout.state)]


@contextlib.asynccontextmanager
async def open_door() -> AsyncIterator[tuple[Front, int]]:
    sockets = front.listen(0)
    door = await front.serve(sockets, [])
    try:
        yield door, sockets[0].getsockname()[1]
    finally:
        await door.close()


def answer_to(method: str, path: str, body: bytes = b"", target: Target | None = None) -> tuple[int, Any, Any]:
    """Return status, headers and document of an answer that the front door makes itself."""

    async def ask() -> tuple[int, Any, Any]:
        async with open_door() as (door, port), aiohttp.ClientSession() as client:
            door.forwarder.target = target
            async with client.request(method, f"http://127.0.0.1:{port}{path}", data=io.BytesIO(body)) as answer:
                return answer.status, answer.headers, await answer.json(content_type=None)

    return asyncio.run(ask())


NOWHERE = Target("http://127.0.0.1:9", "api", "live")
ERRORS: dict[str, tuple[tuple[Any, ...], int, str]] = {
    "starting": (("GET", "/"), 503, "starting"),
    "no emulator": (("GET", "/", b"", NOWHERE), 502, "bad_gateway"),
    "too long": (("POST", "/", b"x" * (LARGEST_BODY + 1), NOWHERE), 413, "body_too_large"),
    "no page of the mailbox": (("GET", "/_mail/elsewhere"), 404, "not_found"),
    "no such mail": (("GET", "/_mail/messages/1"), 404, "not_found"),
    "other method of the mailbox": (("DELETE", "/_mail/messages"), 404, "not_found"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_of_the_front_door_looks_like_one_of_the_portal(name: str) -> None:
    request, status, code = ERRORS[name]
    found, headers, document = answer_to(*request)
    assert (found, document["status"], document["code"]) == (status, status, code)
    portals = Response(status, "", PROBLEM_JSON).to_gateway()["headers"]
    assert {header: headers.get(header) for header in portals} == portals
    assert headers.get("Retry-After") == ("2" if status == 503 else None)


def test_what_is_no_http_gets_a_problem_too_that_repeats_nothing_of_it() -> None:
    async def send() -> str:
        async with open_door() as (_, port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET / HTTP/1.1\r\nBroken <b> line\r\n\r\n")
            text = (await reader.read()).decode()
            writer.close()
            await writer.wait_closed()
            return text

    answer = asyncio.run(send())
    assert answer.split()[1] == "400"
    for header in ({"Content-Type": PROBLEM_JSON} | SECURITY_HEADERS).items():
        assert ": ".join(header) in answer
    assert "<b>" not in answer


def test_a_failure_of_our_own_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_: object) -> None:
        raise KeyError("private")

    monkeypatch.setattr("tools.local.forward.Forwarder.fetch_messages", fail)
    status, headers, document = answer_to("GET", "/_mail/messages")
    assert (status, document["code"]) == (500, "internal_error")
    assert headers["Content-Security-Policy"] == SECURITY_HEADERS["Content-Security-Policy"]
    assert "private" not in str(document)
