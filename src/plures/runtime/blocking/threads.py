"""A bounded pool of threads for the `def` methods of one capability.

A thread that waits for a call gives its place to others: methods that call one another, each from a thread, would else hold all places and wait for
one. Jobs come from the event loop, which may wait for a place, and from threads, which take one that is free or go by way of the loop.
"""

import asyncio
import logging
import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from queue import SimpleQueue
from time import monotonic
from typing import Any, Final

from plures.telemetry import belongs

from .jobs import AwaitedJob, Job, Wait

_LOG: Final = logging.getLogger("plures.threads")
PLACES: Final = 40
"""As many as Starlette's pool has, so that code which moves from there finds what it had."""

_MOST_PER_PLACE: Final = 4
"""Threads that wait for calls are not at work, yet there is an end to them too."""


_LOOK_S: Final = 0.005


class NoPlace(Exception):
    """No thread was free in time. Nothing has run."""


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
        # Around all that is counted. Reentrant, since a finalizer may run anywhere, and may make a call.
        self.lock = threading.RLock()
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
        if not self.take_place():
            await self._turn()
        job = AwaitedJob(self, name, partial(function, *args, **(kwargs or {})))
        self.begin(job)
        try:
            return await job.future
        except asyncio.CancelledError:
            # A job that has ended is not abandoned.
            self.abandon(job)
            raise

    def take_place(self) -> bool:
        """Take a place for a job, if one is free."""
        with self.lock:
            is_free = not self._waiting and self._has_place()
            if is_free:
                self._at_work += 1
            return is_free

    def begin(self, job: Job) -> None:
        """Have a thread run a job, for which a place was taken.

        Raises:
            NoPlace: The machine has no thread left.
        """
        with self.lock:
            self._running.add(job)
            needs_thread = not self._idle
            if needs_thread:
                self._made += 1
            else:
                self._idle -= 1
            made = self._made
        if needs_thread:
            try:
                thread = threading.Thread(target=self._work, name=f"{self._name}-{made}", daemon=True)
                thread.start()
            except RuntimeError:
                self._is_not_begun(job)
                raise NoPlace from None
            belongs(thread, self._name)
        self._jobs.put(job)

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

    def ended(self, job: Job) -> None:
        """A thread is through with a job."""
        with self.lock:
            self._running.discard(job)
            self._idle += 1
            self._at_work -= 1
            if job.is_abandoned:
                self._late[job.name] -= 1
            self._call_in()

    def lend(self, job: Job, wait: Wait) -> bool:
        """A thread at work begins to wait for a call; False where nothing waits for the thread any more."""
        with self.lock:
            job.wait = wait
            self._at_work -= 1
            self._lent += 1
            self._call_in()
            return not job.is_abandoned

    def take_back(self, job: Job) -> None:
        """A thread goes on that has waited."""
        with self.lock:
            job.wait = None
            self._at_work += 1
            self._lent -= 1

    def abandon(self, job: Job) -> None:
        """The caller of a job is gone: what its thread waits for ends, and it makes no more calls."""
        with self.lock:
            if job.is_abandoned or job not in self._running:
                return
            job.is_abandoned = True
            self._late[job.name] += 1
            late, wait = self._late[job.name], job.wait
        if wait is not None:
            wait.give_up()
        if late == 1:
            message = "%s runs on in its thread although nothing waits for it; it holds one of the %d places of %s until it ends"
            _LOG.warning(message, job.name, self.places, self._name)

    def _is_not_begun(self, job: Job) -> None:
        with self.lock:
            self._running.discard(job)
            self._made -= 1
            self._at_work -= 1
            self._call_in()

    def _has_place(self) -> bool:
        return (
            self._at_work < self.places
            and self._at_work + self._lent < self.places * _MOST_PER_PLACE
            and not self._is_closed
        )

    async def _turn(self) -> None:
        """Wait for a place, and take it."""
        with self.lock:
            if self._is_closed:
                raise NoPlace
            waiting: asyncio.Future[None] = self.loop.create_future()
            self._waiting.append(waiting)
            # One may have come free since the look.
            self._let_in()
        timer = self.loop.call_later(self._queue_s, _give_up, waiting)
        try:
            await waiting
        except asyncio.CancelledError:
            if not waiting.cancelled() and waiting.exception() is None:
                # The place came at the same moment.
                with self.lock:
                    self._at_work -= 1
                    self._let_in()
            raise
        finally:
            timer.cancel()

    def _call_in(self) -> None:
        """Have the loop let in those that wait there."""
        if self._waiting:
            try:
                self.loop.call_soon_threadsafe(self._let_in)
            except RuntimeError:
                # It is closed, and nothing waits.
                self._waiting.clear()

    def _let_in(self) -> None:
        with self.lock:
            while self._waiting and (self._waiting[0].done() or self._has_place()):
                waiting = self._waiting.popleft()
                if not waiting.done():
                    self._at_work += 1
                    waiting.set_result(None)

    def _work(self) -> None:
        """What each thread does."""
        while (job := self._jobs.get()) is not None:
            job.run()
            # What it has returned is not kept until the next job comes.
            del job


def _give_up(waiting: "asyncio.Future[None]") -> None:
    if not waiting.done():
        waiting.set_exception(NoPlace())
