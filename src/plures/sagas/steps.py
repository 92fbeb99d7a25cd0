"""The steps of one saga: those that it has taken answer as they did, the next ones are taken now. It is what is behind a `Saga`."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any, Final, NoReturn, TypeVar

from plures.contract import ContractError
from plures.errors import CallError
from plures.runtime import Reply

from .attempts import Patience, tried
from .declaring import DONE, MOST_ATTEMPTS, Called, Definition, Part, Step, called, in_step
from .errors import Halted, Lost, NotKept, StepUnfit, Stuck, Suspended
from .failures import Failures
from .keeping import Journal, Record, Spans, State
from .limit import Limit
from .notes import Ended, Notes
from .numbering import by_number, made_by_now, next_number
from .pace import Pace
from .replay import Replay

_SLEEP: Final = "sleep"
_PATIENCE_S: Final = 5.0
"""For the end of steps that were cancelled."""

T = TypeVar("T")


class Steps:
    """Those of one run.

    Attributes:
        limit: Until when they may begin.
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
        spans: Spans,
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
        self._spans = spans
        self._is_let_go = is_let_go
        taken = [record for record in records if not record.is_undo]
        self._replay = Replay(name, notes.instance, taken, patience_s=pace.replay_s)
        self._undone = {record.number for record in records if record.is_undo}
        self._is_resumed = is_resumed
        # Steps that are not awaited yet, and what they call.
        self._made: dict[str, tuple[Step[Any], Called]] = {}
        self._is_over = False
        self._failed = notes.instance.attempts
        self._attempts = MOST_ATTEMPTS if notes.instance.is_final else definition.declaration.attempts
        self._in_flight: set[asyncio.Task[Any]] = set()
        # What is taken back takes no new steps.
        self._is_back = notes.instance.state is State.COMPENSATING
        self.limit = Limit(definition.operation, notes.instance, journal, definition.declaration.criticality)
        self.undos: dict[str, Part] = {}
        self.failures = Failures(is_resumed=is_resumed)
        self.interruption: BaseException | None = None

    # What a `Saga` asks for.

    def make(self, step: Step[Any]) -> str:
        what = self._called(step.part)
        if in_step.get():
            raise StepUnfit(what.name, "it is taken inside of another step", "Take it in the function of the saga.")
        number = self._next_number()
        self._made[number] = step, what
        return number

    def say_undo(self) -> None:
        self._notes.say_undo()

    async def take(self, number: str, step: Step[Any]) -> Any:
        made = self._made.pop(number, None)
        what = self._called(step.part) if made is None else made[1]
        if step.undo is not None:
            self._called(step.undo, is_undo=True)
        self._go_on(what.name)
        if step.undo is not None:
            self.undos[number] = step.undo
        try:
            return await self._flying(self._take(number, what, step.part))
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
        self._notes.say_undo()
        self.undos[self._next_number()] = part

    def point_of_no_return(self) -> None:
        self._notes.set(is_final=True)
        self._attempts = MOST_ATTEMPTS
        self.limit.lift()

    # And what its run asks for.

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
            name = next((what.name for _, what in self._made.values()), self._notes.instance.step)
            raise StepUnfit(name, "the saga does not wait for it", "Await it, or the task in which it is taken.")

    async def take_back(self) -> None:
        """Take back what was done, the last first.

        Raises:
            ContractError, CallError: One of them cannot be taken back.
            Suspended: As `tried`.
        """
        self._is_back = True
        self.limit.lift()
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
            self._notes.add(Ended(number, _SLEEP, Reply(0, str(until).encode())))
            self._notes.begin(_SLEEP)
        else:
            until = self._replay.number_in(taken)
        wait_s = (self.limit.or_earlier(until) - self._journal.now()) / 1000
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
        if self._is_resumed:
            # The run before may have begun them without a note of this one.
            self._know_undos()
        if self._is_back:
            raise Halted
        self.failures.begin(number)
        try:
            return await self._try(number, step, part)
        except (ContractError, CallError) as error:
            reply = step.error_reply(error, did_nothing=self.failures.did_nothing(number, error))
            self._note(Ended(number, step.name, reply))
            raise

    def _know_undos(self) -> None:
        """Of the steps that are made and not awaited yet."""
        for number, (step, _) in self._made.items():
            if step.undo is not None:
                self._called(step.undo, is_undo=True)
                self.undos[number] = step.undo

    async def _try(self, number: str, step: Called, part: Part) -> Any:
        failed, self._failed = self._failed, 0
        noting = partial(self.failures.note_attempt, number, step)
        patience = Patience(self._pace, self._attempts, self.limit.check, noting)
        return await tried(step, lambda: self._once(number, step, part), patience, failed)

    async def _once(self, number: str, step: Called, part: Part) -> Any:
        self._notes.begin(step.name)
        await self._notes.before(number)
        self._check_lease()
        made = made_by_now(number)
        with self._spans.step(self._definition.name, step.name):
            if step.is_own:
                answer, record = await self._notes.together(
                    part.call_inside, lambda answer: Ended(number, step.name, step.reply(answer), made=made)
                )
                self._replay.add(record)
                return answer
            answer = await part.call()
        self._note(Ended(number, step.name, step.reply(answer), lasts=step.lasts, made=made))
        return answer

    async def _undo(self, number: str, step: Called, part: Part) -> None:
        self._notes.begin(f"undo {step.name}")
        await self._notes.flush()
        self._check_lease()
        with self._spans.step(self._definition.name, f"undo {step.name}"):
            if step.is_own:
                await self._notes.together(part.call_inside, lambda _: Ended(number, step.name, DONE, is_undo=True))
                return
            await part.call()
        self._notes.add(Ended(number, step.name, DONE, is_undo=True, lasts=step.lasts))

    def _check_lease(self) -> None:
        """See that no other worker may have taken over."""
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

    def _note(self, ended: Ended) -> None:
        self._replay.add(self._notes.add(ended))

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

    def _interrupt(self, interruption: BaseException) -> NoReturn:
        self.interruption = self.interruption or interruption
        raise interruption
