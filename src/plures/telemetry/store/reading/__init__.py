"""What the store has, as typed values: traces, figures, lines of the log. All SQL that reads is here."""

from .errors import NoTelemetry, TelemetryNewer, TelemetryUnreadable
from .filters import LogFilter, SubjectFilter, TraceFilter
from .reading import Reading
from .shares import CPU_SHARE, DATABASE_SHARE, shares
from .values import (
    Figures,
    GaugeRead,
    KeptSpan,
    LogRead,
    ProcessRead,
    SeriesPoint,
    Slot,
    SpanColumns,
    SpanRead,
    TraceLine,
    TraceRead,
)

__all__ = [
    "CPU_SHARE",
    "DATABASE_SHARE",
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
    "shares",
]
