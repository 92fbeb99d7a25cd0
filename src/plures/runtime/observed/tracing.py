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


def told_of(context: CallContext) -> tuple[str, Pairs]:
    """The `traceparent` of a call, and the headers that go on with it; both empty where nothing is noted of it."""
    trace = context.trace
    if trace is None:
        return "", ()
    bridged = trace.bridged
    if bridged is None:
        kept, beside = bool(trace.kept_for), trace.beside
    else:
        kept, beside = bool(trace.kept_for) and not bridged.is_refused, bridged.beside(trace.beside)
    return traceparent(trace.given or trace.id, trace.span_id(context.span), is_drawn=kept), beside


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
