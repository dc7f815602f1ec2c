"""Parallel requests in one process, one AWS call at a time: whoever comes to a call waits for their turn.

The simulated services are not safe for threads, and real parallelism would be another one in each run. Here exactly one
thread runs at any time, and a seed says which.
"""

import random
from collections.abc import Callable, Sequence
from threading import Event, Thread, current_thread
from typing import Any

from tests.support.world import World


class _Runner:
    """One action in a thread of its own, which stops before each of its AWS calls."""

    def __init__(self, action: Callable[[], Any]) -> None:
        self._go, self._stopped = Event(), Event()
        self._action = action
        self.results: list[Any] = []
        self.thread = Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        self.pause()
        try:
            self.results.append(self._action())
        finally:
            self._stopped.set()

    def pause(self) -> None:
        """Stop until the next turn; called within the thread."""
        self._stopped.set()
        self._go.wait()
        self._go.clear()

    def take_turn(self) -> bool:
        """Run up to the next call; tell whether there is one."""
        self._stopped.wait()
        self._stopped.clear()
        self._go.set()
        self._stopped.wait()
        return not self.results and self.thread.is_alive()


def in_turns[R](world: World, actions: Sequence[Callable[[], R]], seed: int) -> list[R]:
    """Do actions in parallel, call by call in an order that the seed gives; return their results in their own order.

    An action that raises an exception leaves none.
    """
    runners = [_Runner(action) for action in actions]
    by_thread = {runner.thread: runner for runner in runners}

    def wait(*_: object) -> None:
        by_thread[current_thread()].pause()

    chance, running = random.Random(seed), list(runners)  # noqa: S311 - an order, no secret
    world.hooks.before = wait
    try:
        while running:
            runner = chance.choice(running)
            if not runner.take_turn():
                running.remove(runner)
    finally:
        world.hooks.before = None
    return [result for runner in runners for result in runner.results]
