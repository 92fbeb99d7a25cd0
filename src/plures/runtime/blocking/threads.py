"""A bounded pool of threads for the `def` methods of one capability.

The event loop does the book-keeping, so that no lock is needed; threads only run jobs and report. A thread that waits for a call gives its place to
others: methods that call one another, each from a thread, would else hold all places and wait for one.
"""

import asyncio
import logging
import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from contextvars import copy_context
from queue import SimpleQueue
from time import monotonic
from typing import Any, Final

_LOG: Final = logging.getLogger("plures.threads")
PLACES: Final = 40
"""As many as Starlette's pool has, so that code which moves from there finds what it had."""

_MOST_PER_PLACE: Final = 4
"""Threads that wait for calls are not at work, yet there is an end to them too."""


_LOOK_S: Final = 0.005


class _Here(threading.local):
    job: "Job | None" = None


_here: Final = _Here()


def job_here() -> "Job | None":
    """The job that this thread works on; None in a thread that is not of a pool."""
    return _here.job


class NoPlace(Exception):
    """No thread was free in time. Nothing has run."""


class Job:
    """One run of a function in a thread.

    Attributes:
        is_abandoned: Its caller does not wait for it any more.
    """

    __slots__ = ("_args", "_context", "_function", "_kwargs", "_pool", "future", "is_abandoned", "name", "task")

    def __init__(
        self, pool: "Threads", name: str, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> None:
        self._pool = pool
        self._function, self._args, self._kwargs = function, args, kwargs
        self._context = copy_context()
        self.name = name
        self.future: asyncio.Future[Any] = pool.loop.create_future()
        self.is_abandoned = False
        # The call that the thread waits for.
        self.task: asyncio.Task[None] | None = None

    def run(self) -> None:
        """Run the function, in the thread."""
        answer = error = None
        if not self.is_abandoned:
            _here.job = self
            try:
                answer = self._context.run(self._function, *self._args, **self._kwargs)
            except BaseException as raised:  # noqa: BLE001 - the loop raises it where the caller waits
                error = raised
            finally:
                _here.job = None
        try:
            self._pool.loop.call_soon_threadsafe(self._pool.ended, self, answer, error)
        except RuntimeError:
            # The loop is closed, and nothing waits for the answer.
            return

    # On the loop, from here on.

    def abandon(self) -> None:
        """The caller is gone: what the thread waits for ends, and it makes no more calls."""
        self.is_abandoned = True
        if self.task is not None:
            self.task.cancel()

    def waits(self, task: "asyncio.Task[None]") -> None:
        """The thread waits for a call, and gives its place away."""
        self.task = task
        self._pool.lend()

    def goes_on(self) -> None:
        """The call has ended. The thread is at work at once: to wait for a place now would be to wait in turn."""
        self.task = None
        self._pool.take_back()


class Threads:
    """The threads of one capability in one replica. They are daemons: one that hangs keeps no process from ending.

    Args:
        name: Of the capability; the threads are named after it.
        places: So many work at once; threads that wait for calls are not counted.
        queue_s: So long a call waits for a place.
    """

    def __init__(self, name: str, *, places: int = PLACES, queue_s: float = 0.2) -> None:
        self._name = name
        self.places = places
        self._queue_s = queue_s
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._at_work = 0
        self._lent = 0
        self._idle = 0
        self._made = 0
        self._is_closed = False
        self._running: set[Job] = set()
        # Operation → its jobs whose callers are gone.
        self._late: Counter[str] = Counter()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """That of the first job."""
        loop = self._loop
        if loop is None:
            loop = self._loop = asyncio.get_running_loop()
        return loop

    async def run(
        self, name: str, function: Callable[..., Any], args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Run a function in a thread, in a copy of the current context; what it returns, or raises.

        Where it is cancelled, the thread runs on, and its place is taken until it ends.

        Raises:
            NoPlace: No thread was free in time.
        """
        if self._has_place() and not self._waiting:
            self._at_work += 1
        else:
            await self._turn()
        job = Job(self, name, function, args, kwargs or {})
        self._running.add(job)
        if self._idle:
            self._idle -= 1
        else:
            self._made += 1
            threading.Thread(target=self._work, name=f"{self._name}-{self._made}", daemon=True).start()
        self._jobs.put(job)
        try:
            return await job.future
        except asyncio.CancelledError:
            if job in self._running and not job.is_abandoned:
                self._abandon(job)
            raise

    async def close(self, wait_s: float = 1.0) -> None:
        """Take no more jobs, and let idle threads end. Those at work get a moment; what then runs on is named in the log."""
        if self._is_closed:
            return
        self._is_closed = True
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_exception(NoPlace())
        until = monotonic() + wait_s
        while self._running and monotonic() < until:  # noqa: ASYNC110 - an event for this would have to be kept in order by each call
            await asyncio.sleep(_LOOK_S)
        for _ in range(self._made):
            self._jobs.put(None)
        if self._running:
            names = ", ".join(sorted({job.name for job in self._running}))
            _LOG.warning("%s stops although %d of its threads run on: %s", self._name, len(self._running), names)

    def ended(self, job: Job, answer: Any, error: BaseException | None) -> None:
        """A thread is through with a job."""
        self._running.discard(job)
        self._idle += 1
        self._at_work -= 1
        self._let_in()
        if job.is_abandoned:
            self._late[job.name] -= 1
        elif job.future.done():
            return
        elif error is None:
            job.future.set_result(answer)
        else:
            # A future takes no StopIteration; a coroutine makes a RuntimeError of it, too.
            is_stop = isinstance(error, StopIteration)
            job.future.set_exception(RuntimeError(f"{job.name} raised StopIteration") if is_stop else error)

    def lend(self) -> None:
        """A thread at work begins to wait for a call."""
        self._at_work -= 1
        self._lent += 1
        self._let_in()

    def take_back(self) -> None:
        """A thread goes on that has waited."""
        self._at_work += 1
        self._lent -= 1

    def _has_place(self) -> bool:
        return (
            self._at_work < self.places
            and self._at_work + self._lent < self.places * _MOST_PER_PLACE
            and not self._is_closed
        )

    async def _turn(self) -> None:
        """Wait for a place, and take it."""
        if self._is_closed:
            raise NoPlace
        waiting: asyncio.Future[None] = self.loop.create_future()
        self._waiting.append(waiting)
        timer = self.loop.call_later(self._queue_s, _give_up, waiting)
        try:
            await waiting
        except asyncio.CancelledError:
            if not waiting.cancelled() and waiting.exception() is None:
                # The place came at the same moment.
                self._at_work -= 1
                self._let_in()
            raise
        finally:
            timer.cancel()

    def _let_in(self) -> None:
        while self._waiting and (self._waiting[0].done() or self._has_place()):
            waiting = self._waiting.popleft()
            if not waiting.done():
                self._at_work += 1
                waiting.set_result(None)

    def _abandon(self, job: Job) -> None:
        job.abandon()
        self._late[job.name] += 1
        if self._late[job.name] == 1:
            message = "%s runs on in its thread although nothing waits for it; it holds one of the %d places of %s until it ends"
            _LOG.warning(message, job.name, self.places, self._name)

    def _work(self) -> None:
        """What each thread does."""
        while (job := self._jobs.get()) is not None:
            job.run()
            # What it has returned is not kept until the next job comes.
            del job


def _give_up(waiting: "asyncio.Future[None]") -> None:
    if not waiting.done():
        waiting.set_exception(NoPlace())
