"""What the bridge holds of one trace."""

from collections.abc import Awaitable
from contextvars import Token
from typing import NamedTuple, TypeVar

from opentelemetry.baggage import get_all
from opentelemetry.baggage.propagation import W3CBaggagePropagator
from opentelemetry.context import Context, attach, detach, get_current
from opentelemetry.trace import (
    INVALID_SPAN,
    NonRecordingSpan,
    Span,
    SpanContext,
    TraceFlags,
    TraceState,
    get_current_span,
    set_span_in_context,
)

from plures.telemetry import BAGGAGE, TRACESTATE, Trace

T = TypeVar("T")
Pairs = tuple[tuple[str, str], ...]

_SAMPLED, _NOT_SAMPLED = TraceFlags(TraceFlags.SAMPLED), TraceFlags(TraceFlags.DEFAULT)
_BAGGAGE = W3CBaggagePropagator()


class Open(NamedTuple):
    """A call in progress.

    Attributes:
        span: Of the SDK; None where none was made.
        within: The context that its code runs in; None where that is the one of its caller.
        token: Takes that back; None where nothing was set.
        above: The id of a span of user code between the call and its parent; 0 for none.
    """

    span: Span | None
    within: Context | None
    token: Token[Context] | None
    above: int


class BridgedTrace:
    """The spans of the SDK in one trace.

    Attributes:
        id: Of the trace.
        is_sampled: Whether the trace was kept when the first call here began.
        open: Calls in progress, by the number of their span.
        is_refused: Whether a sampler has decided against it: then nothing of it leaves.
        made: The numbers of spans that the SDK has made and that have not been met among the lines since.
    """

    __slots__ = ("_has_context", "id", "is_refused", "is_sampled", "made", "open")

    def __init__(self, trace: Trace) -> None:
        self.id = int(trace.id, 16)
        self.is_sampled = bool(trace.kept_for)
        self.is_refused = False
        self.open: dict[int, Open] = {}
        self.made: set[int] = set()
        self._has_context = False

    def context_of(self, trace: Trace, span: int, *, is_remote: bool, is_sampled: bool) -> SpanContext:
        """How OpenTelemetry names a span that it has not made."""
        said = dict(trace.beside).get(TRACESTATE)
        state = None if said is None else TraceState.from_header([said])
        return SpanContext(self.id, span, is_remote, _SAMPLED if is_sampled else _NOT_SAMPLED, state)

    def is_current(self) -> bool:
        """Whether a span of this trace is the current one."""
        return get_current_span().get_span_context().trace_id == self.id

    def within(self, trace: Trace, parent: int) -> tuple[Context, int]:
        """The context that a call begins in: that of user code, or one in which the parent of the call is current; and the id of the
        span of user code that lies between, or 0.

        Args:
            parent: The id of the parent, as we know it; 0 for none.
        """
        here = get_current_span().get_span_context()
        if here.is_valid and here.trace_id == self.id:
            return get_current(), here.span_id if here.span_id != parent else 0
        # What else is current is part of another trace.
        return self.below(trace, parent, get_current()), 0

    def below(self, trace: Trace, parent: int, context: Context) -> Context:
        """The context, with a span current that we know by its id alone; 0 for none."""
        if not parent:
            return set_span_in_context(INVALID_SPAN, context)
        told = self.context_of(trace, parent, is_remote=True, is_sampled=self.is_sampled)
        return set_span_in_context(NonRecordingSpan(told), context)

    def with_baggage(self, trace: Trace, context: Context) -> Context:
        """The context, with the baggage that came with the trace."""
        self._has_context = True
        said = dict(trace.beside).get(BAGGAGE)
        return context if said is None else _BAGGAGE.extract({BAGGAGE: said}, context)

    def beside(self, said: Pairs) -> Pairs:
        """The same with the baggage of user code, which may have been set since, or cleared."""
        if not get_all():
            return tuple(pair for pair in said if pair[0] != BAGGAGE) if self._has_context else said
        carrier: dict[str, str] = {}
        _BAGGAGE.inject(carrier)
        return (*(pair for pair in said if pair[0] != BAGGAGE), *carrier.items())

    async def step(self, number: int, work: Awaitable[T]) -> T:
        """Await one step of a stream within its span."""
        known = self.open.get(number)
        if known is None or known.within is None:
            return await work
        token = attach(known.within)
        try:
            return await work
        finally:
            detach(token)
