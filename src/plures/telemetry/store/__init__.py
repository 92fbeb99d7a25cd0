"""What all processes of a machine measure and note, in one file of SQLite in the data folder.

`Store` writes for one process. `schema` has the tables, `rows` and `counted` make what is written, `writing` writes it, `bounding` deletes what
is too much or too old, `file` opens, and begins anew what is damaged. Who reads uses `Reading` (`reading`), and no SQL.
"""

from .anchor import MICROSECONDS, Anchor
from .bounding import LEAST_MIB, Bounds
from .lines import Gauge, LogLine, ProcessName
from .opening import ASIDE
from .reading import (
    CPU_SHARE,
    DATABASE_SHARE,
    Figures,
    GaugeRead,
    KeptSpan,
    LogFilter,
    LogRead,
    NoTelemetry,
    ProcessRead,
    Reading,
    SeriesPoint,
    Slot,
    SpanColumns,
    SpanRead,
    SubjectFilter,
    TelemetryNewer,
    TelemetryUnreadable,
    TraceFilter,
    TraceLine,
    TraceRead,
    shares,
)
from .schema import COARSE_S, FINE_S, KEPT_IN
from .store import Store

__all__ = [
    "ASIDE",
    "COARSE_S",
    "CPU_SHARE",
    "DATABASE_SHARE",
    "FINE_S",
    "KEPT_IN",
    "LEAST_MIB",
    "MICROSECONDS",
    "Anchor",
    "Bounds",
    "Figures",
    "Gauge",
    "GaugeRead",
    "KeptSpan",
    "LogFilter",
    "LogLine",
    "LogRead",
    "NoTelemetry",
    "ProcessName",
    "ProcessRead",
    "Reading",
    "SeriesPoint",
    "Slot",
    "SpanColumns",
    "SpanRead",
    "Store",
    "SubjectFilter",
    "TelemetryNewer",
    "TelemetryUnreadable",
    "TraceFilter",
    "TraceLine",
    "TraceRead",
    "shares",
]
