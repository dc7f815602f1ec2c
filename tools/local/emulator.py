"""The emulator's process: start it on a free port, end it so that it saves or forgets."""

import asyncio
import contextlib
import json
import secrets
import socket
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from tools.local import environment, processes
from tools.local.errors import StepError
from tools.local.layout import Layout

START_DEADLINE = 60.0
"""Seconds until the emulator must answer; loading much saved state takes a few."""
STOP_DEADLINE = 60.0
"""Seconds that saving the state may take."""
ATTEMPTS = 5
POLL = 0.05
"""Seconds between two looks at a starting emulator."""


@dataclass(frozen=True, slots=True)
class Emulator:
    """A running emulator."""

    process: asyncio.subprocess.Process
    port: int

    @property
    def endpoint(self) -> str:
        """The URL for AWS clients."""
        return f"http://127.0.0.1:{self.port}"

    async def save_and_stop(self) -> None:
        """End it in order: it saves its state then, and only then."""
        await processes.stop(self.process, STOP_DEADLINE)

    async def discard(self) -> None:
        """End it at once: on disk stays what the last orderly end saved."""
        await processes.stop(self.process, grace=0)


async def start(layout: Layout, programs: Path, *, persist: bool, calls_to: str | None = None) -> Emulator:
    """Start it, on the port of the last run if that is free: saved settings may name it.

    With `calls_to` its functions send their AWS calls there.
    """
    forget_stream_positions(layout.emulator / "lambda.json")
    ports = [_last_port(layout), *(0 for _ in range(ATTEMPTS))]
    for wish in ports:
        port = _free_port(wish)
        if port and (emulator := await _try_port(layout, programs, port, persist=persist, calls_to=calls_to)):
            layout.emulator_port.write_text(str(port), encoding="utf-8")
            return emulator
    step = "starting the emulator"
    raise StepError(step, layout.logs / "emulator.log")


async def _try_port(
    layout: Layout, programs: Path, port: int, *, persist: bool, calls_to: str | None
) -> Emulator | None:
    identity = secrets.token_hex(8)
    env = environment.for_emulator(layout, programs, port, identity, persist=persist, calls_to=calls_to)
    log = layout.logs / "emulator.log"
    process = await processes.start([str(programs / "ministack")], env, layout.home, log)
    emulator = Emulator(process, port)
    try:
        if await _becomes_ready(emulator, identity):
            return emulator
    except BaseException:
        await emulator.discard()
        raise
    await emulator.discard()
    return None


async def _becomes_ready(emulator: Emulator, identity: str) -> bool:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(START_DEADLINE):
            while emulator.process.returncode is None:
                if await asyncio.to_thread(_answers, emulator.endpoint, identity):
                    return True
                await asyncio.sleep(POLL)
    return False


def _answers(endpoint: str, identity: str) -> bool:
    try:
        with urllib.request.urlopen(f"{endpoint}/_ministack/health", timeout=5) as answer:  # noqa: S310 - always http, on loopback
            return bool(json.load(answer).get("edition") == identity)
    except (OSError, ValueError):
        return False


def _last_port(layout: Layout) -> int:
    try:
        return int(layout.emulator_port.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return 0


def _free_port(wish: int) -> int | None:
    """Return the wished port if it is free, any free one for 0."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wish))
        except OSError:
            return None
        return int(probe.getsockname()[1])


def forget_stream_positions(saved: Path) -> None:
    """Empty the saved stream positions.

    The emulator keeps how far each stream was read, but not the stream's records; with the old
    positions it would skip as many new records as were read before.
    """
    try:
        content = json.loads(saved.read_text(encoding="utf-8"))
        positions = content["payload"]["dynamodb_stream_positions"]["data"]
    except (OSError, ValueError, KeyError, TypeError):
        return
    positions.clear()
    temporary = saved.with_suffix(".tmp")
    temporary.write_text(json.dumps(content), encoding="utf-8")
    temporary.replace(saved)
