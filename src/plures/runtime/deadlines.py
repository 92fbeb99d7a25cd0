"""Enforces deadlines with one timer per event loop, however many calls are in flight.

A timer per call costs more than the rest of a call in process (docs/adr/0006-call-path.md), and nearly all calls end in time.
"""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Protocol

from .context import CallContext

_NEVER = float("inf")


class Watch(Protocol):
    """Is told of each call, when it begins and when it has ended."""

    @property
    def enter(self) -> Callable[[CallContext], None]: ...
    @property
    def leave(self) -> Callable[[CallContext], object]: ...


class Deadlines:
    """The calls in flight on one event loop, that of the first call."""

    def __init__(self) -> None:
        self._calls: set[CallContext] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake_at = _NEVER
        self._timer: asyncio.TimerHandle | None = None
        # No method: one in Python adds 3.7 % to a call in process.
        self.leave = self._calls.discard
        """`leave(call)`: the call has ended."""

    def enter(self, call: CallContext) -> None:
        """Watch a call that the current task makes, until `leave`."""
        loop = self._loop
        if loop is None:
            loop = self._loop = asyncio.get_running_loop()
        # With the loop named, it need not be looked up, which costs more than all the rest here.
        task = asyncio.current_task(loop)
        if task is None:
            message = "calls are made from within a task"
            raise RuntimeError(message)
        call.task = task
        # Nearly always 0, and to compare is cheaper than to write.
        if call.cancelling != task.cancelling():
            call.cancelling = task.cancelling()
        self._calls.add(call)
        if call.deadline < self._wake_at:
            self._arm(call.deadline)

    def requests_in(self, capability: str) -> frozenset[str]:
        """The ids of the requests that a capability works for now, in calls that arrived here or were made here."""
        calls = [each for each in self._calls if each.operation and each.operation.capability == capability]
        return frozenset(each.request_id for each in calls)

    def close(self) -> None:
        """Stop watching."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._wake_at = None, _NEVER

    def _arm(self, when: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._wake_at = when
        loop = self._loop or asyncio.get_running_loop()
        self._timer = loop.call_later(max(0.0, when - monotonic()), self._sweep)

    def _sweep(self) -> None:
        now = monotonic()
        for call in self._calls:
            if call.deadline <= now and not call.expired:
                call.expire()
        self._timer, self._wake_at = None, _NEVER
        pending = [call.deadline for call in self._calls if not call.expired]
        if pending:
            self._arm(min(pending))
