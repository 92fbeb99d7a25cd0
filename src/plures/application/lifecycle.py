"""`Lifecycle`: what a service wants to be done when its replica starts, becomes ready, drains and stops, and beside its calls."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from plures.errors import InvalidInput
from plures.runtime import without_deadline

from . import rules

T = TypeVar("T")
Hook = Callable[[], Awaitable[None]]


class Lifecycle:
    """The hooks and the work of one service. Ask for it in the constructor.

    Start and ready hooks run in the order of their registration, a capability's after those of the capabilities that it needs;
    drain and stop hooks in the reverse order. A start hook that raises stops the replica from starting.

    Attributes:
        detached: The work that `detach` began and that has not ended.
    """

    def __init__(self) -> None:
        self.start_hooks: list[Hook] = []
        self.ready_hooks: list[Hook] = []
        self.drain_hooks: list[Hook] = []
        self.stop_hooks: list[Hook] = []
        self.background_work: list[Hook] = []
        self.periodic_work: list[tuple[float, Hook]] = []
        self.detached: set[asyncio.Task[Any]] = set()

    def on_start(self, hook: Hook) -> None:
        """Run before the replica takes calls: open connections, build an index."""
        self.start_hooks.append(hook)

    def on_ready(self, hook: Hook) -> None:
        """Run once everything that this replica hosts has started."""
        self.ready_hooks.append(hook)

    def on_drain(self, hook: Hook) -> None:
        """Run when the replica begins to stop, while calls in flight still finish."""
        self.drain_hooks.append(hook)

    def on_stop(self, hook: Hook) -> None:
        """Run after the last call: close what `on_start` opened."""
        self.stop_hooks.append(hook)

    def background(self, work: Hook) -> None:
        """Run beside the calls from ready until stop, then be cancelled. Work that raises is logged and started again after a pause."""
        self.background_work.append(work)

    def every(self, interval_s: float, work: Hook) -> None:
        """Run at ready, and again `interval_s` seconds after each end, until stop; then be cancelled.

        A run that raises is logged, and the next one follows as usual. Runs of one replica never overlap; each replica has its own.

        Raises:
            InvalidInput: The interval is not a number of seconds above 0.
        """
        if not 0 < interval_s < math.inf:
            raise InvalidInput("Lifecycle.every", [rules.INTERVAL.broken("interval_s", interval_s=interval_s)])
        self.periodic_work.append((interval_s, work))

    def detach(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """Start work that may outlive the call that begins it, and return its task.

        The deadline and the cancellation of the call do not reach the work; the calls that it makes have their own deadlines,
        and the count of hops goes on. A replica that drains waits for the work within its grace period, then cancels it.
        To wait for the result within the call: `await asyncio.shield(task)`.
        """
        task = asyncio.get_running_loop().create_task(work, context=without_deadline())
        self.detached.add(task)
        task.add_done_callback(self.detached.discard)
        return task
