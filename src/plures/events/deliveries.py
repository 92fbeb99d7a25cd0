"""Delivers what a window has ready, many at once. Knows no database.

While the subscriber, or what its handler needs, cannot be reached, nothing is delivered but one event after each pause, to see whether it can be again.
"""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Final, TypeAlias

from plures.errors import PluresError

from .errors import Deferred, Undeliverable, Unreachable
from .outbox import Stored
from .pace import Pace
from .window import Failure, Item, Window

Deliver: TypeAlias = Callable[[Stored], Awaitable[None]]
"""Returns when the subscriber has handled the event; raises `Unreachable`, `Deferred`, `Undeliverable`, or any error for an attempt that failed."""

AT_ONCE: Final = 16
"""So many deliveries of one subscription run at once."""

_LONGEST_ERROR: Final = 1000


class Deliveries:
    """The deliveries of one subscription.

    Attributes:
        settled: Set when a delivery has ended.
    """

    def __init__(self, window: Window, deliver: Deliver, clock: Callable[[], float], pace: Pace) -> None:
        """Prepare.

        Args:
            clock: Seconds since 1970.
        """
        self.settled = asyncio.Event()
        self._window = window
        self._deliver = deliver
        self._clock = clock
        self._pace = pace
        self._workers: set[asyncio.Task[None]] = set()
        self._broken: BaseException | None = None
        self._stops = False
        self._unreached = 0
        self._resume_at = 0.0

    @property
    def is_paused(self) -> bool:
        """It could not be reached when it was tried last, and is not tried yet."""
        return self._unreached > 0 and monotonic() < self._resume_at

    @property
    def resume_at(self) -> float:
        """When it is tried again, on the clock of `monotonic`."""
        return self._resume_at

    def start(self) -> None:
        """Start as many as can be."""
        if self._broken is not None:
            raise self._broken
        for _ in range(min(self._window.ready, self._limit() - len(self._workers))):
            worker = asyncio.create_task(self._work())
            self._workers.add(worker)
            worker.add_done_callback(self._ended)

    async def finish(self) -> None:
        """Start none any more, and wait for those in flight."""
        self._stops = True
        if self._workers:
            await asyncio.wait(self._workers)

    async def cancel(self) -> None:
        """End those in flight; they may have happened."""
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)

    def _limit(self) -> int:
        if self._stops:
            return 0
        if not self._unreached:
            return AT_ONCE
        return 1 if self._resume_at <= monotonic() else 0

    def _ended(self, worker: asyncio.Task[None]) -> None:
        self._workers.discard(worker)
        if not worker.cancelled():
            self._broken = worker.exception() or self._broken
        self.settled.set()

    async def _work(self) -> None:
        while len(self._workers) <= self._limit() and (item := self._window.take()) is not None:
            await self._attempt(item)
            # The end of the worker tells of the last one.
            if self._window.ready:
                self.settled.set()

    async def _attempt(self, item: Item) -> None:
        window = self._window
        if item.event.body is None:
            window.failed(item, Failure(item.attempts + 1, None, "its row in the outbox cannot be read"))
            return
        try:
            await self._deliver(item.event)
        except Unreachable:
            window.put_back(item)
            self._pause()
            return
        except Deferred as error:
            window.failed(item, self._deferral(item, error))
            # Others may need the same: one at a time, until one gets through.
            self._pause()
            return
        except Undeliverable as error:
            window.failed(item, Failure(item.attempts + 1, None, _said(error)))
        except (Exception, asyncio.CancelledError) as error:
            # A handler may have cancelled itself.
            if _is_asked_to_end(error):
                raise
            window.failed(item, self._failure(item.attempts + 1, error))
        else:
            window.succeeded(item)
        self._unreached = 0

    def _failure(self, attempts: int, error: BaseException) -> Failure:
        if attempts >= self._pace.attempts:
            return Failure(attempts, None, _said(error))
        return Failure(attempts, int((self._clock() + self._pace.retry_s(attempts)) * 1000), _said(error))

    def _deferral(self, item: Item, error: Deferred) -> Failure:
        age_s = self._clock() - item.event.published_at / 1000
        if age_s > self._pace.deferred_for_s:
            return self._failure(item.attempts + 1, error)
        return Failure(item.attempts, int((self._clock() + self._pace.deferred_s(age_s)) * 1000), _said(error))

    def _pause(self) -> None:
        # Those that were in flight together count once.
        if self._resume_at <= monotonic():
            self._unreached += 1
            self._resume_at = monotonic() + self._pace.unreachable_s(self._unreached)


def _is_asked_to_end(error: BaseException) -> bool:
    task = asyncio.current_task()
    return isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling() > 0


def _said(error: BaseException) -> str:
    if isinstance(error, Deferred):
        return str(error)[:_LONGEST_ERROR]
    if isinstance(error, PluresError):
        text = f"{error.what}: {error.why}" if error.why else error.what
        return f"{text} ({error.code})"[:_LONGEST_ERROR]
    return f"{type(error).__name__}: {error}"[:_LONGEST_ERROR]
