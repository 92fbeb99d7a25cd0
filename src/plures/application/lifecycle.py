"""`Lifecycle`: what a service wants to be done when its replica starts, becomes ready, drains and stops, and beside its calls."""

import asyncio
import inspect
import math
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, TypeVar, cast

from plures.errors import InvalidInput
from plures.runtime import Threads, tidily, without_deadline

from . import rules

T = TypeVar("T")
_MOST_AT_ONCE: Final = 1000
"""Hooks and work beside calls are as many as the code of the service has them."""

Hook = Callable[[], Awaitable[None]]
Work = Callable[[], Awaitable[None] | None]
"""What may be registered: a coroutine function, or a plain one, which runs in a thread."""


class Lifecycle:
    """The hooks and the work of one service. Ask for it in the constructor.

    Start and ready hooks run in the order of their registration, a capability's after those of the capabilities that it needs;
    drain and stop hooks in the reverse order. A start hook that raises stops the replica from starting. What is written with a plain
    `def` runs in a thread.

    Attributes:
        once_hooks: What one replica does before the start hooks of any.
        once_work: What runs in one replica at a time, beside the calls.
        once_periodic: The same, of work that comes back.
        detached: The work that `detach` began and that has not ended.
        after_hooks: What runs after each function that ran in a thread.
        threads: Those of hooks and work that are plain functions.
    """

    def __init__(self, owner: str = "a service") -> None:
        self.threads = Threads(f"{owner} (hooks)", places=_MOST_AT_ONCE)
        self.after_hooks: list[Callable[[], object]] = []
        self.start_hooks: list[Hook] = []
        self.ready_hooks: list[Hook] = []
        self.drain_hooks: list[Hook] = []
        self.stop_hooks: list[Hook] = []
        self.background_work: list[Hook] = []
        self.periodic_work: list[tuple[float, Hook]] = []
        self.once_hooks: list[Hook] = []
        self.once_work: list[Hook] = []
        self.once_periodic: list[tuple[float, Hook]] = []
        self.detached: set[asyncio.Task[Any]] = set()

    def on_start(self, hook: Work, *, once: bool = False) -> None:
        """Run before the replica takes calls: open connections, build an index.

        Args:
            once: One replica runs it when the application starts, before its other start hooks; all other replicas wait for it. Migrations.
        """
        (self.once_hooks if once else self.start_hooks).append(self._awaited(hook))

    def on_ready(self, hook: Work) -> None:
        """Run once everything that this replica hosts has started."""
        self.ready_hooks.append(self._awaited(hook))

    def on_drain(self, hook: Work) -> None:
        """Run when the replica begins to stop, while calls in flight still finish."""
        self.drain_hooks.append(self._awaited(hook))

    def on_stop(self, hook: Work) -> None:
        """Run after the last call: close what `on_start` opened."""
        self.stop_hooks.append(self._awaited(hook))

    def background(self, work: Work, *, once: bool = False) -> None:
        """Run beside the calls from ready until stop, then be cancelled. Work that raises is logged and started again after a pause.

        Args:
            once: One replica at a time runs it. When that ends or dies, another one begins it. Schedulers.
        """
        (self.once_work if once else self.background_work).append(self._awaited(work))

    def every(self, interval_s: float, work: Work, *, once: bool = False) -> None:
        """Run at ready, and again `interval_s` seconds after each end, until stop; then be cancelled.

        A run that raises is logged, and the next one follows as usual. Runs of one replica never overlap.

        Args:
            once: One replica at a time runs it, as of `background`. Otherwise each replica has its own runs.

        Raises:
            InvalidInput: The interval is not a number of seconds above 0.
        """
        if not 0 < interval_s < math.inf:
            raise InvalidInput("Lifecycle.every", [rules.INTERVAL.broken("interval_s", interval_s=interval_s)])
        (self.once_periodic if once else self.periodic_work).append((interval_s, self._awaited(work)))

    def after_each(self, hook: Callable[[], object]) -> None:
        """Run in the thread of each `def` method, and of each hook that is one, after that has ended: give back what it has left in its thread.

        SQLAlchemy's `scoped_session.remove` is one. Connections of Django that are too old are closed without it.

        Raises:
            InvalidInput: It is a coroutine function, which cannot run in that thread.
        """
        if inspect.iscoroutinefunction(hook):
            raise InvalidInput("Lifecycle.after_each", [rules.NOT_PLAIN.broken("hook", hook=hook.__qualname__)])
        self.after_hooks.append(hook)

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

    def _awaited(self, work: Work) -> Hook:
        """The same as a coroutine function: a plain `def` may block, so that it runs in a thread."""
        is_plain = inspect.isfunction(work) or inspect.ismethod(work)
        if inspect.iscoroutinefunction(work) or not is_plain or work.__name__ == "<lambda>":
            # What is no function of its own says nothing of what it does: it is called as it is, and answers with what to wait for.
            return cast("Hook", work)
        run = tidily(work, self.after_hooks)

        async def in_thread() -> None:
            result = await self.threads.run(work.__qualname__, run)
            # A hook may be any function at hand, and what it returns is nothing to it.
            if inspect.isawaitable(result):
                await result

        return in_thread
