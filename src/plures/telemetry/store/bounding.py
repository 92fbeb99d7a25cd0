"""Keeps the file within its bounds: deletes what is oldest, in small transactions, so that other processes write in between."""

import sqlite3
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Final

import msgspec

from .anchor import MICROSECONDS
from .rows import values_of
from .schema import COARSE_S, FINE_FOR_S, FINE_S

LEAST_MIB: Final = 8
_TRACES: Final = 500
_SPANS: Final = 5_000
_LINES: Final = 2_000
_FULL: Final = 0.92
_ROOMY: Final = 0.87
_FOR_PAGES: Final = 7 / 8
"""The rest is for the log that SQLite writes ahead."""
_AT_ONCE: Final = 2_000
"""Pages that a file is made smaller by."""
_BUDGET_S: Final = 0.5
_AHEAD: Final = 24 * 3600 * MICROSECONDS
"""What is later than that was noted while the clock was wrong."""


class Bounds(msgspec.Struct, frozen=True):
    """How much is kept.

    Attributes:
        mib: Of the file and its log together, in MiB.
        hours: How old what is kept may get.
    """

    mib: int = 256
    hours: float = 48

    def pages(self, page_bytes: int) -> int:
        """So many the file may have."""
        return int(self.mib * 1024 * 1024 * _FOR_PAGES) // page_bytes

    @property
    def log_bytes(self) -> int:
        """So many the log that is written ahead may have."""
        return int(self.mib * 1024 * 1024 * (1 - _FOR_PAGES))


