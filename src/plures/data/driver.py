"""aiosqlite with fewer trips to its thread, and with cancellation that leaves the connection in a known state.

Every call of plain aiosqlite is a trip to the connection's thread, and SQLAlchemy makes about ten of them for one select
in a transaction. Here a statement is one trip: it begins the transaction when none is open, as PEP 249 asks, runs, and
brings its first rows along.
Source: docs/adr/0004-embedded-data.md
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, cast

import aiosqlite

_ROWS_AHEAD = 256  # brought along with the statement; the rest is fetched when asked for
_INTERRUPT_AGAIN_S = 0.02

Row = tuple[Any, ...]


class DriverConnection(aiosqlite.Connection):
    """One SQLite connection and its thread.

    A cancelled call ends only once SQLite has stopped working on it. Plain aiosqlite leaves the statement running, so that
    whoever gets the connection next meets it half-way.
    """

    def __init__(self, connector: Callable[[], sqlite3.Connection], *, begin: str, read_only: bool) -> None:
        """Prepare a connection; awaiting it opens it.

        Args:
            connector: Opens the file, in the thread, with `isolation_level=None` and `check_same_thread=False`.
            begin: The statement that begins each transaction.
            read_only: There is never anything to commit, so nobody waits for a transaction to end.
        """
        super().__init__(connector, _ROWS_AHEAD)
        self._thread.daemon = True  # a process that dies without closing must not hang on this thread
        self._begin = begin
        self._read_only = read_only
        self._began = False  # only the thread reads and writes it

    def cursor(self) -> "DriverCursor":  # type: ignore[override]  # aiosqlite wraps the trip in a context manager
        """A new cursor; SQLite has no part in that, so it takes no trip."""
        return DriverCursor(self, self._conn.cursor())

    async def commit(self) -> None:
        await self._finish(self._commit)

    async def rollback(self) -> None:
        await self._finish(self._rollback)

    async def run(self, statement: Callable[[], sqlite3.Cursor]) -> list[Row]:
        """Run one statement inside a transaction; its first rows."""
        return cast("list[Row]", await self._execute(self._run, statement))

    async def fetch(self, rows: Callable[[], list[Row]]) -> list[Row]:
        """More rows of a statement that has run."""
        return cast("list[Row]", await self._execute(rows))

    async def _finish(self, end: Callable[[], None]) -> None:
        if self._read_only:
            # Whatever comes next queues behind this; had it failed, the next BEGIN would say so.
            self._tx.put_nowait((None, self._rollback))  # pyright: ignore[reportUnknownMemberType]  # a bare Future in aiosqlite
        else:
            await self._execute(end)

    def _run(self, statement: Callable[[], sqlite3.Cursor]) -> list[Row]:
        if not self._began:
            self._conn.execute(self._begin)
            self._began = True
        self._check_transaction()
        cursor = statement()
        return cursor.fetchmany(_ROWS_AHEAD) if cursor.description else []

    def _commit(self) -> None:
        try:
            if self._began:
                self._check_transaction()
            self._conn.commit()
        except sqlite3.Error:
            self._rollback()  # SQLAlchemy takes a transaction whose commit failed for ended
            raise
        self._began = False

    def _rollback(self) -> None:
        self._conn.rollback()
        self._began = False

    def _check_transaction(self) -> None:
        """After some failures (disk full, interrupted write) SQLite rolls back by itself: half of the work must not go on."""
        if not self._conn.in_transaction:
            raise sqlite3.OperationalError("SQLite rolled the transaction back after an earlier error in it")

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]  # aiosqlite leaves it bare
        except asyncio.CancelledError:
            idle = asyncio.ensure_future(super()._execute(lambda: None))  # type: ignore[no-untyped-call]  # as above
            while not idle.done():
                with suppress(sqlite3.ProgrammingError):  # closed meanwhile
                    await self.interrupt()
                # Again and again: SQLite forgets an interrupt that comes just before its statement starts.
                await _outlast(idle, timeout_s=_INTERRUPT_AGAIN_S)
            raise

    async def _connect(self) -> "DriverConnection":
        opening = asyncio.ensure_future(super()._connect())
        cancelled = False
        while not opening.done():
            cancelled |= await _outlast(opening)
        if opening.exception():
            self._thread.join()  # it has been told to stop
        elif cancelled:
            await self.close()
        opening.result()
        if cancelled:
            raise asyncio.CancelledError
        return self

    async def close(self) -> None:
        try:
            await super().close()
        finally:
            self._thread.join()  # it has been told to stop, and must not answer to an event loop that is gone


async def _outlast(work: asyncio.Future[Any], *, timeout_s: float | None = None) -> bool:
    """Wait for work that must end before we do; whether somebody cancelled us meanwhile."""
    try:
        await asyncio.wait((work,), timeout=timeout_s)
    except asyncio.CancelledError:
        return True
    return False


class DriverCursor(aiosqlite.Cursor):
    """A cursor that has its first rows as soon as the statement has run."""

    def __init__(self, connection: DriverConnection, cursor: sqlite3.Cursor) -> None:
        super().__init__(connection, cursor)
        self._driver = connection
        self._ahead: list[Row] = []
        self._complete = True

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> "DriverCursor":
        bound = () if parameters is None else parameters
        return await self._start(lambda: self._cursor.execute(sql, bound))  # type: ignore[arg-type]  # typeshed wants Sized

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> "DriverCursor":
        return await self._start(lambda: self._cursor.executemany(sql, parameters))  # type: ignore[arg-type]  # as above

    async def fetchone(self) -> Row | None:  # type: ignore[override]  # aiosqlite names sqlite3.Row, which nobody set
        return next(iter(await self.fetchmany(1)), None)

    async def fetchmany(self, size: int | None = None) -> list[Row]:  # type: ignore[override]  # as above
        wanted = self.arraysize if size is None else size
        rows, self._ahead = self._ahead[:wanted], self._ahead[wanted:]
        if len(rows) < wanted and not self._complete:
            rows += await self._driver.fetch(lambda: self._cursor.fetchmany(wanted - len(rows)))
        return rows

    async def fetchall(self) -> list[Row]:  # type: ignore[override]  # as above
        rows, self._ahead = self._ahead, []
        if not self._complete:
            rows += await self._driver.fetch(self._cursor.fetchall)
        return rows

    async def close(self) -> None:
        self._cursor.close()

    async def _start(self, statement: Callable[[], sqlite3.Cursor]) -> "DriverCursor":
        self._ahead = await self._driver.run(statement)
        self._complete = len(self._ahead) < _ROWS_AHEAD
        return self
