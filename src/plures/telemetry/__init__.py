"""Layer 3: what happened: traces of requests, and figures of calls.

How a request is seen
---------------------
Each call passes a `Meter` (`measuring`), which counts and times it, and notes one span of it in the `Trace` (`tracing`) of its request. That costs
about half a microsecond, so it is done of all calls. A trace is *kept* where its request was drawn at its beginning, or where anything in it
failed, or took longer than 99 of 100 calls of that operation do. The `Recorder` holds the spans of the last seconds, since another process may
keep a trace in which this one took part, and gives those that are kept to who writes them.

The id of a trace is that of its request where that has the form of one, so that events and sagas, which know their request, stay in the
trace. Between processes it travels as W3C's `traceparent`.
"""

from .bridging import Bridge, Bridged
from .exposition import exposition
from .measuring import SCALE, Buckets, Call, Meter, index_of, is_fault, middle_s, otel_index, quantile, upper_s
from .telemetry import Telemetry
from .tracing import (
    BAGGAGE,
    HOLD_S,
    MOST_HELD,
    MOST_IN_BAGGAGE,
    MOST_IN_STATE,
    TRACEPARENT,
    TRACESTATE,
    Draw,
    Noted,
    Parent,
    Part,
    Rate,
    Recorder,
    SpanKind,
    Subject,
    Trace,
    new_trace_id,
    parent_of,
    span_id_of,
    trace_id_of,
    traceparent,
)

__all__ = [
    "BAGGAGE",
    "HOLD_S",
    "MOST_HELD",
    "MOST_IN_BAGGAGE",
    "MOST_IN_STATE",
    "SCALE",
    "TRACEPARENT",
    "TRACESTATE",
    "Bridge",
    "Bridged",
    "Buckets",
    "Call",
    "Draw",
    "Meter",
    "Noted",
    "Parent",
    "Part",
    "Rate",
    "Recorder",
    "SpanKind",
    "Subject",
    "Telemetry",
    "Trace",
    "exposition",
    "index_of",
    "is_fault",
    "middle_s",
    "new_trace_id",
    "otel_index",
    "parent_of",
    "quantile",
    "span_id_of",
    "trace_id_of",
    "traceparent",
    "upper_s",
]
