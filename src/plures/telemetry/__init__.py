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

import importlib
from typing import TYPE_CHECKING, Final

from .bridging import Bridge, Bridged
from .exposition import exposition
from .measuring import SCALE, Buckets, Call, Meter, index_of, is_fault, middle_s, otel_index, quantile, upper_s
from .spending import Spent, belongs, spent_by, spent_here
from .telemetry import Telemetry
from .tracing import (
    AWAITED,
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
    one_job,
    parent_of,
    span_id_of,
    trace_id_of,
    traceparent,
)

if TYPE_CHECKING:
    from .arriving import NotOtlp, arrived, read_otlp
    from .processor import Processor
    from .shape import Measure, Measured, Shape, Stretch, awaited_in, measured, middle, missed, shape_of
    from .store import (
        CPU_SHARE,
        DATABASE_SHARE,
        KEPT_IN,
        Bounds,
        Figures,
        GaugeRead,
        KeptSpan,
        LogFilter,
        LogLine,
        LogRead,
        NoTelemetry,
        ProcessName,
        ProcessRead,
        Reading,
        SeriesPoint,
        Slot,
        SpanRead,
        Store,
        SubjectFilter,
        TelemetryNewer,
        TelemetryUnreadable,
        TraceFilter,
        TraceLine,
        TraceRead,
        shares,
    )

# Few processes write or read a store, and SQLite takes milliseconds to import.
_LATER: Final = {
    **dict.fromkeys(("NotOtlp", "arrived", "read_otlp"), ".arriving"),
    "Processor": ".processor",
    **dict.fromkeys(
        ("Measure", "Measured", "Shape", "Stretch", "awaited_in", "measured", "middle", "missed", "shape_of"), ".shape"
    ),
    **dict.fromkeys(("KEPT_IN", "Bounds", "LogLine", "ProcessName", "Store"), ".store"),
    **dict.fromkeys(
        (
            "CPU_SHARE",
            "DATABASE_SHARE",
            "KeptSpan",
            "Figures",
            "GaugeRead",
            "LogFilter",
            "LogRead",
            "NoTelemetry",
            "ProcessRead",
            "Reading",
            "SeriesPoint",
            "Slot",
            "SpanRead",
            "SubjectFilter",
            "TelemetryNewer",
            "TelemetryUnreadable",
            "TraceFilter",
            "TraceLine",
            "TraceRead",
            "shares",
        ),
        ".store",
    ),
}

__all__ = [
    "AWAITED",
    "BAGGAGE",
    "CPU_SHARE",
    "DATABASE_SHARE",
    "HOLD_S",
    "KEPT_IN",
    "MOST_HELD",
    "MOST_IN_BAGGAGE",
    "MOST_IN_STATE",
    "SCALE",
    "TRACEPARENT",
    "TRACESTATE",
    "Bounds",
    "Bridge",
    "Bridged",
    "Buckets",
    "Call",
    "Draw",
    "Figures",
    "GaugeRead",
    "KeptSpan",
    "LogFilter",
    "LogLine",
    "LogRead",
    "Measure",
    "Measured",
    "Meter",
    "NoTelemetry",
    "NotOtlp",
    "Noted",
    "Parent",
    "Part",
    "ProcessName",
    "ProcessRead",
    "Processor",
    "Rate",
    "Reading",
    "Recorder",
    "SeriesPoint",
    "Shape",
    "Slot",
    "SpanKind",
    "SpanRead",
    "Spent",
    "Store",
    "Stretch",
    "Subject",
    "SubjectFilter",
    "Telemetry",
    "TelemetryNewer",
    "TelemetryUnreadable",
    "Trace",
    "TraceFilter",
    "TraceLine",
    "TraceRead",
    "arrived",
    "awaited_in",
    "belongs",
    "exposition",
    "index_of",
    "is_fault",
    "measured",
    "middle",
    "middle_s",
    "missed",
    "new_trace_id",
    "one_job",
    "otel_index",
    "parent_of",
    "quantile",
    "read_otlp",
    "shape_of",
    "shares",
    "span_id_of",
    "spent_by",
    "spent_here",
    "trace_id_of",
    "traceparent",
    "upper_s",
]


def __getattr__(name: str) -> object:
    if name not in _LATER:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(importlib.import_module(_LATER[name], __name__), name)
