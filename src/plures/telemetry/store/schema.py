"""The tables of the store. Times and durations are whole microseconds, times since 1970; `plures.telemetry.store.reading` reads them."""

from typing import Final

KEPT_IN: Final = "telemetry.db"
"""The name of the file in the data folder; the databases of capabilities end otherwise."""

VERSION: Final = 1
"""Of the tables, as `user_version`. What is older is begun anew; what is newer is left alone."""

APPLICATION: Final = 0x706C7572
"""`application_id`: it is a file of ours."""

FINE_S: Final = 10
COARSE_S: Final = 300
"""A point or a gauge is kept for ten seconds and, added up, for five minutes: the fine ones for two hours, the coarse ones as long as all."""

FINE_FOR_S: Final = 2 * 3600

TABLES: Final = """
-- Replicas that have written. until: when they last did, ended: whether that was on purpose. lost: what was not kept, so far.
CREATE TABLE processes (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, number INTEGER NOT NULL, pid INTEGER NOT NULL, host TEXT NOT NULL,
    version TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL, ended INTEGER NOT NULL DEFAULT 0, lost INTEGER NOT NULL DEFAULT 0
);

-- What spans, points and gauges are about, a gauge is one of kind `gauge`, with its name.
CREATE TABLE subjects (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, capability TEXT NOT NULL, caller TEXT NOT NULL,
    placement TEXT NOT NULL, contract TEXT NOT NULL, UNIQUE (kind, name, capability, caller, placement, contract)
);

-- Traces that are kept, in the order in which they were written first. subject, code: of the span that began first.
CREATE TABLE traces (
    id INTEGER PRIMARY KEY AUTOINCREMENT, trace BLOB NOT NULL UNIQUE, began INTEGER NOT NULL, ended INTEGER NOT NULL, subject INTEGER NOT NULL,
    code TEXT NOT NULL, spans INTEGER NOT NULL, failures INTEGER NOT NULL, faults INTEGER NOT NULL, kept_for TEXT NOT NULL
);
CREATE INDEX traces_began ON traces (began);

-- trace: traces.id. id, parent: 64 bits, signed. code: empty where it did not fail. attributes: JSON, or empty.
CREATE TABLE spans (
    trace INTEGER NOT NULL, id INTEGER NOT NULL, parent INTEGER NOT NULL, subject INTEGER NOT NULL, process INTEGER NOT NULL,
    began INTEGER NOT NULL, lasted INTEGER NOT NULL, code TEXT NOT NULL, attributes TEXT NOT NULL, PRIMARY KEY (trace, id)
) WITHOUT ROWID;

-- By which traces are found: what each has of a subject. failures: spans with a code, faults: those that are not declared errors.
CREATE TABLE steps (
    subject INTEGER NOT NULL, trace INTEGER NOT NULL, spans INTEGER NOT NULL, failures INTEGER NOT NULL, faults INTEGER NOT NULL,
    longest INTEGER NOT NULL, PRIMARY KEY (subject, trace)
) WITHOUT ROWID;

-- By which traces are found: the values of attributes, as text.
CREATE TABLE attributes (
    name TEXT NOT NULL, value TEXT NOT NULL, trace INTEGER NOT NULL, PRIMARY KEY (name, value, trace)
) WITHOUT ROWID;

-- What a process measured of a subject in the `width` seconds from `at`. calls: those that ended. codes: JSON, code → calls.
-- buckets: JSON, index → calls, as in plures.telemetry.Buckets. in_flight: at the end.
CREATE TABLE points (
    width INTEGER NOT NULL, subject INTEGER NOT NULL, at INTEGER NOT NULL, process INTEGER NOT NULL, calls INTEGER NOT NULL,
    faults INTEGER NOT NULL, codes TEXT NOT NULL, seconds REAL NOT NULL, buckets TEXT NOT NULL, sent_bytes INTEGER NOT NULL,
    received_bytes INTEGER NOT NULL, in_flight INTEGER NOT NULL, PRIMARY KEY (width, subject, at, process)
) WITHOUT ROWID;

-- A figure in the `width` seconds from `at`: its mean, and the most that it was.
CREATE TABLE gauges (
    width INTEGER NOT NULL, subject INTEGER NOT NULL, at INTEGER NOT NULL, process INTEGER NOT NULL, value REAL NOT NULL, most REAL NOT NULL,
    PRIMARY KEY (width, subject, at, process)
) WITHOUT ROWID;

-- Lines of the log. level: as in `logging`. trace, span: NULL where there is none. fields: JSON, or empty.
CREATE TABLE logs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, process INTEGER NOT NULL, level INTEGER NOT NULL, logger TEXT NOT NULL,
    message TEXT NOT NULL, trace BLOB, span INTEGER, capability TEXT NOT NULL, fields TEXT NOT NULL
);
CREATE INDEX logs_trace ON logs (trace) WHERE trace IS NOT NULL;
CREATE INDEX logs_bad ON logs (id) WHERE level >= 30;
CREATE INDEX logs_at ON logs (at);
CREATE VIRTUAL TABLE logs_text USING fts5 (message, fields, content = 'logs', content_rowid = 'id');
"""
