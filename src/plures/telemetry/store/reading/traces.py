"""Traces, found and read."""

# What is put into the text of statements here are numbers, and words of this file.
# ruff: noqa: S608

import sqlite3
from typing import Any, Final

from plures.telemetry.store.rows import unsigned, without_order

from .filters import TraceFilter
from .jobs import is_of_job, job_of, with_root
from .logs import COLUMNS as LOG_COLUMNS
from .logs import REPLICAS, id_bytes
from .logs import line_of as log_of
from .values import SpanColumns, TraceLine, TraceRead

_DIGITS: Final = 32
_FIRST: Final = 2_000
"""So many traces are looked at first, then twice as many each time: what is frequent is found at once, and what is rare in one pass."""
_LOOKED_AT_FOR_PROCESSES: Final = 2_000

_LINE: Final = """
SELECT traces.id, trace, began, ended - began, name, kind, capability, code, spans, faults, kept_for, caller, subject
FROM traces JOIN subjects ON subjects.id = subject
"""
_FIRST_OF_JOB: Final = "SELECT 1 FROM spans WHERE trace = ? AND subject = ? AND parent = 0 LIMIT 1"
_GONE: Final = ("",)
"""What a process is called that is not known any more."""
_SPANS: Final = """
SELECT id, parent, subject, process, began, lasted, code, attributes FROM spans WHERE trace = ? ORDER BY began LIMIT ?
"""


_PLAIN: Final = {
    "since": "began >= :since",
    "until": "began < :until",
    "contract": "EXISTS (SELECT 1 FROM steps JOIN subjects ON subjects.id = steps.subject WHERE contract = :contract AND steps.trace = traces.id)",
    "process": f"EXISTS (SELECT 1 FROM spans WHERE spans.trace = traces.id AND process IN ({REPLICAS}))",
    "drawn_only": "kept_for = 'drawn'",
}
"""What is asked by one field of a filter alone."""


def list_traces(
    connection: sqlite3.Connection, wanted: TraceFilter, before: int, limit: int, *, longest: bool = False
) -> list[TraceLine]:
    """Those that are kept last come first, or those that lasted longest of all."""
    subjects = _subjects(connection, wanted)
    if subjects is not None and not subjects:
        return []
    where, values = _conditions(wanted, subjects)
    (last,) = connection.execute("SELECT max(id) FROM traces").fetchone()
    (first,) = connection.execute("SELECT min(id) FROM traces").fetchone()
    if first is None:
        return []
    if longest:
        sql = f"{_LINE} WHERE traces.id BETWEEN :low AND :high{where} ORDER BY ended - began DESC, traces.id DESC LIMIT :limit"
        rows = connection.execute(sql, {**values, "low": first, "high": last, "limit": limit}).fetchall()
        return [_line(connection, row) for row in rows]
    high, many = min(last, before - 1) if before else last, _FIRST
    found: list[TraceLine] = []
    while high >= first and len(found) < limit:
        low = high - many + 1
        sql = f"{_LINE} WHERE traces.id BETWEEN :low AND :high{where} ORDER BY traces.id DESC LIMIT :limit"
        rows = connection.execute(sql, {**values, "low": low, "high": high, "limit": limit - len(found)}).fetchall()
        found += [_line(connection, row) for row in rows]
        high, many = low - 1, many * 2
    return found


def read_trace(connection: sqlite3.Connection, id_: str, most_spans: int, most_lines: int) -> TraceRead | None:
    """One trace; None where there is none with this id."""
    row = connection.execute(f"{_LINE} WHERE trace = ?", (id_bytes(id_),)).fetchone()
    if row is None:
        return None
    spans = _columns(connection, row[0], most_spans)
    lines = connection.execute(f"{LOG_COLUMNS} WHERE trace = ? ORDER BY logs.id LIMIT ?", (row[1], most_lines))
    logs = tuple(map(log_of, lines))
    spans = with_root(row[1].hex(), spans)
    (total,) = connection.execute("SELECT count(*) FROM logs WHERE trace = ?", (row[1],)).fetchone()
    return TraceRead(_line(connection, row), spans, logs, total)


def sample(connection: sqlite3.Connection, wanted: TraceFilter, limit: int, most_spans: int) -> list[SpanColumns]:
    """The spans of traces, at most so many of each; the newest traces first."""
    found = list_traces(connection, wanted, 0, limit)
    looking = _Known(connection)
    return [_columns(connection, each.number, most_spans, looking) for each in found]


def trace_ids(connection: sqlite3.Connection, prefix: str, limit: int) -> list[tuple[str, int]]:
    """Ids that begin so, and when those traces began; those that began last come first."""
    digits = prefix.lower()
    if len(digits) > _DIGITS or any(digit not in "0123456789abcdef" for digit in digits):
        return []
    low, high = bytes.fromhex(digits.ljust(_DIGITS, "0")), bytes.fromhex(digits.ljust(_DIGITS, "f"))
    sql = "SELECT trace, began FROM traces WHERE trace BETWEEN ? AND ? ORDER BY began DESC LIMIT ?"
    return [(trace.hex(), began) for trace, began in connection.execute(sql, (low, high, limit))]


