"""Lines of the log, found and read."""

import re
import sqlite3
from typing import Any, Final

from plures.telemetry.store.rows import unsigned

from .filters import LogFilter
from .values import LogRead

_FIELDS: Final = """
SELECT logs.id, at, processes.name, processes.number, level, logger, logs.message, trace, span, capability, logs.fields
"""
COLUMNS: Final = f"{_FIELDS} FROM logs LEFT JOIN processes ON processes.id = process"
# The text leads: SQLite finds its lines in the order of their numbers, and stops when there are enough.
_BY_TEXT: Final = f"""
{_FIELDS} FROM logs_text CROSS JOIN logs ON logs.id = logs_text.rowid LEFT JOIN processes ON processes.id = process
"""
REPLICAS: Final = "SELECT id FROM processes WHERE name = :process OR name || '.' || number = :process"
"""The replicas of a process, or the one that is named."""
_WORD: Final = re.compile(r"\w+")


def list_logs(
    connection: sqlite3.Connection, wanted: LogFilter, after: int | None, before: int, limit: int
) -> list[LogRead]:
    """In the order in which they were written: those right after a line, or the last ones before one."""
    words = _WORD.findall(wanted.text)
    id_ = "logs_text.rowid" if words else "logs.id"
    where, values = _conditions(connection, wanted, words)
    if after is not None:
        where.append(f"{id_} > :after")
    if before:
        where.append(f"{id_} < :before")
    order = "DESC" if after is None else "ASC"
    sql = f"{_BY_TEXT if words else COLUMNS} WHERE {' AND '.join(where) or '1'} ORDER BY {id_} {order} LIMIT :limit"
    rows = connection.execute(sql, {**values, "after": after, "before": before, "limit": limit}).fetchall()
    return [line_of(row) for row in (rows if after is not None else reversed(rows))]


def last_log(connection: sqlite3.Connection) -> int:
    """The number of the line that was written last; 0 where there was none."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'logs'").fetchone()
    return 0 if row is None else int(row[0])


def line_of(row: tuple[Any, ...]) -> LogRead:
    """The line in a row of `COLUMNS`."""
    id_, at, process, number, level, logger, message, trace, span, capability, fields = row
    of = (f"{process}.{number}" if process else "", level, logger, message, trace.hex() if trace else "")
    return LogRead(id_, at, *of, unsigned(span or 0), capability, fields)


def id_bytes(id_: str) -> bytes:
    """The bytes of the id of a trace; none where it is the id of no trace."""
    try:
        return bytes.fromhex(id_)
    except ValueError:
        return b""


def _conditions(
    connection: sqlite3.Connection, wanted: LogFilter, words: list[str]
) -> tuple[list[str], dict[str, Any]]:
    where: list[str] = []
    values: dict[str, Any] = {}
    if words:
        where.append("logs_text MATCH :words")
        # Each in quotes, so that it is no operator.
        values["words"] = " ".join(f'"{word}"*' for word in words)
    elif wanted.text:
        where.append("instr(logs.message, :text)")
        values["text"] = wanted.text
    if wanted.process:
        found = connection.execute(REPLICAS, {"process": wanted.process})
        where.append(f"process IN ({', '.join(str(id_) for (id_,) in found)})")
    if wanted.level:
        # As a number, so that SQLite sees which index has them.
        where.append(f"level >= {int(wanted.level)}")
    if wanted.logger:
        where.append("(logger = :logger OR substr(logger, 1, length(:logger) + 1) = :logger || '.')")
        values["logger"] = wanted.logger
    if wanted.capability:
        where.append("capability = :capability")
        values["capability"] = wanted.capability
    if wanted.trace:
        where.append("trace = :trace")
        values["trace"] = id_bytes(wanted.trace)
    if wanted.since:
        where.append("at >= :since")
    if wanted.until:
        where.append("at < :until")
    return where, {**values, "since": wanted.since, "until": wanted.until}
