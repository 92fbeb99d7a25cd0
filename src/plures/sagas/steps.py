"""The steps of one saga: those that it has taken answer as they did, the next ones are taken now. It is what is behind a `Saga`."""

import asyncio
from collections.abc import Coroutine, Iterator, Sequence
from contextvars import ContextVar
from math import inf
from time import monotonic
from typing import Any, Final, NoReturn, TypeVar, cast

from plures.contract import ContractError
from plures.errors import CallError, DeadlineExceeded, Outcome
from plures.runtime import CallContext, current

from .attempts import Patience, tried
from .declaring import DONE, MOST_ATTEMPTS, Called, Definition, Part, called
from .errors import Changed, Halted, Lost, NotKept, SagaChanged, StepUnfit, Suspended
from .keeping import Journal, Record, State, recorded
from .notes import Notes
from .pace import Pace

_SLEEP: Final = "sleep"

T = TypeVar("T")
_in_step: Final[ContextVar[bool]] = ContextVar("plures_saga_step", default=False)


class Steps:
    """Those of one run.

    Attributes:
        undos: What takes back the steps that have had an effect, or may have had one, by their numbers.
        interruption: Why this run cannot go on, whatever the code of the saga made of that.
        failures: What steps have raised, each with the number of the step and that of the last step that there was then.
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
    ) -> None:
        self._definition = definition
        self._service = service
        self._notes = notes
        self._name = name
        self._path = definition.operation.full_name.rpartition("/")[0]
        self._journal = journal
        self._pace = pace
        self._taken = {record.number: record for record in records if not record.is_undo}
        self._undone = {record.number for record in records if record.is_undo}
        self._numbers = 0
        self._failed = notes.instance.attempts
        self._in_flight: set[asyncio.Task[Any]] = set()
        # What is taken back takes no new steps.
        self._is_back = notes.instance.state is State.COMPENSATING
        self.undos: dict[int, Part] = {}
        self.failures: list[tuple[Exception, int, int]] = []
        self.interruption: BaseException | None = None

    def context(self) -> CallContext:
        """What the calls of its steps are part of."""
        left_s = inf if not self._deadline_at() else (self._deadline_at() - self._journal.now()) / 1000
        instance = self._notes.instance
        return CallContext(monotonic() + left_s, 0, operation=self._definition.operation, id=instance.request_id)

    # What a `Saga` asks for.

    def next_number(self, part: Part) -> int:
        step = self._called(part)
        if _in_step.get():
            raise StepUnfit(step.name, "it is taken inside of another step", "Take it in the function of the saga.")
        self._numbers += 1
        return self._numbers

    async def take(self, number: int, part: Part, undo: Part | None) -> Any:
        step = self._called(part)
        if undo is not None:
            self._called(undo, is_undo=True)
        taken = self._record(number, step.name)
        if taken is not None:
            return self._again(taken, step, undo)
        if undo is not None:
            self.undos[number] = undo
        if self._is_back:
            self._interrupt(Halted())
        try:
            return await self._flying(self._try(number, step, part))
        except (ContractError, CallError) as error:
            if isinstance(error, ContractError) or error.outcome is Outcome.NOT_SENT:
                self.undos.pop(number, None)
            self.failures.append((error, number, self._numbers))
            self._notes.add(recorded(number, step.name, step.error_reply(error)))
            raise

    async def sleep(self, seconds: float) -> None:
        self._numbers += 1
        taken = self._record(self._numbers, _SLEEP)
        if self._is_back:
            if taken is None:
                self._interrupt(Halted())
            return
        until = self._journal.now() + int(seconds * 1000)
        if taken is None:
            self._notes.add(Record(self._numbers, _SLEEP, 0, str(until)))
            self._notes.set(step=_SLEEP)
        else:
            until = int(taken.answer)
        wait_s = (min(until, self._deadline_at() or until) - self._journal.now()) / 1000
        if wait_s > self._pace.in_memory_s:
            self._interrupt(Suspended(wait_s))
        if wait_s > 0:
            await self._notes.flush()
            await asyncio.sleep(wait_s)

    def undo(self, part: Part) -> None:
        self._called(part, is_undo=True)
        self._numbers += 1
        self.undos[self._numbers] = part

    def point_of_no_return(self) -> None:
        self._notes.set(is_final=True)
        current.set(self.context())

    # And what its run asks for.

    async def end(self) -> None:
        """Let no step go on that the saga does not wait for any more."""
        tasks = self._in_flight - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def to_try_again(self, error: BaseException) -> set[int]:
        """The steps whose failure ended the saga, and after which it has taken no other: those that a resumed saga takes anew."""
        behind = set(_behind(error))
        return {number for failure, number, last in self.failures if id(failure) in behind and last == self._numbers}

    async def take_back(self) -> None:
        """Take back what was done, the last first.

        Raises:
            ContractError, CallError: One of them cannot be taken back.
            Suspended: As `tried`.
        """
        self._is_back = True
        current.set(self.context())
        patience = Patience(self._pace, MOST_ATTEMPTS, lambda _: None)
        for number in sorted(self.undos.keys() - self._undone, reverse=True):
            part = self.undos[number]
            step = self._called(part, is_undo=True)
            failed, self._failed = self._failed, 0
            await tried(step, lambda: self._undo(number, step, part), patience, failed)  # noqa: B023 - it is awaited here

    # How.

    async def _try(self, number: int, step: Called, part: Part) -> Any:
        failed, self._failed = self._failed, 0
        most = MOST_ATTEMPTS if self._notes.instance.is_final else self._definition.declaration.attempts
        patience = Patience(self._pace, most, self._check_deadline)
        return await tried(step, lambda: self._once(number, step, part), patience, failed)

    async def _once(self, number: int, step: Called, part: Part) -> Any:
        self._notes.set(step=step.name)
        await self._ready_to_begin()
        if step.is_own:
            return await self._notes.together(
                lambda: _inside(part), lambda answer: recorded(number, step.name, step.reply(answer))
            )
        answer = await part.call()
        self._notes.add(recorded(number, step.name, step.reply(answer), lasts=step.lasts))
        return answer

    async def _undo(self, number: int, step: Called, part: Part) -> None:
        self._notes.set(step=f"undo {step.name}")
        await self._ready_to_begin()
        if step.is_own:
            await self._notes.together(lambda: _inside(part), lambda _: recorded(number, step.name, DONE, is_undo=True))
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
        except (Suspended, Lost, NotKept) as interruption:
            self._interrupt(interruption)
        finally:
            if task is not None:
                self._in_flight.discard(task)

    def _again(self, taken: Record, step: Called, undo: Part | None) -> Any:
        """What a step answered that was taken before."""
        has_effect = True
        try:
            return step.outcome_of(taken.reply)
        except (ContractError, CallError) as error:
            has_effect = isinstance(error, CallError) and error.outcome is Outcome.MAY_HAVE_RUN
            self.failures.append((error, taken.number, self._numbers))
            raise
        finally:
            if undo is not None and has_effect:
                self.undos[taken.number] = undo

    def _record(self, number: int, name: str) -> Record | None:
        taken = self._taken.get(number)
        if taken is not None and taken.name != name:
            instance = self._notes.instance
            self._interrupt(Changed(SagaChanged(self._name, instance.id, instance.version, number, taken.name, name)))
        return taken

    def _called(self, part: Part, *, is_undo: bool = False) -> Called:
        return called(part, self._service, self._path, self._definition.declaration.errors, is_undo=is_undo)

    def _check_deadline(self, step: Called) -> None:
        if self._deadline_at() and self._deadline_at() <= self._journal.now():
            why = "the deadline of the saga has passed"
            raise DeadlineExceeded(step.operation.full_name, why, outcome=Outcome.MAY_HAVE_RUN)

    def _deadline_at(self) -> int:
        """When no step may begin any more; 0 where there is no such time."""
        instance = self._notes.instance
        return 0 if self._is_back or instance.is_final else instance.deadline_at

    def _interrupt(self, interruption: BaseException) -> NoReturn:
        self.interruption = self.interruption or interruption
        raise interruption


def _behind(error: BaseException | None) -> Iterator[int]:
    """The identities of an error and of all that led to it."""
    while error is not None:
        yield id(error)
        if isinstance(error, BaseExceptionGroup):
            for each in cast("BaseExceptionGroup[BaseException]", error).exceptions:
                yield from _behind(each)
        error = error.__cause__ or error.__context__


async def _inside(part: Part) -> Any:
    token = _in_step.set(True)
    try:
        return await part.call()
    finally:
        _in_step.reset(token)
