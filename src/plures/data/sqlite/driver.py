"""One SQLite connection for an event loop, and its cursors for SQLAlchemy. Knows nothing of SQLAlchemy.

Each call is a trip to the connection's thread, so a statement makes one trip only: it begins the transaction when none is open,
as PEP 249 asks, runs, and brings its first rows along. A cancelled call ends only once SQLite has stopped working on it, so that
the next user of the connection finds it at rest.
Source: docs/adr/0004-embedded-data.md
"""

import sqlite3
import warnings
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import ExitStack, closing, suppress
from functools import partial
from typing import Any, Final, Self, TypeVar

from plures.data.store import Parameters, Rows

from .worker import Worker

T = TypeVar("T")
Row = tuple[Any, ...]

NO_PARAMETERS: Final[Parameters] = {}
_ROWS_AHEAD: Final = 256
"""So many rows come along with a statement. A cursor fetches the rest when it is asked for them."""


class DriverConnection:
    """A connection that begins each of its transactions itself."""

    def __init__(self, connect: Callable[[], sqlite3.Connection], *, begin: str, read_only: bool) -> None:
        """Prepare a connection; `open` opens it.

        Args:
            connect: Opens the file, in the thread, with `isolation_level=None` and `check_same_thread=False`.
            begin: The statement that begins each transaction.
            read_only: There is never anything to commit, so no caller waits for a rollback.
        """
        self._connect = connect
        self._begin = begin
        self._read_only = read_only
        self._opened = ExitStack()
        self._is_closed = True
        # The thread sets it; others look only while no statement runs.
        self._began = False

    async def open(self) -> None:
        """Open the file. When that fails or is cancelled, nothing stays open."""
        self._worker = Worker("plures.data")
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

    def cursor(self) -> "DriverCursor":
        """A new cursor. SQLite has no part in that, so it takes no trip."""
        return DriverCursor(self, self._sqlite.cursor())

    def create_function(self, *args: Any, **options: Any) -> None:
        """As in `sqlite3.Connection`; for connections that have no user yet."""
        self._sqlite.create_function(*args, **options)

    async def execute(self, sql: str, parameters: Parameters = NO_PARAMETERS) -> Rows:
        """Run one statement and bring all its rows, in one trip."""
        return await self.do(partial(self._run_whole, sql, parameters))

    async def execute_many(self, sql: str, parameters: Sequence[Parameters] | Sequence[Row]) -> Rows:
        """Run one statement for each of these, in one trip."""
        return await self.do(partial(self._run_many, sql, parameters))

    async def set(self, pragma: str) -> None:
        """Run a PRAGMA that has no effect in a transaction, while none is open."""
        await self.do(lambda: self._sqlite.execute(pragma).close())

    async def stream(self, sql: str, parameters: Parameters, at_once: int) -> AsyncGenerator[Rows]:
        """Run one statement; each part takes a trip."""
        cursor = await self.do(lambda: self.run(lambda: self._sqlite.execute(sql, parameters)))
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

    async def commit(self) -> None:
        await self.do(self._commit)

    async def rollback(self) -> None:
        if self.is_at_rest:
            return
        if self._read_only:
            # The next statement queues behind this. If this fails, the BEGIN of that statement says so.
            self._worker.do_later(self._rollback)
        else:
            await self.do(self._rollback)

    async def do(self, work: Callable[[], T]) -> T:
        """Do something in the thread."""
        if self._is_closed:
            raise sqlite3.ProgrammingError("Cannot operate on a closed database.")
        return await self._worker.do(work, self._interrupt)

    def _interrupt(self) -> None:
        # `sqlite3` raises this when another task has closed the connection meanwhile.
        with suppress(sqlite3.ProgrammingError):
            self._sqlite.interrupt()

    # The thread runs the methods below.

    def _open(self) -> None:
        self._sqlite = self._opened.enter_context(closing(self._connect()))

    def run(self, statement: Callable[[], sqlite3.Cursor]) -> sqlite3.Cursor:
        """Run one statement inside a transaction."""
        if not self._began:
            self._sqlite.execute(self._begin)
            self._began = True
        self._check_transaction()
        return statement()

    def run_ahead(self, statement: Callable[[], sqlite3.Cursor]) -> list[Row]:
        """Run one statement inside a transaction; its first rows."""
        cursor = self.run(statement)
        return cursor.fetchmany(_ROWS_AHEAD) if cursor.description else []

    def _run_whole(self, sql: str, parameters: Parameters) -> Rows:
        with closing(self.run(lambda: self._sqlite.execute(sql, parameters))) as cursor:
            return Rows(_columns(cursor), cursor.fetchall() if cursor.description else (), cursor.rowcount)

    def _run_many(self, sql: str, parameters: Sequence[Parameters] | Sequence[Row]) -> Rows:
        with closing(self.run(lambda: self._sqlite.executemany(sql, parameters))) as cursor:
            return Rows((), (), cursor.rowcount)

    def _commit(self) -> None:
        try:
            if self._began:
                self._check_transaction()
            self._sqlite.commit()
        except sqlite3.Error:
            # SQLAlchemy takes a transaction whose commit failed for ended.
            self._rollback()
            raise
        self._began = False

    def _rollback(self) -> None:
        self._sqlite.rollback()
        self._began = False

    def _check_transaction(self) -> None:
        """After some failures (disk full, interrupted write) SQLite rolls back by itself: half of the work must not go on."""
        if not self._sqlite.in_transaction:
            raise sqlite3.OperationalError("SQLite rolled the transaction back after an earlier error in it")


def _columns(cursor: sqlite3.Cursor) -> tuple[str, ...]:
    return tuple([column[0] for column in cursor.description or ()])


class DriverCursor:
    """A cursor that has its first rows as soon as the statement has run."""

    def __init__(self, connection: DriverConnection, cursor: sqlite3.Cursor) -> None:
        self._connection = connection
        self._cursor = cursor
        self._ahead: list[Row] = []
        self._is_complete = True
        self.arraysize = cursor.arraysize

    async def __aenter__(self) -> Self:
        """SQLAlchemy enters each cursor, and closes it in the end."""
        return self

    @property
    def description(self) -> Any:
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._cursor.lastrowid

    async def execute(self, sql: str, parameters: Any = ()) -> None:
        await self._start(lambda: self._cursor.execute(sql, parameters))

    async def executemany(self, sql: str, parameters: Any) -> None:
        await self._start(lambda: self._cursor.executemany(sql, parameters))

    async def fetchone(self) -> Row | None:
        return next(iter(await self.fetchmany(1)), None)

    async def fetchmany(self, size: int | None = None) -> list[Row]:
        wanted = self.arraysize if size is None else size
        rows, self._ahead = self._ahead[:wanted], self._ahead[wanted:]
        if len(rows) < wanted and not self._is_complete:
            rows += await self._connection.do(lambda: self._cursor.fetchmany(wanted - len(rows)))
        return rows

    async def fetchall(self) -> list[Row]:
        rows, self._ahead = self._ahead, []
        if not self._is_complete:
            rows += await self._connection.do(self._cursor.fetchall)
        return rows

    async def close(self) -> None:
        self._cursor.close()

    async def _start(self, statement: Callable[[], sqlite3.Cursor]) -> None:
        self._ahead = await self._connection.do(partial(self._connection.run_ahead, statement))
        self._is_complete = len(self._ahead) < _ROWS_AHEAD
