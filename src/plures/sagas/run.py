"""One saga in the hands of this worker: its function runs, from the beginning; then it has ended, or waits, or is taken back, or is parked."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any, Final, cast

from plures.contract import ContractError
from plures.errors import CallError
from plures.logs import tell
from plures.runtime import Acting, code_of, current

from .declaring import DONE, Definition, Saga
from .errors import NO_STEP, Lost, NotKept, SagaParked, SagaUnreadable, StepUnfit, Stuck, Suspended
from .keeping import KEPT_S, Instance, Journal, Record, Spans, State
from .notes import Notes
from .numbering import begin
from .pace import Pace
from .steps import Steps

_LOG: Final = logging.getLogger("plures.sagas")
_NOT_TAKEN_BACK: Final = "; and it cannot be taken back: "
_STOOD_STILL: Final = "it stood still for {days} days, and those that it called remember a key for 14: what its last step has done is not known to them any more"
_PARKED: Final = "parked"
_DAY_MS: Final = 24 * 3600 * 1000

under_way: Final[ContextVar[tuple[str, str] | None]] = ContextVar("plures_saga", default=None)
"""The name and id of the saga that the running code is part of."""


class Run:
    """Brings one saga as far as it comes. One that has not run before has no records."""

    def __init__(
        self,
        definition: Definition,
        service: object,
        instance: Instance,
        records: Sequence[Record] | None,
        *,
        journal: Journal,
        pace: Pace,
        spans: Spans,
        is_let_go: Callable[[], bool],
    ) -> None:
        self._name = f"{spans.capability}.{definition.name}"
        self._definition = definition
        self._method = getattr(service, definition.method)
        self._notes = Notes(journal, instance, place=records[-1].place if records else 0)
        self._journal = journal
        self._spans = spans
        self._steps = Steps(
            definition,
            service,
            self._notes,
            records or (),
            name=self._name,
            journal=journal,
            pace=pace,
            spans=spans,
            is_let_go=is_let_go,
            is_resumed=records is not None,
        )

    async def run(self) -> Instance:
        """What it has become.

        Raises:
            Lost: Another worker has it now, or an operator has changed it.
            NotKept: The database did not take what was to be noted.
        """
        still_ms = self._journal.now() - max(self._notes.instance.changed_at, self._notes.instance.due_at)
        if still_ms > KEPT_S * 1000:
            return await self._park(_STOOD_STILL.format(days=still_ms // _DAY_MS))
        what = "on whose behalf it was begun"
        try:
            self._steps.limit.acting = self._acting()
            what = "what it was begun with"
            arguments = self._arguments()
        except Exception as unreadable:  # noqa: BLE001 - it may have taken steps, and what takes them back is not known
            return await self._park(self._unreadable(what, unreadable).why)
        context = self._steps.limit.context()
        current.set(context)
        under_way.set((self._definition.name, self._notes.instance.id))
        begin()
        with self._spans.run(self._notes.instance, context) as span:
            self._steps.limit.part_of(context)
            try:
                ended, error = await self._called(arguments)
            except Lost:
                # No fault: it goes on elsewhere.
                context.code = Lost.__name__
                raise
            context.code = _code(ended, error)
            span.said["plures.saga.state"] = ended.state
        return ended

    async def _called(self, arguments: dict[str, Any]) -> tuple[Instance, BaseException | None]:
        """What it has become when its function was called; why it did not come to its end."""
        error: BaseException | None = None
        reply = DONE
        try:
            async with self._steps.limit.holds():
                answer = await self._method(Saga(self._notes.instance.id, self._steps), **arguments)
            reply = self._definition.ending.reply(answer)
        except BaseException as raised:  # noqa: BLE001 - whatever it was, it is noted
            error = raised
        try:
            await self._steps.end(is_done=error is None)
        except (StepUnfit, Stuck) as unfit:
            error = unfit
        if error is None:
            self._notes.set(status=reply.http_status, answer=reply.body.decode(), error="")
        error = self._steps.interruption or error
        return await self._ended(error), error

    def step(self) -> str:
        """The step that it has begun last."""
        return self._notes.instance.step

    async def _ended(self, error: BaseException | None) -> Instance:
        """What becomes of it when its function has ended so."""
        is_back = self._notes.instance.state is State.COMPENSATING
        if isinstance(error, Suspended):
            return await self._suspend(error)
        if isinstance(error, Stuck):
            return await self._park(error.error.why)
        if isinstance(error, Lost | NotKept | asyncio.CancelledError):
            raise error
        if is_back:
            return await self._take_back()
        if error is None:
            return await self._end(State.COMPLETED)
        leaf = _leaf(error)
        if not isinstance(leaf, Exception | SystemExit):
            raise error
        if self._notes.instance.is_final:
            self._tell(leaf)
            # Resumed, it tries again what has failed.
            self._notes.forget(self._steps.failures.behind(error))
            return await self._park(_reason(leaf))
        return await self._turn_back(leaf)

    async def _turn_back(self, error: Exception | SystemExit) -> Instance:
        self._tell(error)
        at = self._notes.instance.step
        self._notes.set(error=_reason(error), failed_at=at, status=0, answer="", attempts=0)
        if isinstance(error, ContractError) and self._definition.ending.declares(error):
            reply = self._definition.ending.error_reply(error, did_nothing=False)
            self._notes.set(status=reply.http_status, answer=reply.body.decode())
        if not self._steps.undos:
            return await self._end(State.COMPENSATED)
        self._notes.set(state=State.COMPENSATING)
        await self._notes.flush()
        return await self._take_back()

    async def _take_back(self) -> Instance:
        why = self._notes.instance.error.partition(_NOT_TAKEN_BACK)[0]
        self._notes.set(error=why)
        try:
            await self._steps.take_back()
        except Suspended as suspended:
            return await self._suspend(suspended)
        except (ContractError, CallError) as error:
            return await self._park(f"{why}{_NOT_TAKEN_BACK}{_reason(error)}")
        return await self._end(State.COMPENSATED)

    async def _suspend(self, suspended: Suspended) -> Instance:
        due_at = self._journal.now() + int(suspended.wait_s * 1000)
        self._notes.set(worker="", due_at=due_at, attempts=suspended.failed)
        if suspended.reason and self._notes.instance.state is State.RUNNING:
            self._notes.set(error=suspended.reason)
        return await self._noted()

    async def _park(self, reason: str) -> Instance:
        instance = self._notes.instance
        parked = SagaParked(self._name, instance.id, instance.step or NO_STEP, reason)
        self._notes.set(state=State.PARKED, was=instance.state, worker="", error=reason, attempts=0)
        noted = await self._noted()
        _LOG.error("%s", parked)
        return noted

    async def _end(self, state: State) -> Instance:
        self._notes.set(state=state, worker="", attempts=0)
        return await self._noted()

    async def _noted(self) -> Instance:
        await self._notes.flush()
        return self._notes.instance

    def _arguments(self) -> dict[str, Any]:
        operation = self._definition.operation
        request = operation.request.decode(self._notes.instance.body.encode())
        return {name: getattr(request, name) for name in operation.signature.parameters}

    def _acting(self) -> Acting | None:
        text, kind = self._notes.instance.context, self._journal.context
        return kind.read(text) if text and kind is not None else None

    def _unreadable(self, what: str, error: Exception) -> SagaUnreadable:
        return SagaUnreadable(self._name, self._notes.instance.id, what, _reason(error))

    def _tell(self, error: Exception | SystemExit) -> None:
        """Log what only a mistake in the code explains."""
        if not isinstance(error, ContractError | CallError):
            tell(_LOG, error, "saga %s %s failed", self._name, self._notes.instance.id)


def _code(ended: Instance, error: BaseException | None) -> str:
    """How a run ended, in the words of calls: one that waits has not failed, nor has one that was taken back as it was to be."""
    if ended.state is State.PARKED:
        return _PARKED
    return "" if error is None or isinstance(error, Suspended) else code_of(_leaf(error))


def _leaf(error: BaseException) -> BaseException:
    """Of steps that were taken side by side, the first that failed."""
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    return error


def _reason(error: Exception | SystemExit) -> str:
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
