"""What the store has, as typed values: traces, figures, lines of the log. All SQL that reads is here."""

from .errors import NoTelemetry, TelemetryNewer, TelemetryUnreadable
from .reading import Reading
from .values import (
    Figures,
    GaugeRead,
    KeptSpan,
    LogFilter,
    LogRead,
    ProcessRead,
    SeriesPoint,
    Slot,
    SpanColumns,
    SpanRead,
    SubjectFilter,
    TraceFilter,
    TraceLine,
    TraceRead,
)

__all__ = [
    "Figures",
    "GaugeRead",
    "KeptSpan",
    "LogFilter",
    "LogRead",
    "NoTelemetry",
    "ProcessRead",
    "Reading",
    "SeriesPoint",
    "Slot",
    "SpanColumns",
    "SpanRead",
    "SubjectFilter",
    "TelemetryNewer",
    "TelemetryUnreadable",
    "TraceFilter",
    "TraceLine",
    "TraceRead",
]