class Bounding:
    """Deletes by one connection that is in no transaction."""

    def __init__(self, connection: sqlite3.Connection, bounds: Bounds) -> None:
        self._connection = connection
        self._bounds = bounds
        self._most = bounds.pages(self._pragma("page_size"))
        # SQLite itself refuses what would make it larger.
        connection.execute(f"PRAGMA max_page_count = {self._most}")
        connection.execute(
            f"PRAGMA wal_autocheckpoint = {min(1000, bounds.log_bytes // 2 // self._pragma('page_size'))}"
        )

    @property
    def is_full(self) -> bool:
        """Whether there is so little room that something has to go, or the file is larger than it may be now."""
        return self._used() > self._most * _FULL or self._pragma("page_count") > self._most

    def make_room(self, budget_s: float = _BUDGET_S) -> None:
        """Delete what is oldest until there is some room, or for so long. Raises `sqlite3.Error`."""
        until = monotonic() + budget_s
        while self._used() > self._most * _ROOMY and monotonic() < until:
            if not self._delete_oldest():
                break
        if self._pragma("page_count") > self._most:
            # `execute` would stop after the first page.
            self._connection.executescript(f"PRAGMA incremental_vacuum({_AT_ONCE})")

    def forget(self, now: int, budget_s: float = _BUDGET_S) -> None:
        """Delete what is too old, for so long. Raises `sqlite3.Error`.

        Args:
            now: In microseconds since 1970.
        """
        until = monotonic() + budget_s
        old, ahead = now - int(self._bounds.hours * 3600 * MICROSECONDS), now + _AHEAD
        fine = now - FINE_FOR_S * MICROSECONDS
        for condition, moment in (("<", old), (">", ahead)):
            while monotonic() < until and self._traces(f"began {condition} ? ORDER BY began", moment):
                pass
            while monotonic() < until and self._lines(f"at {condition} ? ORDER BY at", moment):
                pass
            self._slots(COARSE_S, f"at {condition} ?", moment)
        self._slots(FINE_S, "at < ? OR at > ?", max(old, fine), ahead)
        with self._transaction():
            self._connection.execute("DELETE FROM processes WHERE until < ?", (old,))

    def _delete_oldest(self) -> bool:
        """Whether anything was deleted."""
        oldest = [
            (at, delete)
            for at, delete in (
                (self._first("SELECT began FROM traces ORDER BY id LIMIT 1"), self._oldest_traces),
                (self._first("SELECT at FROM logs ORDER BY id LIMIT 1"), self._oldest_lines),
                (self._oldest_slot(), self._oldest_slots),
            )
            if at is not None
        ]
        if not oldest:
            return False
        chosen: Callable[[], object] = min(oldest, key=lambda each: each[0])[1]
        chosen()
        return True

    def _oldest_traces(self) -> None:
        self._traces("id > ? ORDER BY id", 0)

    def _oldest_lines(self) -> None:
        self._lines("id > ? ORDER BY id", 0)

    def _oldest_slots(self) -> None:
        # A twentieth of the time of which there are any, of both widths.
        for width in (FINE_S, COARSE_S):
            times = [*self._slot_times(width)]
            if times:
                first, last = min(times)[0], max(last for _, last in times)
                self._slots(width, "at <= ?", first + (last - first) // 20)

    def _traces(self, condition: str, value: int) -> int:
        """Delete some traces; gives how many."""
        chosen: list[tuple[int]] = []
        with self._transaction():
            spans = 0
            # What is put into the text of statements here are words of this file.
            found = f"SELECT id, spans FROM traces WHERE {condition} LIMIT {_TRACES}"  # noqa: S608
            for trace, many in self._connection.execute(found, (value,)).fetchall():
                if chosen and spans + many > _SPANS:
                    break
                chosen.append((trace,))
                spans += many
            values: set[tuple[str, str, int]] = set()
            steps: set[tuple[int, int]] = set()
            for (trace,) in chosen:
                said = self._connection.execute("SELECT subject, attributes FROM spans WHERE trace = ?", (trace,))
                for subject, attributes in said:
                    steps.add((subject, trace))
                    if attributes:
                        values.update((name, value, trace) for name, value in values_of(attributes))
            many_of = self._connection.executemany
            many_of("DELETE FROM attributes WHERE name = ? AND value = ? AND trace = ?", values)
            many_of("DELETE FROM steps WHERE subject = ? AND trace = ?", steps)
            many_of("DELETE FROM spans WHERE trace = ?", chosen)
            many_of("DELETE FROM traces WHERE id = ?", chosen)
        return len(chosen)

    def _lines(self, condition: str, value: int) -> int:
        """Delete some lines of the log; gives how many."""
        with self._transaction():
            found = f"SELECT id, message, fields FROM logs WHERE {condition} LIMIT {_LINES}"  # noqa: S608
            rows = self._connection.execute(found, (value,)).fetchall()
            forget = "INSERT INTO logs_text (logs_text, rowid, message, fields) VALUES ('delete', ?, ?, ?)"
            self._connection.executemany(forget, rows)
            self._connection.executemany("DELETE FROM logs WHERE id = ?", [row[:1] for row in rows])
        return len(rows)

    def _slots(self, width: int, condition: str, *moments: int) -> None:
        with self._transaction():
            for table in ("points", "gauges"):
                sql = f"DELETE FROM {table} WHERE width = {width} AND subject = ? AND ({condition})"  # noqa: S608
                self._connection.executemany(sql, [(subject, *moments) for subject in self._subjects()])

    def _oldest_slot(self) -> int | None:
        return min((first for first, _ in self._slot_times(COARSE_S)), default=None)

    def _slot_times(self, width: int) -> Iterator[tuple[int, int]]:
        """Of each subject, when its first slot begins, and its last one."""
        for table in ("points", "gauges"):
            for subject in self._subjects():
                # Two statements: SQLite answers a single minimum from the index, and reads all rows for both.
                found = f"FROM {table} WHERE width = {width} AND subject = ?"
                first = self._first(f"SELECT min(at) {found}", subject)
                if first is not None:
                    yield first, self._first(f"SELECT max(at) {found}", subject) or first

    def _subjects(self) -> list[int]:
        return [subject for (subject,) in self._connection.execute("SELECT id FROM subjects")]

    def _first(self, sql: str, *values: int) -> int | None:
        row = self._connection.execute(sql, values).fetchone()
        return None if row is None else row[0]

    def _used(self) -> int:
        return self._pragma("page_count") - self._pragma("freelist_count")

    def _pragma(self, name: str) -> int:
        (value,) = self._connection.execute(f"PRAGMA {name}").fetchone()
        return int(value)

    @contextmanager
    def _transaction(self) -> Generator[None]:
        with transaction(self._connection):
            yield


@contextmanager
def transaction(connection: sqlite3.Connection) -> Generator[None]:
    """All of it, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # SQLite has undone it by itself after some errors.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
