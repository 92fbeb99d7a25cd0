"""The keys of `[telemetry]`."""

from .key import Key, table
from .policy import Figure

ENABLED = Key(
    "enabled",
    (bool,),
    True,
    "Whether traces, figures and lines of the log are kept, in telemetry.db in the data folder.",
    "enabled = false",
)
SHARE = Figure(
    "share",
    (int, float),
    1.0,
    "Which share of requests is kept, of each operation; those that fail or take long are kept all the same.",
    "share = 0.1",
    least=0,
    most=1,
    reason="it is a share of the requests",
)
PER_S = Figure(
    "per_s",
    (int, float),
    10.0,
    "So many of these are kept a second at most, of each operation and replica.",
    "per_s = 2",
    least=0,
    most=10_000,
    reason="above that, telemetry would take more time than the work",
)
OPERATION = table(
    "OPERATION",
    "What holds for one operation instead, as in search/Find, or for requests to the edge by method and first part of the path, as in GET /product.",
    "OPERATION = { share = 0.01 }",
    SHARE,
    PER_S,
)
OPERATIONS = table(
    "operations",
    "What holds for single operations instead.",
    'operations = { "search/Find" = { share = 0.01 } }',
    OPERATION,
)
MIB = Figure(
    "mib",
    (int,),
    256,
    "So large the file gets, in MiB; what is oldest goes first.",
    "mib = 1024",
    least=8,
    most=100_000,
    reason="below that, nothing would be kept for long; above it, no view would be fast",
)
HOURS = Figure(
    "hours",
    (int, float),
    48.0,
    "So old what is kept may get.",
    "hours = 168",
    least=0.1,
    most=8760,
    reason="below that, it is gone before anyone looks; above it, another store is better",
)
TELEMETRY = table(
    "telemetry",
    "What is kept of requests, figures and the log, for the views of Plures.",
    "[telemetry]",
    *(ENABLED, SHARE, PER_S, OPERATIONS, MIB, HOURS),
)
