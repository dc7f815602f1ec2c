"""Start and end other programs, so that none is left behind."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.local.errors import StepError

GUARD = Path(__file__).with_name("guard.py")
GRACE = 5.0
"""Seconds that a program gets to end by itself."""


def guarded(command: Sequence[str]) -> list[str]:
    """Return the command wrapped so that it ends with this process."""
    return [sys.executable, "-I", "-S", str(GUARD), str(os.getpid()), *command]


async def start(command: Sequence[str], env: Mapping[str, str], cwd: Path, log: Path) -> asyncio.subprocess.Process:
    """Start a program in a session of its own: a terminal's Ctrl-C reaches only us."""
    with log.open("wb") as output:
        return await asyncio.create_subprocess_exec(
            *guarded(command),
            env=env,
            cwd=cwd,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )


async def run(step: str, command: Sequence[str], env: Mapping[str, str], cwd: Path, log: Path) -> None:
    """Run a program to its end; raise StepError if it fails, end it if we are cancelled."""
    process = await start(command, env, cwd, log)
    try:
        code = await process.wait()
    finally:
        await stop(process)
    if code != 0:
        raise StepError(step, log)


async def stop(process: asyncio.subprocess.Process, grace: float = GRACE) -> None:
    """End a program and what it started: politely at first, by force after `grace` seconds."""
    if process.returncode is None and grace > 0:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), grace)
    # The group outlives its leader while a child of it lives.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
