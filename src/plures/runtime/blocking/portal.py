"""From a thread to the event loop of a host, and back: a coroutine runs there, and the thread waits for its answer."""

import asyncio
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NoReturn
from weakref import WeakSet

from plures.contract import OperationDescription
from plures.errors import DeadlineExceeded, Outcome, Unavailable

from .errors import BlockingOnLoop
from .jobs import Job, Wait, job_here

_PATIENCE_S: Final = 1.0
"""So much longer than a call may take a thread waits: the loop ends the call in time, unless it stands still."""


class Portal:
    """The way of other threads to the loop of one host.

    Attributes:
        loop: That of the host, while it runs.
    """

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self._why_closed = "the replica is starting"
        self._crossings: set[asyncio.Task[Any]] = set()
        # Threads that wait for other threads.
        self.waits: set[Wait] = set()
        _portals.add(self)

    def open(self) -> None:
        """Lead to the running loop from now on."""
        self.loop = asyncio.get_running_loop()

    async def close(self) -> None:
        """Lead nowhere. Calls in flight end, and their threads are told."""
        self.forget("the replica is stopping")
        crossings = list(self._crossings)
        for crossing in crossings:
            crossing.cancel()
        for wait in list(self.waits):
            wait.give_up()
        await asyncio.gather(*crossings, return_exceptions=True)

    def forget(self, why: str) -> None:
        self.loop, self._why_closed = None, why

    def call(
        self,
        operation: OperationDescription,
        function: Callable[..., Any],
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
    ) -> Any:
        """Call a coroutine function on the loop, in a copy of this thread's context; its answer, or what it raises.

        Raises:
            BlockingOnLoop: An event loop runs in this thread.
            Unavailable: The host does not run, or stops meanwhile.
            asyncio.CancelledError: The work that this thread does is not waited for any more.
        """
        loop = self.loop_for(operation)
        crossing = _Crossing(self, function, args, kwargs, job_here())
        try:
            loop.call_soon_threadsafe(crossing.begin)
        except RuntimeError:
            # It was closed without a word.
            self.refuse(operation, Outcome.NOT_SENT)
        if not crossing.ended.acquire(timeout=operation.declaration.deadline_s + _PATIENCE_S):
            why = "the event loop of its application does not answer"
            raise DeadlineExceeded(operation.full_name, why, outcome=Outcome.MAY_HAVE_RUN)
        error = crossing.error
        if error is None:
            return crossing.answer
        try:
            if isinstance(error, asyncio.CancelledError) and not crossing.is_abandoned:
                self.refuse(operation, Outcome.MAY_HAVE_RUN)
            raise error
        finally:
            # The traceback of an error holds this frame.
            del error, crossing

    def loop_for(self, operation: OperationDescription) -> asyncio.AbstractEventLoop:
        """The loop of the host, for a call of this thread that blocks.

        Raises:
            BlockingOnLoop: An event loop runs in this thread.
            Unavailable: The host does not run.
        """
        if _has_loop():
            raise BlockingOnLoop(operation.full_name, f"{operation.capability}.{operation.name}")
        loop = self.loop
        if loop is None:
            self.refuse(operation, Outcome.NOT_SENT)
        return loop

    def allow(self, operation: OperationDescription) -> None:
        """Refuse a call of this thread that `call` would refuse before it began. Raises as `call` does."""
        self.loop_for(operation)
        job = job_here()
        if job is not None and job.is_abandoned:
            raise asyncio.CancelledError

    async def visit(
        self,
        operation: OperationDescription,
        function: Callable[..., Any],
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
    ) -> Any:
        """Await a coroutine function that runs on the loop, from another loop."""
        loop = self.loop
        if loop is None:
            self.refuse(operation, Outcome.NOT_SENT)
        try:
            return await asyncio.wrap_future(
                asyncio.run_coroutine_threadsafe(self._visited(function, args, kwargs), loop)
            )
        except asyncio.CancelledError:
            if self.loop is loop:
                raise
            self.refuse(operation, Outcome.MAY_HAVE_RUN)

    async def _visited(self, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        task = asyncio.current_task()
        if task is not None:
            self.note(task)
        return await function(*args, **kwargs)

    def note(self, task: "asyncio.Task[Any]") -> None:
        """End this task when the host stops."""
        self._crossings.add(task)
        task.add_done_callback(self._crossings.discard)

    def refuse(self, operation: OperationDescription, outcome: Outcome) -> NoReturn:
        """Raise what a call is told while the host does not run."""
        raise Unavailable(operation.full_name, self._why_closed, outcome=outcome)


_portals: Final[WeakSet[Portal]] = WeakSet()


def _left_behind() -> None:
    """In a process that was forked: the loop runs in the other one."""
    for portal in list(_portals):
        portal.forget("this process was forked from the one that runs the application")


os.register_at_fork(after_in_child=_left_behind)


class _Crossing:
    """One call of a thread."""

    __slots__ = ("_args", "_function", "_job", "_kwargs", "_loop", "_portal", "_task", "answer", "ended", "error")

    def __init__(
        self,
        portal: Portal,
        function: Callable[..., Any],
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        job: Job | None,
    ) -> None:
        self._portal = portal
        self._function, self._args, self._kwargs = function, args, kwargs
        self._job = job
        self.answer: Any = None
        self.error: BaseException | None = None
        # A lock is the cheapest thing to wait for.
        self.ended = threading.Lock()
        self.ended.acquire()

    @property
    def is_abandoned(self) -> bool:
        return self._job is not None and self._job.is_abandoned

    def begin(self) -> None:
        """On the loop, in a copy of the context of the thread."""
        loop = self._portal.loop
        if loop is None or self.is_abandoned:
            self.error = asyncio.CancelledError()
            self.ended.release()
            return
        self._loop, self._task = loop, loop.create_task(self._run())
        self._portal.note(self._task)
        if self._job is not None:
            self._job.waits(self)

    def give_up(self) -> None:
        """End the call. From any thread."""
        try:
            self._loop.call_soon_threadsafe(self._task.cancel)
        except RuntimeError:
            # The loop is closed, and the call with it.
            return

    async def _run(self) -> None:
        try:
            self.answer = await self._function(*self._args, **self._kwargs)
        except BaseException as error:  # noqa: BLE001 - the thread raises it
            self.error = error
        finally:
            if self._job is not None:
                self._job.goes_on()
            self.ended.release()


def _has_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
