"""Start and stop the local stack from a test."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tools.local.errors import LocalStackError, tail
from tools.local.options import PROJECT
from tools.local.processes import guarded

START_DEADLINE = 900.0
"""Seconds until the stack must be ready; a first build downloads its packages."""
STOP_DEADLINE = 90.0
"""Seconds that ending may take."""
_POLL = 0.1
"""Seconds between two looks."""


@dataclass(frozen=True, slots=True)
class Description:
    """How to reach the running stack; see `stack.json`."""

    base_url: str
    endpoint_url: str
    region: str
    outputs: dict[str, str]
    resources: dict[str, str]


class Stack:
    """A local stack that runs in a process of its own; `with Stack(...) as stack:` ends it."""

    def __init__(
        self,
        state: Path,
        parameters: Mapping[str, str] | None = None,
        *,
        fresh: bool = True,
        arguments: Sequence[str] = (),
    ) -> None:
        """Keep everything below the directory `state`; builds there are used again."""
        self.state = state.resolve()
        self.log = self.state / "run.log"
        self._command = guarded(
            [
                *(sys.executable, "-m", "tools.local", "run", "--port", "0", "--state", str(self.state)),
                *("--param", " ".join(f"{name}={shlex.quote(value)}" for name, value in (parameters or {}).items())),
                *(["--fresh"] if fresh else []),
                *arguments,
            ]
        )
        self._process: subprocess.Popen[bytes] | None = None
        self._description: Description | None = None

    @property
    def description(self) -> Description:
        """How to reach the stack."""
        if self._description is None:
            message = "the local stack does not run"
            raise LocalStackError(message)
        return self._description

    @property
    def base_url(self) -> str:
        """The URL of portal and mailbox, without a slash at its end."""
        return self.description.base_url

    def start(self) -> Self:
        """Start it and wait until it is ready."""
        self.state.mkdir(parents=True, exist_ok=True)
        (self.state / "stack.json").unlink(missing_ok=True)
        with self.log.open("wb") as output:
            self._process = subprocess.Popen(
                self._command,
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        try:
            self._description = self._wait(self._process)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> int:
        """End it as Ctrl-C would, which saves its state; return the exit code."""
        process, self._process, self._description = self._process, None, None
        if process is None:
            return 0
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        try:
            return process.wait(STOP_DEADLINE)
        except subprocess.TimeoutExpired:
            process.kill()  # its children die with it
            return process.wait()

    def __enter__(self) -> Self:
        """Start it."""
        return self.start()

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self.stop()

    def _wait(self, process: subprocess.Popen[bytes]) -> Description:
        deadline = time.monotonic() + START_DEADLINE
        while time.monotonic() < deadline:
            if process.poll() is not None:
                message = f"the local stack ended at its start:\n{tail(self.log, 80)}"
                raise LocalStackError(message)
            if any(line.startswith(b"Ready: ") for line in self.log.read_bytes().splitlines()):
                return Description(**json.loads((self.state / "stack.json").read_text(encoding="utf-8")))
            time.sleep(_POLL)
        message = f"the local stack was not ready after {START_DEADLINE:.0f} s:\n{tail(self.log, 80)}"
        raise LocalStackError(message)
