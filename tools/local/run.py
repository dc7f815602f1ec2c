"""The course of a run: build, start, deploy, serve, and end everything in order."""

import asyncio
import contextlib
import fcntl
import json
import os
import platform
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import IO

from aiohttp import ClientError

from tools.local import aftercare, emulator, environment, front, mailbox, sam, template
from tools.local.emulator import Emulator
from tools.local.errors import LocalStackError, tail
from tools.local.forward import Target
from tools.local.front import Front
from tools.local.layout import Layout
from tools.local.options import PROJECT, Options
from tools.local.parameters import architecture, check_known, merge, read_environment
from tools.local.recorder import Recorder, recorder_of

VENVS = PROJECT / ".venvs"
INTERRUPTED = 130
"""Exit code of a run that was ended before it was ready: 128 + SIGINT."""


class Run:
    """One run of the local stack."""

    def __init__(self, options: Options) -> None:
        """Do nothing yet."""
        self._options = options
        self._layout = Layout(options.project, options.state)
        self._began = time.monotonic()
        self.ready = False

    async def __call__(self) -> int:
        """Run until cancelled or until the emulator ends; return the exit code."""
        async with AsyncExitStack() as stack:
            sockets = stack.enter_context(_listening(self._options.port))
            stack.enter_context(_locked(self._layout))
            url = f"http://localhost:{sockets[0].getsockname()[1]}"
            parameters = self._parameters(url)
            self._prepare()
            door = await stack.enter_async_context(self._front(sockets))
            await self._build(parameters)
            cloud = await stack.enter_async_context(self._emulator(door))
            deployed = await self._deploy(cloud, parameters)
            target = Target(cloud.endpoint, deployed.output("RestApiId"), deployed.output("StageName"))
            stack.enter_context(self._described(url, cloud, deployed))
            door.forwarder.target, self.ready = target, True
            print(f"Ready: {url}  (mailbox: {url}/_mail/)", flush=True)
            await cloud.process.wait()
            self._say(f"the emulator ended by itself; the end of its log:\n{tail(self._layout.logs / 'emulator.log')}")
            return 1

    def _parameters(self, url: str) -> dict[str, str]:
        declared = template.load(self._layout.template).get("Parameters", {})
        ours = {"PublicUrl": url, "Architecture": architecture(platform.machine())}
        configured = read_environment(self._layout.samconfig, "local")
        merged = merge(configured, {name: ours[name] for name in ours if name in declared}, self._options.parameters)
        check_known(merged, declared)
        return merged

    def _prepare(self) -> None:
        if self._options.fresh:
            self._layout.forget()
        self._layout.prepare()

    async def _build(self, parameters: Mapping[str, str]) -> None:
        self._say("building with sam")
        await sam.build(self._layout, environment.bin_directory("sam", VENVS), parameters)

    async def _deploy(self, cloud: Emulator, parameters: Mapping[str, str]) -> aftercare.Deployed:
        self._say("deploying the template")
        await sam.deploy(self._layout, environment.bin_directory("sam", VENVS), parameters, cloud.endpoint)
        self._say("setting what the emulator's CloudFormation leaves out")
        deployed = await asyncio.to_thread(aftercare.describe, cloud.endpoint)
        built = template.load(self._layout.built_template)
        await asyncio.to_thread(aftercare.complete, cloud.endpoint, built, parameters, deployed)
        return deployed

    @asynccontextmanager
    async def _front(self, sockets: list[socket.socket]) -> AsyncIterator[Front]:
        earlier = mailbox.load(self._layout.mails) if self._options.persist else []
        door = await front.serve(sockets, earlier)
        try:
            yield door
        finally:
            await door.close()

    @asynccontextmanager
    async def _emulator(self, door: Front) -> AsyncIterator[Emulator]:
        self._say("starting the emulator")
        programs = environment.bin_directory("emulator", VENVS)
        async with self._recorder() as recorder:
            calls_to = recorder.url if recorder else None
            cloud = await emulator.start(self._layout, programs, persist=self._options.persist, calls_to=calls_to)
            if recorder:
                recorder.target = cloud.endpoint
            try:
                yield cloud
            finally:
                await self._end(cloud, door)

    @asynccontextmanager
    async def _recorder(self) -> AsyncIterator[Recorder | None]:
        if self._options.record is None:
            yield None
            return
        recorder = await recorder_of(self._options.record)
        try:
            yield recorder
        finally:
            await recorder.close()

    async def _end(self, cloud: Emulator, door: Front) -> None:
        if not (self.ready and self._options.persist and cloud.process.returncode is None):
            # A half-made deploy must not be saved: the next run could not continue it.
            await cloud.discard()
            return
        self._say("saving the state")
        with contextlib.suppress(ClientError, TimeoutError):
            mailbox.save(self._layout.mails, await door.mailbox.messages())
        await cloud.save_and_stop()
        self._say("stopped")

    @contextmanager
    def _described(self, url: str, cloud: Emulator, deployed: aftercare.Deployed) -> Iterator[None]:
        described = {
            "base_url": url,
            "endpoint_url": cloud.endpoint,
            "region": environment.REGION,
            "outputs": deployed.outputs,
            "resources": deployed.ids,
        }
        self._layout.stack.write_text(json.dumps(described, indent=1), encoding="utf-8")
        try:
            yield
        finally:
            self._layout.stack.unlink(missing_ok=True)

    def _say(self, text: str) -> None:
        print(f"[{time.monotonic() - self._began:5.1f} s] {text}", flush=True)


@contextmanager
def _listening(port: int) -> Iterator[list[socket.socket]]:
    sockets = front.listen(port)
    try:
        yield sockets
    finally:
        for opened in sockets:
            opened.close()


@contextmanager
def _locked(layout: Layout) -> Iterator[IO[str]]:
    layout.state.mkdir(parents=True, exist_ok=True)
    with layout.lock.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"another run uses {layout.state}; choose another directory with --state"
            raise LocalStackError(message) from None
        yield lock


async def _run_until_signal(run: Run) -> int:
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(run())
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, _cancel_once, task)
    try:
        return await task
    except asyncio.CancelledError:
        return 0 if run.ready else INTERRUPTED


def _cancel_once(task: asyncio.Task[int]) -> None:
    # A second Ctrl-C must not break off the saving.
    if not task.cancelling():
        print(flush=True)
        task.cancel()


def main(options: Options) -> int:
    """Run the local stack; return the exit code."""
    environment.isolate()
    os.umask(0o077)
    try:
        return asyncio.run(_run_until_signal(Run(options)))
    except LocalStackError as error:
        print(f"Error: {error}", file=sys.stderr, flush=True)
        return 1
