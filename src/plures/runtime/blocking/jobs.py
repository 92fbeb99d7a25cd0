"""One run of a function in a thread of a pool, and who waits for it: the event loop, or another thread."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from contextvars import copy_context
from typing import Any, Protocol


class _Here(threading.local):
    job: "Job | None" = None


_here = _Here()


def job_here() -> "Job | None":
    """The job that this thread works on; None in a thread that is not of a pool."""
    return _here.job


class Wait(Protocol):
    """What a thread waits for."""

    def give_up(self) -> None:
        """Let the thread go on without an answer. From any thread."""
        ...


class Pool(Protocol):
    """What runs jobs, as far as they know it."""

    @property
    def lock(self) -> AbstractContextManager[Any]: ...
    @property
    def loop(self) -> asyncio.AbstractEventLoop: ...
    def ended(self, job: "Job") -> None: ...
    def lend(self, job: "Job", wait: Wait) -> bool: ...
    def take_back(self, job: "Job") -> None: ...
    def abandon(self, job: "Job") -> None: ...


class Job:
    """One run of a function in a thread, in a copy of the context of its caller.

    Attributes:
        is_abandoned: Its caller does not wait for it any more.
    """

    __slots__ = ("_context", "_function", "is_abandoned", "name", "pool", "wait")

    def __init__(self, pool: Pool, name: str, function: Callable[[], Any]) -> None:
        self.pool = pool
        self.name = name
        self._function, self._context = function, copy_context()
        self.is_abandoned = False
        self.wait: Wait | None = None

    def run(self) -> None:
        """Run the function, in the thread."""
        answer: Any = None
        error: BaseException | None = None
        if not self.is_abandoned:
            _here.job = self
            try:
                answer = self._context.run(self._function)
            except StopIteration as stop:
                # A future takes none, and a generator that waits for the call would end; a coroutine makes the same of it.
                error = RuntimeError(f"{self.name} raised StopIteration")
                error.__cause__ = stop
            except BaseException as raised:  # noqa: BLE001 - its caller raises it
                error = raised
            finally:
                _here.job = None
        self.pool.ended(self)
        self.tell(answer, error)
        # The traceback of an error holds this frame.
        del answer, error

    def tell(self, answer: Any, error: BaseException | None) -> None:
        """Tell who waits how it ended."""
        raise NotImplementedError

    def waits(self, wait: Wait) -> None:
        """The thread waits for a call, and gives its place away."""
        if not self.pool.lend(self, wait):
            wait.give_up()

    def goes_on(self) -> None:
        """The call has ended. The thread is at work at once: to wait for a place now would be to wait in turn."""
        self.pool.take_back(self)


class AwaitedJob(Job):
    """The event loop waits for it.

    Attributes:
        future: Gets what the function returns, or raises.
    """

    __slots__ = ("future",)

    def __init__(self, pool: Pool, name: str, function: Callable[[], Any]) -> None:
        super().__init__(pool, name, function)
        self.future: asyncio.Future[Any] = pool.loop.create_future()

    def tell(self, answer: Any, error: BaseException | None) -> None:
        try:
            self.pool.loop.call_soon_threadsafe(self._told, answer, error)
        except RuntimeError:
            # The loop is closed, and nothing waits for the answer.
            return

    def _told(self, answer: Any, error: BaseException | None) -> None:
        if self.future.done():
            return
        if error is None:
            self.future.set_result(answer)
        else:
            self.future.set_exception(error)


class WaitedJob(Job):
    """Another thread waits for it.

    Attributes:
        ended: To be acquired by the thread that waits.
        has_given_up: Whether that thread was told to go on without an answer.
    """

    __slots__ = ("_is_told", "answer", "ended", "error", "has_given_up")

    def __init__(self, pool: Pool, name: str, function: Callable[[], Any]) -> None:
        super().__init__(pool, name, function)
        self.answer: Any = None
        self.error: BaseException | None = None
        self.has_given_up = self._is_told = False
        # A lock is the cheapest thing to wait for.
        self.ended = threading.Lock()
        self.ended.acquire()

    def tell(self, answer: Any, error: BaseException | None) -> None:
        with self.pool.lock:
            if self._is_told:
                return
            self._is_told = True
            self.answer, self.error = answer, error
        self.ended.release()

    def give_up(self) -> None:
        """Let the thread that waits go on; the one that runs the function makes no more calls."""
        with self.pool.lock:
            if self._is_told:
                return
            self._is_told = self.has_given_up = True
        self.pool.abandon(self)
        self.ended.release()
