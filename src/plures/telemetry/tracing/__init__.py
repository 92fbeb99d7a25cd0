"""Traces: what is noted of calls, which traces are kept, and how a trace goes on in another process."""

from .drawing import Draw, Rate
from .following import following
from .job import job_now, one_job
from .recorder import HOLD_S, MOST_HELD, Part, Recorder
from .subject import AWAITED, SpanKind, Subject
from .trace import MOST_NOTES, Noted, Trace, new_trace_id, span_id_of, trace_id_of
from .wire import BAGGAGE, MOST_IN_BAGGAGE, MOST_IN_STATE, TRACEPARENT, TRACESTATE, Parent, parent_of, traceparent

__all__ = [
    "AWAITED",
    "BAGGAGE",
    "HOLD_S",
    "MOST_HELD",
    "MOST_IN_BAGGAGE",
    "MOST_IN_STATE",
    "MOST_NOTES",
    "TRACEPARENT",
    "TRACESTATE",
    "Draw",
    "Noted",
    "Parent",
    "Part",
    "Rate",
    "Recorder",
    "SpanKind",
    "Subject",
    "Trace",
    "following",
    "job_now",
    "new_trace_id",
    "one_job",
    "parent_of",
    "span_id_of",
    "trace_id_of",
    "traceparent",
]
