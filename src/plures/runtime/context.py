"""What a call knows about the request it is part of: how long it may take, and how many calls led to it."""

import asyncio
from contextvars import Context, ContextVar, copy_context
from math import inf
from time import monotonic
from typing import Final

from msgspec import Struct


class CallContext(Struct, eq=False):
    """A call in progress. A `Struct`, since each call makes one and structs are made in C.

    Attributes:
        deadline: When it must have ended, in `time.monotonic()` seconds.
        hops: Calls between the root request and this one, this one included.
        is_inherited: Whether the deadline is that of the caller, rather than the operation's own.
        task: The task that makes the call, which its deadline may have to cancel; None for a root request.
        cancelling: Requests to cancel that task that were there before the call.
        expired: Whether the deadline has passed and the task was cancelled for it.
    """

    deadline: float
    hops: int
    is_inherited: bool = False
    task: "asyncio.Task[object] | None" = None
    cancelling: int = 0
    expired: bool = False

    def expire(self) -> None:
        """Cancel the task, on behalf of the deadline."""
        self.expired = True
        if self.task is not None:
            self.task.cancel()

    def is_over(self) -> bool:
        """Whether the deadline has passed, by the clock: work that never waits gives no turn to the timer.

        Takes back our own cancellation.
        """
        if self.deadline > monotonic():
            return False
        self.absorb()
        return True

    def absorb(self) -> bool:
        """Take back our own cancellation; tells whether it was the only one."""
        return self.expired and self.task is not None and self.task.uncancel() <= self.cancelling

    def is_asked_to_end(self) -> bool:
        """Whether the task was asked to end. Where it was not, a `CancelledError` is the work's own, as any error is."""
        return self.task is not None and self.task.cancelling() > 0


current: Final[ContextVar[CallContext | None]] = ContextVar("plures_call", default=None)
"""The call that the running code is part of."""


def without_deadline() -> Context:
    """A copy of the current context for work that outlives its call: no deadline is in force, and the hops still count."""
    context, call = copy_context(), current.get()
    if call is not None:
        context.run(current.set, CallContext(inf, call.hops))
    return context
