"""A thread that does one job after the other for an event loop. Knows nothing of SQLite."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, Final, TypeVar

from plures.telemetry import belongs

T = TypeVar("T")
_Job = tuple[asyncio.Future[Any] | None, Callable[[], Any]]

_INTERRUPT_AGAIN_S: Final = 0.02


class Worker:
    """The thread and its queue.

    Args:
        owner: The capability that it works for.
    """

    def __init__(self, name: str, owner: str = "") -> None:
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        # The thread does them in their order.
        self._queued = self._ended = 0
        # The thread gets only the queue: the owner of a forgotten worker can be collected, and stops the thread then.
        # A daemon, because a process that ends must not wait for a thread that was not stopped.
        self._thread = threading.Thread(target=_work, args=(self._jobs,), name=name, daemon=True)
        belongs(self._thread, owner)
        self._thread.start()

    async def do(self, work: Callable[[], T], interrupt: Callable[[], None] = lambda: None) -> T:
        """Wait for one job. A cancelled wait ends once the thread has ended the job.

        Args:
            interrupt: Makes the running job end early. Called again and again, because SQLite forgets an interrupt that comes
                just before its statement starts.
        """
        done = self._queue(work)
        number = self._queued
        try:
            return await done
        except asyncio.CancelledError:
            idle = self._queue(lambda: None)
            number = self._queued
            while not idle.done():
                interrupt()
                with suppress(asyncio.CancelledError):
                    await asyncio.wait((idle,), timeout=_INTERRUPT_AGAIN_S)
            raise
        finally:
            self._ended = max(self._ended, number)

    @property
    def is_idle(self) -> bool:
        """Every job has ended, as far as the event loop knows."""
        return self._ended == self._queued

    def do_later(self, work: Callable[[], None]) -> None:
        """Queue a job that no task waits for. Its errors are dropped."""
        self._queued += 1
        self._jobs.put((None, work))

    def stop(self, *, wait: bool) -> None:
        """End the thread after the jobs that are queued."""
        self._jobs.put(None)
        if wait:
            self._thread.join()

    def _queue(self, work: Callable[[], T]) -> "asyncio.Future[T]":
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queued += 1
        self._jobs.put((done, work))
        return done


def _work(jobs: "SimpleQueue[_Job | None]") -> None:
    while _do(jobs.get()):
        pass


def _do(job: _Job | None) -> bool:
    """Do a job and answer the task that waits for it. None ends the thread."""
    if job is None:
        return False
    done, work = job
    try:
        result = work()
    except BaseException as error:  # noqa: BLE001 - the waiting task raises it
        _answer(done, None, error)
    else:
        _answer(done, result, None)
    return True


def _answer(done: "asyncio.Future[Any] | None", result: Any, error: BaseException | None) -> None:
    if done is not None:
        # The event loop raises this when it is closed: then no task waits any more.
        with suppress(RuntimeError):
            done.get_loop().call_soon_threadsafe(_settle, done, result, error)


def _settle(done: "asyncio.Future[Any]", result: Any, error: BaseException | None) -> None:
    if error is not None and not done.done():
        done.set_exception(error)
    elif not done.done():
        done.set_result(result)