def _subjects(connection: sqlite3.Connection, wanted: TraceFilter) -> list[int] | None:
    """The subjects that a span must be of; None for any."""
    asked = {"name": wanted.operation, "capability": wanted.capability, "caller": wanted.caller}
    given = {column: value for column, value in asked.items() if value}
    if not given:
        return None
    where = " AND ".join(f"{column} = ?" for column in given)
    sql = f"SELECT id FROM subjects WHERE {where}"
    return [id_ for (id_,) in connection.execute(sql, [*given.values()])]


def _conditions(wanted: TraceFilter, subjects: list[int] | None) -> tuple[str, dict[str, Any]]:
    texts: list[str] = []
    among = "trace BETWEEN :low AND :high"
    if subjects is not None:
        of = ", ".join(map(str, subjects))
        short = " AND longest < :under" if wanted.under else ""
        faulty = " AND faults > 0" if wanted.faults else ""
        texts.append(
            f"traces.id IN (SELECT trace FROM steps WHERE subject IN ({of}) AND {among} AND longest >= :over{short}{faulty})"
        )
    else:
        if wanted.over:
            texts.append("ended - began >= :over")
        if wanted.under:
            texts.append("ended - began < :under")
        if wanted.faults:
            texts.append("faults > 0")
    if wanted.attribute is not None:
        texts.append(f"traces.id IN (SELECT trace FROM attributes WHERE name = :name AND value = :value AND {among})")
    if wanted.code:
        of = "" if subjects is None else f" AND subject IN ({', '.join(map(str, subjects))})"
        texts.append(f"EXISTS (SELECT 1 FROM spans WHERE spans.trace = traces.id AND spans.code = :code{of})")
        texts.append("failures > 0")
    texts.extend(sql for field, sql in _PLAIN.items() if getattr(wanted, field))
    name, value = wanted.attribute or ("", "")
    values = {
        "over": wanted.over,
        "under": wanted.under,
        "name": name,
        "value": value,
        "code": wanted.code,
        "contract": wanted.contract,
        "process": wanted.process,
    }
    return "".join(f" AND {text}" for text in texts), {**values, "since": wanted.since, "until": wanted.until}


def _line(connection: sqlite3.Connection, row: tuple[Any, ...]) -> TraceLine:
    number, trace, began, lasted, name, kind, capability, code, spans, faults, kept_for, caller, subject = row
    if caller and is_of_job(kind) and connection.execute(_FIRST_OF_JOB, (number, subject)).fetchone():
        name, kind, capability = job_of(caller)
    took_part = (
        f"SELECT DISTINCT process FROM (SELECT process FROM spans WHERE trace = ? LIMIT {_LOOKED_AT_FOR_PROCESSES})"
    )
    processes = connection.execute(f"SELECT name || '.' || number FROM processes WHERE id IN ({took_part})", (number,))
    names = tuple(sorted(name for (name,) in processes))
    about = (name, kind, capability, code)
    return TraceLine(number, trace.hex(), began, lasted, *about, spans, faults, kept_for, names)


class _Known:
    """What spans have in common, by number."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.subjects = _rows(connection, "id, kind, name, capability, caller, placement, contract", "subjects")
        self.processes = _rows(connection, "id, name || '.' || number", "processes")


def _columns(connection: sqlite3.Connection, number: int, most: int, known: _Known | None = None) -> SpanColumns:
    """What spans have in common is looked up once; no row outlives its turn, which would be one more object for each span."""
    subjects: dict[int, int] = {}
    processes: dict[int, int] = {}
    columns: tuple[list[Any], ...] = ([], [], [], [], [], [], [], [], [], [])
    ids, parents, of, by, began, lasted, codes, attributes, afters, tasks = (column.append for column in columns)
    for id_, parent, subject, process, start, time, code, said in connection.execute(_SPANS, (number, most)):
        ids(unsigned(id_))
        parents(unsigned(parent))
        of(subjects.setdefault(subject, len(subjects)))
        by(processes.setdefault(process, len(processes)))
        began(start)
        lasted(time)
        codes(code)
        plain, after, task = without_order(said)
        attributes(plain)
        afters(after)
        tasks(task)
    known = known or _Known(connection)
    names = [known.processes.get(each, _GONE)[0] for each in processes]
    return SpanColumns([known.subjects[each] for each in subjects], names, *columns)


def _rows(connection: sqlite3.Connection, columns: str, table: str) -> dict[int, tuple[Any, ...]]:
    """The rows of a table of few, by number."""
    return {id_: tuple(row) for id_, *row in connection.execute(f"SELECT {columns} FROM {table}")}
