"""The steps of one saga: those that it has taken answer as they did, the next ones are taken now. It is what is behind a `Saga`."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from functools import partial
from math import inf
from time import monotonic
from typing import Any, Final, NoReturn, TypeVar

from plures.contract import ContractError
from plures.errors import CallError, DeadlineExceeded, Outcome
from plures.runtime import CallContext, current

from .attempts import Patience, tried
from .declaring import DONE, MOST_ATTEMPTS, Called, Definition, Part, called, in_step
from .errors import Halted, Lost, NotKept, StepUnfit, Stuck, Suspended
from .failures import Failures
from .keeping import Journal, Record, State, recorded
from .notes import Notes
from .numbering import by_number, next_number
from .pace import Pace
from .replay import Replay

_SLEEP: Final = "sleep"
_GRACE_S: Final = 1.0
"""Steps see the deadline by themselves; so long after it, what else the saga waits for is ended."""
_PATIENCE_S: Final = 5.0
"""For the end of steps that were cancelled."""

T = TypeVar("T")


class Steps:
    """Those of one run.

    Attributes:
        undos: What takes back the steps that have had an effect, or may have had one, by their numbers.
        interruption: Why this run cannot go on, whatever the code of the saga made of that.
        failures: What steps have raised.
    """

    def __init__(
        self,
        definition: Definition,
        service: object,
        notes: Notes,
        records: Sequence[Record],
        *,
        name: str,
        journal: Journal,
        pace: Pace,
        is_let_go: Callable[[], bool],
        is_resumed: bool,
    ) -> None:
        self._definition = definition
        self._service = service
        self._notes = notes
        self._name = name
        self._path = definition.operation.full_name.rpartition("/")[0]
        self._journal = journal
        self._pace = pace
        self._is_let_go = is_let_go
        taken = [record for record in records if not record.is_undo]
        self._replay = Replay(name, notes.instance, taken, patience_s=pace.replay_s)
        self._undone = {record.number for record in records if record.is_undo}
        # Steps that are not awaited yet.
        self._made: dict[str, str] = {}
        self._is_over = False
        self._limit: asyncio.Timeout | None = None
        self._failed = notes.instance.attempts
        self._in_flight: set[asyncio.Task[Any]] = set()
        # What is taken back takes no new steps.
        self._is_back = notes.instance.state is State.COMPENSATING
        self.undos: dict[str, Part] = {}
        self.failures = Failures(is_resumed=is_resumed)
        self.interruption: BaseException | None = None

    def context(self) -> CallContext:
        """What the calls of its steps are part of."""
        left_s = inf if not self._deadline_at() else (self._deadline_at() - self._journal.now()) / 1000
        instance = self._notes.instance
        return CallContext(monotonic() + left_s, 0, operation=self._definition.operation, id=instance.request_id)

    # What a `Saga` asks for.

    def next_number(self, part: Part) -> str:
        step = self._called(part)
        if in_step.get():
            raise StepUnfit(step.name, "it is taken inside of another step", "Take it in the function of the saga.")
        number = self._next_number()
        self._made[number] = step.name
        return number

    async def take(self, number: str, part: Part, undo: Part | None) -> Any:
        step = self._called(part)
        self._made.pop(number, None)
        if undo is not None:
            self._called(undo, is_undo=True)
        self._go_on(step.name)
        if undo is not None:
            self.undos[number] = undo
        try:
            return await self._flying(self._take(number, step, part))
        except (ContractError, CallError) as error:
            if self.failures.did_nothing(number, error):
                self.undos.pop(number, None)
            self.failures.add(error, number)
            raise

    async def sleep(self, seconds: float) -> None:
        number = self._next_number()
        self._go_on(_SLEEP)
        await self._flying(self._sleep(number, seconds))

    def undo(self, part: Part) -> None:
        self._called(part, is_undo=True)
        self.undos[self._next_number()] = part

    def point_of_no_return(self) -> None:
        self._notes.set(is_final=True)
        if self._limit is not None:
            self._limit.reschedule(None)
        current.set(self.context())

    # And what its run asks for.

    @asynccontextmanager
    async def limited(self) -> AsyncGenerator[None]:
        """The function of the saga runs here; it raises `DeadlineExceeded` where it waits for something else than a step."""
        left_s = (self._deadline_at() - self._journal.now()) / 1000 + _GRACE_S if self._deadline_at() else None
        try:
            async with asyncio.timeout(left_s) as self._limit:
                yield
        except TimeoutError:
            if not self._limit or not self._limit.expired():
                raise
            raise self._too_late(self._definition.operation.full_name) from None

    async def end(self, *, is_done: bool) -> None:
        """Let no step go on that the saga does not wait for any more.

        Args:
            is_done: Whether the saga claims to have reached its end.

        Raises:
            StepUnfit: It has not, since it does not wait for a step.
            Stuck: It did not come to a step that it has taken.
        """
        self._is_over = True
        tasks = self._in_flight - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=_PATIENCE_S)
        if self.interruption is not None:
            return
        self._replay.check_end()
        if is_done and (tasks or self._made):
            name = next(iter(self._made.values()), self._notes.instance.step)
            raise StepUnfit(name, "the saga does not wait for it", "Await it, or the task in which it is taken.")

    async def take_back(self) -> None:
        """Take back what was done, the last first.

        Raises:
            ContractError, CallError: One of them cannot be taken back.
            Suspended: As `tried`.
        """
        self._is_back = True
        current.set(self.context())
        patience = Patience(self._pace, MOST_ATTEMPTS, lambda _: None)
        for number in sorted(self.undos.keys() - self._undone, key=by_number, reverse=True):
            part = self.undos[number]
            step = self._called(part, is_undo=True)
            failed, self._failed = self._failed, 0
            await tried(step, lambda: self._undo(number, step, part), patience, failed)  # noqa: B023 - it is awaited here

    # How.

    async def _sleep(self, number: str, seconds: float) -> None:
        taken = await self._replay.record(number, _SLEEP)
        if self._is_back:
            if taken is None:
                raise Halted
            return
        until = self._journal.now() + int(seconds * 1000)
        if taken is None:
            self._notes.add(Record(number, _SLEEP, 0, str(until)))
            self._notes.set(step=_SLEEP)
        else:
            until = self._replay.number_in(taken)
        wait_s = (min(until, self._deadline_at() or until) - self._journal.now()) / 1000
        if wait_s > self._pace.in_memory_s:
            raise Suspended(wait_s)
        if wait_s > 0:
            await self._notes.flush()
            await asyncio.sleep(wait_s)

    async def _take(self, number: str, step: Called, part: Part) -> Any:
        taken = await self._replay.record(number, step.name)
        if taken is not None:
            self.failures.found(number, taken.outcome)
            return self._replay.outcome_of(taken, step)
        if self._is_back:
            raise Halted
        self.failures.begin(number)
        try:
            return await self._try(number, step, part)
        except (ContractError, CallError) as error:
            reply = step.error_reply(error, did_nothing=self.failures.did_nothing(number, error))
            self._note(recorded(number, step.name, reply))
            raise

    async def _try(self, number: str, step: Called, part: Part) -> Any:
        failed, self._failed = self._failed, 0
        most = MOST_ATTEMPTS if self._notes.instance.is_final else self._definition.declaration.attempts
        noting = partial(self.failures.note_attempt, number, step)
        patience = Patience(self._pace, most, self._check_deadline, noting)
        return await tried(step, lambda: self._once(number, step, part), patience, failed)

    async def _once(self, number: str, step: Called, part: Part) -> Any:
        self._notes.set(step=step.name)
        await self._ready_to_begin()
        if step.is_own:
            return await self._notes.together(
                part.call_inside,
                lambda answer: self._replay.add(recorded(number, step.name, step.reply(answer))),
            )
        answer = await part.call()
        self._note(recorded(number, step.name, step.reply(answer), lasts=step.lasts))
        return answer

    async def _undo(self, number: str, step: Called, part: Part) -> None:
        self._notes.set(step=f"undo {step.name}")
        await self._ready_to_begin()
        if step.is_own:
            await self._notes.together(part.call_inside, lambda _: recorded(number, step.name, DONE, is_undo=True))
            return
        await part.call()
        self._notes.add(recorded(number, step.name, DONE, is_undo=True, lasts=step.lasts))

    async def _ready_to_begin(self) -> None:
        """Note what has ended before something else begins, and see that no other worker may have taken over."""
        await self._notes.flush()
        if not self._journal.may_act():
            raise Lost

    async def _flying(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.current_task()
        if task is not None:
            self._in_flight.add(task)
        try:
            return await work
        except (Suspended, Lost, NotKept, Halted, Stuck) as interruption:
            self._interrupt(interruption)
        finally:
            if task is not None:
                self._in_flight.discard(task)

    def _next_number(self) -> str:
        self.failures.made += 1
        return next_number()

    def _note(self, record: Record) -> None:
        self._notes.add(self._replay.add(record))

    def _go_on(self, name: str) -> None:
        """Raise what keeps the saga from taking another step, also where its code has caught that."""
        if self._is_let_go():
            self._interrupt(Lost())
        if self.interruption is not None:
            raise self.interruption
        if self._is_over:
            raise StepUnfit(name, "the saga has ended", "Await the task in which it is taken.")

    def _called(self, part: Part, *, is_undo: bool = False) -> Called:
        return called(part, self._service, self._path, self._definition.declaration.errors, is_undo=is_undo)

    def _check_deadline(self, step: Called) -> None:
        if self._deadline_at() and self._deadline_at() <= self._journal.now():
            raise self._too_late(step.operation.full_name)

    def _too_late(self, name: str) -> DeadlineExceeded:
        return DeadlineExceeded(name, "the deadline of the saga has passed", outcome=Outcome.MAY_HAVE_RUN)

    def _deadline_at(self) -> int:
        """When no step may begin any more; 0 where there is no such time."""
        instance = self._notes.instance
        return 0 if self._is_back or instance.is_final else instance.deadline_at

    def _interrupt(self, interruption: BaseException) -> NoReturn:
        self.interruption = self.interruption or interruption
        raise interruption
