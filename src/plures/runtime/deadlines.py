"""Enforces deadlines with one timer per event loop, however many calls are in flight.

A timer per call costs more than the rest of a call in process (docs/adr/0006-call-path.md), and nearly all calls end in time.
"""

import asyncio
from time import monotonic


class Guard:
    """One call in flight, and the task that it runs in."""

    __slots__ = ("_cancelling", "deadline", "expired", "task")

    def __init__(self, task: "asyncio.Task[object]", deadline: float) -> None:
        self.task = task
        self.deadline = deadline
        self.expired = False
        self._cancelling = task.cancelling()

    def expire(self) -> None:
        """Cancel the task, on behalf of the deadline."""
        self.expired = True
        self.task.cancel()

    def absorb(self) -> bool:
        """Take back our own cancellation; tells whether nobody else asked for one too."""
        return self.expired and self.task.uncancel() <= self._cancelling


class Deadlines:
    """The calls in flight on the running event loop."""

    def __init__(self) -> None:
        self._guards: set[Guard] = set()
        self._wake_at = float("inf")
        self._timer: asyncio.TimerHandle | None = None

    def enter(self, deadline: float) -> Guard:
        """Watch the current task until `leave`."""
        task = asyncio.current_task()
        if task is None:
            message = "calls are made from within a task"
            raise RuntimeError(message)
        guard = Guard(task, deadline)
        self._guards.add(guard)
        if deadline < self._wake_at:
            self._arm(deadline)
        return guard

    def leave(self, guard: Guard) -> None:
        """The call has ended."""
        self._guards.discard(guard)

    def close(self) -> None:
        """Stop watching."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._wake_at = None, float("inf")

    def _arm(self, when: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._wake_at = when
        self._timer = asyncio.get_running_loop().call_later(max(0.0, when - monotonic()), self._sweep)

    def _sweep(self) -> None:
        now = monotonic()
        for guard in self._guards:
            if guard.deadline <= now and not guard.expired:
                guard.expire()
        self._timer, self._wake_at = None, float("inf")
        pending = [guard.deadline for guard in self._guards if not guard.expired]
        if pending:
            self._arm(min(pending))
