"""Plays scenarios: one flow, one call, one fault; then what platform and people do; then what must hold."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from portal.adapters.aws import Hook
from tests.support.siege import Dice
from tests.support.sweep.faults import MEANWHILE, Call, Fault, Killed, faults_of, has_effect
from tests.support.sweep.flow import Flow, Step, Told
from tests.support.sweep.invariants import mails_are_sent, of_kind, state_is_whole
from tests.support.tables import Tables
from tests.support.world import Answer, LambdaContext, World

_TRIES = 4
_MOST_RUNS = 60


class Stage:
    """The portal with empty tables, and what flows are played with.

    Args:
        world: without any data.
        dice: makes the ids: scenarios have to be the same again.
    """

    def __init__(self, world: World, dice: Dice) -> None:
        self.world, self.dice = world, dice
        self.tables = Tables(world.dynamodb)
        self._empty, self._start = self.tables.save(), world.clock.now

    def clear(self) -> None:
        """Forget everything."""
        self.tables.put_back(self._empty)
        self.world.clock.now = self._start
        self.world.hooks.mails.clear()
        self.world.deploy()


class Play:
    """One flow, ready to be played again and again. The clean run says which calls there are.

    Args:
        stage: the portal.
        flow: which.
    """

    def __init__(self, stage: Stage, flow: Flow) -> None:
        self.stage, self.flow, self.world = stage, flow, stage.world
        stage.clear()
        stage.dice.seed(flow.name)
        hooks = self.world.hooks
        self._orders: list[str] = []
        hooks.before, hooks.after = None, self.note
        self.act = flow.prepare(self.world)
        self._saved, self._time, self._mails = stage.tables.save(), self.world.clock.now, len(hooks.mails)
        self._known = tuple(self._orders)
        self._before = {table: stage.tables.rows(table) for table in _TABLES}
        self.is_request = False
        self.calls: list[Call] = []
        self.kinds: Counter[str] = Counter()
        self._record()

    # ------------------------------------------------------------ scenarios

    def scenarios(self) -> list[str]:
        """Return the names of all scenarios: flow, place of the call, fault."""
        return [f"{self.flow.name}/{place}/{fault.name}" for place, fault in self._all()]

    def _all(self) -> Iterator[tuple[int, Fault]]:
        for place, call in enumerate(self.calls):
            yield from ((place, fault) for fault in faults_of(call, has_rival=self.act.rival is not None))

    def _record(self) -> None:
        # Other dice than before: the same would make ids that exist already.
        self._put_back(f"{self.flow.name}/clean")
        seen: list[tuple[str, str]] = []
        succeeded: set[int] = set()

        def before(service: str, operation: str, _: dict[str, Any]) -> None:
            seen.append((service, operation))

        def after(*called: Any) -> None:
            succeeded.add(len(seen) - 1)
            self.note(*called)

        self._take(self.act.step, before, after)
        self.is_request = isinstance(self.answers[-1], Answer)
        self.calls = [
            Call(*call, took_effect=place in succeeded and has_effect(*call)) for place, call in enumerate(seen)
        ]
        found = [f"clean run: {one}" for one in self._conclude()]
        assert not found, (self.flow.name, found)
        self.kinds = self._sent_kinds()

    def play(self, scenario: str) -> list[str]:
        """Play one scenario and return what was broken by it."""
        _, place, name = scenario.rsplit("/", 2)
        call = self.calls[int(place)]
        (fault,) = [one for one in faults_of(call, has_rival=self.act.rival is not None) if one.name == name]
        self._put_back(scenario)
        struck = _Strike(self, int(place), fault)
        before = self.world.clock.now
        self._take(self.act.step, struck.before, struck.after)
        self.world.clock.now = before
        if not struck.times:
            self.broken.append("the fault did not strike: the flow makes other calls than in its clean run")
        if fault.name == "twice":
            self._take(self.act.step)
        self._conclude(in_order=fault.name != "reordered")
        if not self.told_clearly:
            return self.broken
        # What a rival did in time may leave nothing to do, and so nothing to tell of.
        lost = self.kinds.keys() - self._ordered_kinds() if fault is not MEANWHILE else set()
        if lost:
            self.broken.append(f"never ordered: {sorted(lost)}")
        if not self.flow.repeats and (more := self._sent_kinds() - self.kinds):
            self.broken.append(f"ordered more than once: {sorted(more)}")
        return self.broken

    def _put_back(self, seed: str) -> None:
        world = self.world
        self.stage.tables.put_back(self._saved)
        if self.act.reset:
            self.act.reset()
        world.clock.now = self._time
        del world.hooks.mails[self._mails :]
        world.hooks.calls.clear()
        world.hooks.all_calls.clear()
        world.hooks.before, world.hooks.after = None, self.note
        self._orders = list(self._known)
        self.stage.dice.seed(seed)
        self.told: list[Told] = []
        self.answers: list[Any] = []
        self.broken: list[str] = []
        self._chosen: set[str] = set()
        self._woken: set[str] = set()
        self._look_at_passwords()

    # ------------------------------------------------------------ acting

    def _take(self, step: Step, before: Hook | None = None, after: Hook | None = None) -> None:
        """Take the step once, and note what was told."""
        hooks = self.world.hooks
        hooks.before, hooks.after = before, after or self.note
        answer: Any = None
        told: Told
        try:
            answer = step()
            told = self.flow.judge(answer)
        except Killed:
            # The memory of the process is gone, of all of them for simplicity.
            self.world.deploy()
            told = "unclear"
        except AssertionError as wrong:
            self.broken.append(f"an answer that is not as documented: {wrong}")
            told = "refused"
        except Exception as failure:  # noqa: BLE001 - what Lambda gets is tried again, unless it was a request
            if self.is_request:
                self.broken.append(f"a request ended in {type(failure).__name__}")
            told = "unclear"
        finally:
            hooks.before, hooks.after = None, self.note
        if isinstance(answer, Answer) and answer.status >= 500 and answer.status != 503:
            self.broken.append(f"answered {answer.status}")
        self.told.append(told)
        self.answers.append(answer)
        self._look_at_passwords()

    def _conclude(self, *, in_order: bool = True) -> list[str]:
        """Do what platform and people do until all is quiet, and look at what is left."""
        self._wake(in_order=in_order)
        for _ in range(_TRIES):
            if self.told_clearly:
                break
            self.world.clock.advance(self._patience())
            self._take(self.act.step)
        self._wake(in_order=in_order)
        if not self.told_clearly:
            self.broken.append(f"no clear answer: {[_shown(answer) for answer in self.answers]}")
        self.settle()
        self._check(mails=True)
        if not self.told_clearly:
            return self.broken
        try:
            self.flow.promise(self)
        except (AssertionError, KeyError, IndexError, ValueError) as wrong:
            self.broken.append(f"promise: {type(wrong).__name__} {str(wrong).splitlines()[0] if str(wrong) else ''}")
        self.settle()
        self._check(mails=False)
        return self.broken

    def _patience(self) -> int:
        last = self.answers[-1]
        told = last.headers.get("Retry-After") if isinstance(last, Answer) else None
        return int(told) if told else self.flow.wait

    def _wake(self, *, in_order: bool) -> None:
        """Deliver what the stream holds: of before only what was not handled, unless all comes late."""
        if not in_order:
            self._deliver(self._orders[::-1])
            return
        fresh = [pk for pk in self._orders if pk not in self._woken and (pk not in self._known or self._is_pending(pk))]
        self._deliver(fresh)
        self._woken.update(fresh)

    def _deliver(self, orders: list[str]) -> None:
        """Wake the mailer by records of the stream; batches that fail are delivered again."""
        records = [{"dynamodb": {"Keys": {"pk": {"S": pk}}, "SequenceNumber": str(n)}} for n, pk in enumerate(orders)]
        if records:
            self.world.mailer({"Records": records}, LambdaContext())
            self._look_at_passwords()

    def settle(self) -> None:
        """Run the schedule of the mailer as time goes on, until nothing is pending."""
        for _ in range(_MOST_RUNS):
            pending = [row for row in self.rows("OutboxTable") if row["status"] == "pending"]
            if not pending:
                return
            self.world.clock.now = max(self.world.clock.now, min(row.get("next_attempt_at", 0) for row in pending))
            self.world.mailer({"task": "send_due"}, LambdaContext())
            self._look_at_passwords()

    # ------------------------------------------------------------ looking

    @property
    def is_done(self) -> bool:
        """Whether anybody was told that it is done."""
        return "done" in self.told

    @property
    def told_clearly(self) -> bool:
        """Whether anybody knows that it is done, or was."""
        return bool({"done", "again"} & set(self.told))

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return the items of a table."""
        return self.stage.tables.rows(table)

    def rows_before(self, table: str) -> list[dict[str, Any]]:
        """Return the items of a table as they were when the flow began."""
        return self._before[table]

    def _check(self, *, mails: bool) -> None:
        found = list(state_is_whole(self.rows, self.world.clock.now))
        if mails:
            sent = Counter(mail["EmailTags"][0]["Value"] for mail in self.world.hooks.mails)
            found += mails_are_sent(self.rows, self._orders, sent)
        self.broken += [one for one in found if one not in self.broken]

    def _look_at_passwords(self) -> None:
        """An initial password must not take the place of one that its owner chose."""
        for row in of_kind(self.rows("AccountsTable"), "credential#"):
            kind = row.get("password_kind")
            if kind == "chosen":
                self._chosen.add(row["account_id"])
            elif kind == "initial" and row["account_id"] in self._chosen:
                self.broken.append("a chosen password was replaced by an initial one")

    def _sent_kinds(self) -> Counter[str]:
        """Return the orders that were sent since the flow began, by kind."""
        known = {row["pk"] for row in self._before["OutboxTable"] if row["status"] != "pending"}
        return Counter(
            row["kind"] for row in self.rows("OutboxTable") if row["pk"] not in known and row["status"] == "sent"
        )

    def _ordered_kinds(self) -> set[str]:
        """Return kinds of which one was sent, or dropped: ``mails_are_sent`` asks whether that had a reason."""
        dropped = {row["kind"] for row in self.rows("OutboxTable") if row["status"] == "dropped"}
        return dropped | self._sent_kinds().keys()

    def _is_pending(self, pk: str) -> bool:
        return any(row["pk"] == pk and row["status"] == "pending" for row in self._before["OutboxTable"])

    def note(self, _service: str, _operation: str, parameters: dict[str, Any]) -> None:
        """Be the stream of the outbox."""
        puts = [entry["Put"] for entry in parameters.get("TransactItems", []) if "Put" in entry]
        for put in (*puts, parameters):
            if put.get("TableName") == "OutboxTable" and "Item" in put:
                self._orders.append(put["Item"]["pk"]["S"])

    # ------------------------------------------------------------ what faults do

    def step_again(self) -> None:
        """Deliver the same event once more, at this very moment."""
        self._take(self.act.step)

    def step_aside(self) -> None:
        """Let the rival act, at this very moment."""
        assert self.act.rival
        self.act.rival()

    def wake_mailer_reversed(self) -> None:
        """Deliver the stream records so far, the newest first."""
        self._deliver(self._orders[::-1])

    def shift_clock(self, seconds: int) -> None:
        """Let what is left of the step run on a machine whose clock differs."""
        self.world.clock.advance(seconds)

    def send_as_well(self, operation: str, parameters: dict[str, Any]) -> None:
        """Let a call take effect that nobody hears of."""
        getattr(self.world.dynamodb, operation)(**parameters)


