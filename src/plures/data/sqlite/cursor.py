"""Cursors over a connection that has a thread, as SQLAlchemy wants them. Knows nothing of SQLAlchemy."""

import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any, Final, Self, TypeAlias

Row: TypeAlias = tuple[Any, ...]
Do: TypeAlias = Callable[[Callable[[], Any]], Awaitable[Any]]
Run: TypeAlias = Callable[[str, Callable[[], sqlite3.Cursor]], sqlite3.Cursor]

_ROWS_AHEAD: Final = 256
"""So many rows come along with a statement. A cursor fetches the rest when it is asked for them."""


class DriverCursor:
    """A cursor that has its first rows as soon as the statement has run."""

    def __init__(self, do: Do, run: Run, cursor: sqlite3.Cursor) -> None:
        """Take over a cursor.

        Args:
            do: Does something in the thread of the connection.
            run: Runs a statement there, inside a transaction.
            cursor: New.
        """
        self._do = do
        self._run = run
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
        await self._start(sql, lambda: self._cursor.execute(sql, parameters))

    async def executemany(self, sql: str, parameters: Any) -> None:
        await self._start(sql, lambda: self._cursor.executemany(sql, parameters))

    async def fetchone(self) -> Row | None:
        return next(iter(await self.fetchmany(1)), None)

    async def fetchmany(self, size: int | None = None) -> list[Row]:
        wanted = self.arraysize if size is None else size
        rows, self._ahead = self._ahead[:wanted], self._ahead[wanted:]
        if len(rows) < wanted and not self._is_complete:
            rows += await self._do(lambda: self._cursor.fetchmany(wanted - len(rows)))
        return rows

    async def fetchall(self) -> list[Row]:
        rows, self._ahead = self._ahead, []
        if not self._is_complete:
            rows += await self._do(self._cursor.fetchall)
        return rows

    async def close(self) -> None:
        self._cursor.close()

    async def _start(self, sql: str, statement: Callable[[], sqlite3.Cursor]) -> None:
        def run_ahead() -> list[Row]:
            cursor = self._run(sql, statement)
            return cursor.fetchmany(_ROWS_AHEAD) if cursor.description else []

        self._ahead = await self._do(run_ahead)
        self._is_complete = len(self._ahead) < _ROWS_AHEAD
