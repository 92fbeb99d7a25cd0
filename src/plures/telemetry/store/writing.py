"""Writes rows into the file. One transaction is all that a process has to say at a time: all of it is kept, or none."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from plures.telemetry.arriving import Origin
from plures.telemetry.tracing import Subject

from .counted import Mean, Point, PointKey
from .lines import LogLine
from .rows import TraceRows, signed, storable
from .sent import SentRows

_TRACE: Final = """
INSERT INTO traces (trace, began, ended, subject, code, spans, failures, faults, kept_for) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (trace) DO UPDATE SET
    subject = CASE WHEN excluded.began < began THEN excluded.subject ELSE subject END,
    code = CASE WHEN excluded.began < began THEN excluded.code ELSE code END,
    began = min(began, excluded.began), ended = max(ended, excluded.ended),
    spans = spans + excluded.spans, failures = failures + excluded.failures,
    faults = faults + excluded.faults, kept_for = CASE WHEN kept_for = 'elsewhere' THEN excluded.kept_for ELSE kept_for END
"""
_STEP: Final = """
INSERT INTO steps VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (subject, trace) DO UPDATE SET spans = spans + excluded.spans,
failures = failures + excluded.failures, faults = faults + excluded.faults, longest = max(longest, excluded.longest)
"""
_SUBJECT: Final = """
SELECT id FROM subjects WHERE kind = ? AND name = ? AND capability = ? AND caller = ? AND placement = ? AND contract = ?
"""
_ORIGIN: Final = """
SELECT id FROM processes WHERE name = ? AND number = ? AND pid = ? AND host = ? AND version = ? AND ended = 0 ORDER BY id DESC LIMIT 1
"""
_LOG: Final = """
INSERT INTO logs (at, process, level, logger, message, trace, span, capability, fields) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


class Batch(msgspec.Struct, frozen=True):
    """What is written together."""

    traces: Sequence[TraceRows] = ()
    points: Sequence[tuple[PointKey, Point]] = ()
    gauges: Sequence[tuple[PointKey, Mean]] = ()
    logs: Sequence[LogLine] = ()
    sent: Sequence[SentRows] = ()


class Writing:
    """Writes by one connection.

    Args:
        process: The row of who writes.
    """

    def __init__(self, connection: sqlite3.Connection, process: int) -> None:
        self._connection = connection
        self._process = process
        self._subjects: dict[Subject, int] = {}
        self._origins: dict[Origin, int] = {}

    def write(self, batch: Batch, now: int) -> None:
        """Write a batch, within a transaction. After an error, this object is of no use any more.

        Args:
            now: In microseconds since 1970.
        """
        self._traces(batch.traces)
        for origin, traces in batch.sent:
            self._traces(traces, self._row_of(origin, now))
        self._points(batch.points)
        self._gauges(batch.gauges)
        self._logs(batch.logs)

    def _traces(self, traces: Iterable[TraceRows], process: int = 0) -> None:
        execute, process = self._connection.execute, process or self._process
        for each in traces:
            ids = {subject: self._id_of(subject) for subject in each.steps}
            row = (
                each.trace,
                each.began,
                each.ended,
                ids[each.subject],
                each.code,
                len(each.spans),
                each.failures,
                each.faults,
            )
            execute(_TRACE, (*row, each.kept_for))
            (trace,) = execute("SELECT id FROM traces WHERE trace = ?", (each.trace,)).fetchone()
            self._connection.executemany(
                "INSERT OR IGNORE INTO spans VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (trace, id_, parent, ids[subject], process, began, lasted, code, attributes)
                    for id_, parent, subject, began, lasted, code, attributes in each.spans
                ],
            )
            self._connection.executemany(_STEP, [(ids[it], trace, *step) for it, step in each.steps.items()])
            if each.values:
                values = [(name, value, trace) for name, value in each.values]
                self._connection.executemany("INSERT OR IGNORE INTO attributes VALUES (?, ?, ?)", values)

    def _points(self, points: Iterable[tuple[PointKey, Point]]) -> None:
        rows = [
            (
                width, self._id_of(subject), at, self._process, it.calls, it.faults, _json(it.codes), it.seconds,
                _json(it.buckets), it.sent_bytes, it.received_bytes, it.in_flight,
            )
            for (width, subject, at), it in points
        ]  # fmt: skip
        sql = "INSERT OR REPLACE INTO points VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        self._connection.executemany(sql, rows)

    def _gauges(self, gauges: Iterable[tuple[PointKey, Mean]]) -> None:
        rows = [
            (width, self._id_of(subject), at, self._process, it.total / it.many, it.most)
            for (width, subject, at), it in gauges
        ]
        self._connection.executemany("INSERT OR REPLACE INTO gauges VALUES (?, ?, ?, ?, ?, ?)", rows)

    def _logs(self, lines: Iterable[LogLine]) -> None:
        for at, level, logger, message, trace, span, capability, fields in lines:
            text, more = storable(message), storable(fields)
            about = (bytes.fromhex(trace) if trace else None, signed(span) or None, capability)
            row = (at, self._process, level, storable(logger), text, *about, more)
            id_ = self._connection.execute(_LOG, row).lastrowid
            self._connection.execute(
                "INSERT INTO logs_text (rowid, message, fields) VALUES (?, ?, ?)", (id_, text, more)
            )

    def _row_of(self, origin: Origin, now: int) -> int:
        """The row of a process that does not write by itself; replicas that it has sent to share it."""
        execute = self._connection.execute
        known = self._origins.get(origin)
        if known is None:
            found = execute(_ORIGIN, origin).fetchone()
            known = 0 if found is None else found[0]
        # It may have been forgotten, since it was silent for long.
        if not execute("UPDATE processes SET until = max(until, ?) WHERE id = ?", (now, known)).rowcount:
            sql = "INSERT INTO processes (name, number, pid, host, version, since, until) VALUES (?, ?, ?, ?, ?, ?, ?)"
            known = execute(sql, (*origin, now, now)).lastrowid or 0
        self._origins[origin] = known
        return known

    def _id_of(self, subject: Subject) -> int:
        known = self._subjects.get(subject)
        if known is None:
            row = tuple(storable(str(each)) for each in msgspec.structs.astuple(subject))
            sql = "INSERT OR IGNORE INTO subjects (kind, name, capability, caller, placement, contract) VALUES (?, ?, ?, ?, ?, ?)"
            self._connection.execute(sql, row)
            (known,) = self._connection.execute(_SUBJECT, row).fetchone()
            self._subjects[subject] = known
        return known


def _json(counts: object) -> str:
    return msgspec.json.encode(counts).decode()
