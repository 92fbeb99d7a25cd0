"""What a call knows about the request it is part of: how long it may take, and how far it has come."""

from contextvars import ContextVar
from typing import Final


class CallContext:
    """The call in progress.

    Attributes:
        deadline: When it must have ended, in `time.monotonic()` seconds.
        hops: Calls between the root request and this one, this one included.
    """

    __slots__ = ("deadline", "hops")

    def __init__(self, deadline: float, hops: int) -> None:
        self.deadline = deadline
        self.hops = hops


current: Final[ContextVar[CallContext | None]] = ContextVar("plures_call", default=None)
