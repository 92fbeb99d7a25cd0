"""The seam to tracing of another make, such as OpenTelemetry's: `plures.otel` fills it; nothing of theirs is known here."""

from collections.abc import Awaitable
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Bridged(Protocol):
    """What the other side holds of one trace.

    Attributes:
        is_refused: Whether its sampler has decided against the trace: then it is not passed on as one that is kept.
    """

    is_refused: bool

    def beside(self, said: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        """The headers that go on with the trace, from those that it came with: user code may have set baggage meanwhile."""
        ...

    def step(self, number: int, work: Awaitable[T]) -> Awaitable[T]:
        """Await one step of a stream, as part of the span with this number."""
        ...


class Bridge(Protocol):
    """Is told of each call as it begins and ends, in the context of who makes it."""

    def open(self, trace: Any) -> None:
        """A trace has begun here: take over what user code has begun already."""
        ...

    def enter(self, call: Any) -> None:
        """User code runs from here on, in this context, within a span that is told of by its line alone: a request to the edge."""
        ...

    def begin(self, subject: Any, call: Any) -> None: ...

    def withdraw(self, call: Any) -> None:
        """A call that has begun is made another way: nothing is left of it here."""
        ...

    def end(self, call: Any) -> int:
        """The id of a span of user code that lies between the call and its parent here; 0 for none."""
        ...
