"""How a trace goes on in another process: what a call tells of it, and what is made of that there."""

from collections.abc import Callable

from plures.contract import Pairs
from plures.runtime.context import CallContext
from plures.telemetry import (
    BAGGAGE,
    MOST_IN_BAGGAGE,
    MOST_IN_STATE,
    TRACEPARENT,
    TRACESTATE,
    Trace,
    parent_of,
    traceparent,
)

_TRACEPARENT, _TRACESTATE, _BAGGAGE = TRACEPARENT.encode(), TRACESTATE.encode(), BAGGAGE.encode()


def told_of(context: CallContext) -> Pairs:
    """The headers that a call has for its trace; none where nothing is noted of it."""
    trace = context.trace
    if trace is None:
        return ()
    bridged = trace.bridged
    kept = bool(trace.kept_for) and (bridged is None or not bridged.is_refused)
    beside = trace.beside if bridged is None else bridged.beside(trace.beside)
    said = TRACEPARENT, traceparent(trace.given or trace.id, trace.span_id(context.span), is_drawn=kept)
    return (said, *beside) if beside else (said,)


def trace_from(header: Callable[[bytes], bytes | None]) -> Trace | None:
    """What a request that arrived says of its trace; None where it says nothing that can be read.

    Args:
        header: The value of a header, by its name in small letters.
    """
    said = header(_TRACEPARENT)
    parent = None if said is None else parent_of(said)
    if parent is None:
        return None
    trace = Trace(parent.trace, parent.span, "drawn" if parent.is_drawn else "")
    state, baggage = header(_TRACESTATE), header(_BAGGAGE)
    if state or baggage:
        trace.beside = _beside(state or b"", baggage or b"")
    return trace


def _beside(state: bytes, baggage: bytes) -> Pairs:
    """What is passed on as it came; what is too long, or could not be written again, is dropped as the standards say."""
    sizes = ((TRACESTATE, state, MOST_IN_STATE), (BAGGAGE, baggage, MOST_IN_BAGGAGE))
    return tuple(
        (name, value.decode("ascii"))
        for name, value, most in sizes
        if 0 < len(value) <= most and value.isascii() and value.decode("ascii").isprintable()
    )