_TABLES = ("AccountsTable", "RegistrationsTable", "SessionsTable", "OutboxTable", "EvidenceTable", "MirrorTable")


class _Strike:
    """Lets a fault happen at one call.

    Args:
        play: the run that it strikes.
        place: of the call, from 0; repetitions inside the step follow it directly.
        fault: which.
    """

    def __init__(self, play: Play, place: int, fault: Fault) -> None:
        self._play, self._place, self._fault = play, place, fault
        self._seen = -1
        self.times = 0

    def before(self, service: str, operation: str, parameters: dict[str, Any]) -> None:
        self._seen += 1
        self._strike("before", service, operation, parameters)

    def after(self, service: str, operation: str, parameters: dict[str, Any]) -> None:
        self._play.note(service, operation, parameters)
        self._strike("after", service, operation, parameters)

    def _strike(self, moment: str, service: str, operation: str, parameters: dict[str, Any]) -> None:
        fault, hooks = self._fault, self._play.world.hooks
        if moment != fault.moment or not self._place <= self._seen < self._place + fault.times:
            return
        self.times += 1
        try:
            # What happens beside the call is not struck itself.
            hooks.before, hooks.after = None, self._play.note
            fault.strike(self._play, service, operation, parameters)
        finally:
            hooks.before, hooks.after = self.before, self.after


def _shown(answer: Any) -> str:
    if isinstance(answer, Answer):
        return f"{answer.status} {answer.text[:120]}"
    return json.dumps(answer, default=str)[:120]
