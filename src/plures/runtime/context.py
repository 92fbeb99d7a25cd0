"""What a call knows about the request it is part of: how long it may take, and how far it has come."""

import asyncio
from contextvars import ContextVar
from typing import Final


class CallContext:
    """A call in progress.

    Attributes:
        deadline: When it must have ended, in `time.monotonic()` seconds.
        hops: Calls between the root request and this one, this one included.
        task: The task that makes the call, which its deadline may have to cancel; None for a root request.
        cancelling: Requests to cancel that task that were there before the call.
    """

    __slots__ = ("cancelling", "deadline", "expired", "hops", "task")

    def __init__(self, deadline: float, hops: int) -> None:
        self.deadline = deadline
        self.hops = hops
        self.expired = False
        self.task: asyncio.Task[object] | None = None
        self.cancelling = 0

    def expire(self) -> None:
        """Cancel the task, on behalf of the deadline."""
        self.expired = True
        if self.task is not None:
            self.task.cancel()

    def absorb(self) -> bool:
        """Take back our own cancellation; tells whether nobody else asked for one too."""
        return self.expired and self.task is not None and self.task.uncancel() <= self.cancelling


current: Final[ContextVar[CallContext | None]] = ContextVar("plures_call", default=None)
