"""What a flow is: a step that can be taken again, how its answer is read, and what it promises."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from portal.domain.outbox import MailKind
from tests.support.world import Answer, World

Step = Callable[[], Any]
"""Sends a request or an event; may be called again."""

Told = Literal["done", "again", "unclear", "refused"]
"""What an answer tells: success; that it was done before; nothing certain, so another try makes sense; no."""

Judge = Callable[[Any], Told]


@dataclass(frozen=True, slots=True)
class Act:
    """A flow at its beginning.

    Args:
        step: the flow.
        rival: what somebody else may do in the same moment.
        reset: puts back what lies outside the tables.
    """

    step: Step
    rival: Step | None = None
    reset: Callable[[], None] | None = None


class End(Protocol):
    """A scenario when all is quiet, for promises."""

    world: World
    told: list[Told]
    answers: list[Any]

    @property
    def is_done(self) -> bool:
        """Whether anybody was told that it is done."""

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return the items of a table."""

    def rows_before(self, table: str) -> list[dict[str, Any]]:
        """Return the items of a table as they were when the flow began."""

    def settle(self) -> None:
        """Run the mailer until all is quiet."""


Promise = Callable[[End], None]
"""Asserts what the flow has brought; may act as the person who goes on."""


@dataclass(frozen=True, slots=True)
class Flow:
    """Something that people, schedules, streams or operators start.

    Args:
        name: without slashes.
        prepare: everything up to it.
        judge: reads its answer.
        promise: what must be true in the end.
        wait: seconds until the platform or the person tries again, where the answer does not say.
        repeats: whether another try orders its mails once more.
        mails: kinds that the clean run sends, where the flow is about that.
    """

    name: str
    prepare: Callable[[World], Act]
    judge: Judge
    promise: Promise
    wait: int = 1
    repeats: bool = True
    mails: tuple[MailKind, ...] = ()


def of_request(status: int, again: Iterable[int] = ()) -> Judge:
    """Read the answer to a request.

    Args:
        status: of a success.
        again: what a request is told that was carried out before.
    """
    known = set(again)

    def judge(answer: Answer) -> Told:
        if answer.status == status:
            return "done"
        if answer.status == 503:
            assert int(answer.headers["Retry-After"]) >= 1, "503 without Retry-After"
            return "unclear"
        return "again" if answer.status in known else "refused"

    return judge


def of_event(answer: dict[str, Any]) -> Told:
    """Read what a schedule or a batch of records came to."""
    failed: Sequence[Any] = answer.get("batchItemFailures", ())
    return "unclear" if failed or not answer.get("complete", True) else "done"


def of_operators(answer: dict[str, Any]) -> Told:
    """Read what the operators' function says."""
    if answer["ok"]:
        return "unclear" if answer.get("outcome") == "incomplete" else "done"
    return "unclear" if answer["code"] == "unavailable" else "refused"
