"""One SQLite connection for an event loop. Knows nothing of SQLAlchemy.

Most calls are a trip to the connection's thread, so a statement makes one trip only: it begins the transaction when none is open,
as PEP 249 asks, runs, and brings its rows along. Short statements make none: they run in the event loop, as `leash` says, and so does the
commit of a transaction that made no trip, where the disk is fast. A cancelled call ends only once SQLite has stopped working on it, so that the next user of the connection finds it at rest.
Source: docs/adr/0004-embedded-data.md
"""

import asyncio
import sqlite3
import warnings
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import ExitStack, closing, suppress
from functools import partial
from typing import Any, Final, TypeVar

from plures.data.store import Parameters, Rows

from .cursor import DriverCursor, Row
from .leash import MOST_IN_A_ROW, STEPS, Effort, Leash, Switch, is_explainable
from .worker import Worker

T = TypeVar("T")

NO_PARAMETERS: Final[Parameters] = {}


class DriverConnection:
    """A connection that begins each of its transactions itself."""

    def __init__(
        self, connect: Callable[[], sqlite3.Connection], *, begin: str, read_only: bool, leash: Leash | None = None
    ) -> None:
        """Prepare a connection; `open` opens it.

        Args:
            connect: Opens the file, in the thread, with `isolation_level=None` and `check_same_thread=False`.
            begin: The statement that begins each transaction.
            read_only: There is never anything to commit, so no caller waits for a rollback.
            leash: What all connections of the file know of its statements.
        """
        self._connect = connect
        self._begin = begin
        self._read_only = read_only
        self._opened = ExitStack()
        self._is_closed = True
        self._leash = leash or Leash()
        # Its first statement reads the schema: that is for the thread.
        self._in_a_row = MOST_IN_A_ROW
        self._stops = 0
        # What runs a statement sets these; others look only while none runs.
        self._began = False
        self._is_here = False
        self._was_there = True
        self._may_change_schema = False

    async def open(self, owner: str = "") -> None:
        """Open the file, of the capability `owner`. When that fails or is cancelled, nothing stays open."""
        self._worker = Worker("plures.data", owner)
        self._is_closed = False
        try:
            await self._worker.do(self._open)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Close the file and end the thread, after the work that is queued."""
        if not self._is_closed:
            try:
                await self._worker.do(self._opened.close)
            finally:
                self._is_closed = True
                self._worker.stop(wait=True)

    def __del__(self) -> None:
        if not self._is_closed:
            self._worker.do_later(self._opened.close)
            self._worker.stop(wait=False)
            warnings.warn(f"{self!r} was never closed", ResourceWarning, source=self, stacklevel=1)

    def cursor(self) -> DriverCursor:
        """A new cursor. SQLite has no part in that, so it takes no trip."""
        return DriverCursor(self.do, self.run, self._sqlite.cursor())

    def create_function(self, *args: Any, **options: Any) -> None:
        """As in `sqlite3.Connection`; for connections that have no user yet."""
        self._sqlite.create_function(*args, **options)

    async def execute(self, sql: str, parameters: Parameters = NO_PARAMETERS) -> Rows:
        """Run one statement and bring all its rows, in one trip at most."""
        return await self._statement(sql, parameters, self._run_whole, parameters)

    async def execute_many(self, sql: str, parameters: Sequence[Parameters] | Sequence[Row]) -> Rows:
        """Run one statement for each of these, in one trip at most."""
        if not parameters:
            return await self.do(partial(self._run_many, sql, parameters))
        return await self._statement(sql, parameters, self._run_many, parameters[0], len(parameters))

    async def set(self, pragma: str) -> None:
        """Run a PRAGMA that has no effect in a transaction, while none is open."""
        await self.do(lambda: self._sqlite.execute(pragma).close())
        self._leash.forget()

    async def stream(self, sql: str, parameters: Parameters, at_once: int) -> AsyncGenerator[Rows]:
        """Run one statement; each part takes a trip."""
        cursor = await self.do(lambda: self.run(sql, lambda: self._sqlite.execute(sql, parameters)))
        columns = _columns(cursor)
        try:
            while rows := await self.do(lambda: cursor.fetchmany(at_once)):
                yield Rows(columns, rows, -1)
        finally:
            cursor.close()

    @property
    def is_at_rest(self) -> bool:
        """No transaction is open."""
        return not self._began

    async def commit(self, *, is_awaited: bool = False) -> None:
        """End the transaction; others may wait for that."""
        if not (self._commits_at_once() if is_awaited else await self._commits_here()):
            return await self.do(self._commit)
        self._is_here = True
        try:
            self._commit()
        finally:
            self._is_here = False

    async def rollback(self) -> None:
        if self.is_at_rest:
            return
        if self._read_only and self._worker.is_idle:
            self._rollback()
        elif self._read_only:
            # The next statement queues behind this. If this fails, the BEGIN of that statement says so.
            self._worker.do_later(self._rollback)
        else:
            await self.do(self._rollback)

    async def do(self, work: Callable[[], T]) -> T:
        """Do something in the thread."""
        if self._is_closed:
            raise sqlite3.ProgrammingError("Cannot operate on a closed database.")
        self._in_a_row = 0
        self._was_there = True
        return await self._worker.do(work, self._interrupt)

    async def _statement(
        self, sql: str, values: T, run: Callable[[str, T], Rows], first: Parameters | Row, times: int = 1
    ) -> Rows:
        self._in_a_row += times
        if self._in_a_row <= MOST_IN_A_ROW and self._worker.is_idle and not self._may_change_schema:
            rows = self._run_here(sql, values, run)
            if rows is not None:
                return rows
        return await self.do(partial(self._run_there, sql, values, run, first))

    def _run_here(self, sql: str, values: T, run: Callable[[str, T], Rows]) -> Rows | None:
        """Run a statement in the event loop; None when it is for the thread."""
        since = self._leash.now()
        effort = self._leash.effort_of(sql, since)
        if effort is Effort.UNKNOWN or not self._is_wal:
            return None
        began = self._began
        self._is_here = True
        try:
            if not began:
                self._start()
            if effort is Effort.COUNTED:
                self._stops = 0
                self._sqlite.set_progress_handler(self._stop, STEPS)
            return run(sql, values)
        except sqlite3.OperationalError as error:
            # An error of our own has none.
            name: str = getattr(error, "sqlite_errorname", "")
            if name == "SQLITE_INTERRUPT":
                self._leash.went_too_far(sql)
            elif name.startswith("SQLITE_BUSY") and not began:
                self._rollback()
            else:
                raise
            return None
        finally:
            self._is_here = False
            if effort is Effort.COUNTED:
                self._sqlite.set_progress_handler(None, 0)
            self._leash.took(since)

    def _commits_at_once(self) -> bool:
        """Whether a transaction for whose end others wait ends in the event loop: they would wait for turns of the loop as well."""
        self._in_a_row = 0
        return not self._was_there and self._leash.may_commit()

    async def _commits_here(self) -> bool:
        """Whether a transaction ends in the event loop. Other tasks run first: they would have to wait for the disk as well."""
        if self._was_there or not self._leash.may_commit():
            return False
        since = self._leash.now()
        await asyncio.sleep(0)
        self._in_a_row = 0
        return not self._was_there and self._leash.may_commit(since)

    def _stop(self) -> bool:
        # SQLite goes on counting where the last run of the statement ended, so the first call may come early.
        self._stops += 1
        return self._stops > 1

    def _interrupt(self) -> None:
        # `sqlite3` raises this when another task has closed the connection meanwhile.
        with suppress(sqlite3.ProgrammingError):
            self._sqlite.interrupt()

    # The thread runs the methods below, or the event loop while no job is queued.

    def _open(self) -> None:
        self._sqlite = self._opened.enter_context(closing(self._connect()))
        # Without a write-ahead log, any statement may have to wait for a lock.
        self._is_wal = self._sqlite.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        # The event loop waits for no lock, and checkpoints nothing.
        self._patience = Switch(self._sqlite, "busy_timeout")
        self._checkpoints = Switch(self._sqlite, "wal_autocheckpoint")

    def run(self, sql: str, statement: Callable[[], sqlite3.Cursor]) -> sqlite3.Cursor:
        """Run one statement inside a transaction."""
        self._prepare(sql)
        return statement()

    def _prepare(self, sql: str) -> None:
        if not self._began:
            self._start()
        self._check_transaction()
        if not (self._is_here or self._may_change_schema):
            self._may_change_schema = not is_explainable(sql)

    def _start(self) -> None:
        """Begin a transaction."""
        self._patience.turn(on=not self._is_here)
        self._sqlite.execute(self._begin)
        self._began = True
        self._was_there = not self._is_here
        self._changed_before = self._sqlite.total_changes

    def _run_there(self, sql: str, values: T, run: Callable[[str, T], Rows], first: Parameters | Row) -> Rows:
        rows = run(sql, values)
        if not self._may_change_schema:
            self._leash.learn(sql, lambda explain: self._sqlite.execute(explain, first))
        return rows

    def _run_whole(self, sql: str, parameters: Parameters) -> Rows:
        self._prepare(sql)
        cursor = self._sqlite.execute(sql, parameters)
        try:
            if cursor.description is None:
                return Rows((), (), cursor.rowcount)
            return Rows(_columns(cursor), cursor.fetchall(), cursor.rowcount)
        finally:
            cursor.close()

    def _run_many(self, sql: str, parameters: Sequence[Parameters] | Sequence[Row]) -> Rows:
        self._prepare(sql)
        with closing(self._sqlite.executemany(sql, parameters)) as cursor:
            return Rows((), (), cursor.rowcount)

    def _commit(self) -> None:
        try:
            if self._began:
                self._check_transaction()
                self._checkpoints.turn(on=not self._is_here)
                since = self._leash.now()
                self._sqlite.commit()
                if self._sqlite.total_changes != self._changed_before:
                    self._leash.committed(since, is_here=self._is_here)
        except sqlite3.Error:
            # SQLAlchemy takes a transaction whose commit failed for ended.
            self._rollback()
            raise
        self._has_ended()

    def _rollback(self) -> None:
        self._sqlite.rollback()
        self._has_ended()

    def _has_ended(self) -> None:
        self._began = False
        if self._may_change_schema:
            self._may_change_schema = False
            self._leash.forget()

    def _check_transaction(self) -> None:
        """After some failures (disk full, interrupted write) SQLite rolls back by itself: half of the work must not go on."""
        if not self._sqlite.in_transaction:
            raise sqlite3.OperationalError("SQLite rolled the transaction back after an earlier error in it")


def _columns(cursor: sqlite3.Cursor) -> tuple[str, ...]:
    return tuple([column[0] for column in cursor.description or ()])
