"""What a team writes without a platform: one SQLite file through the `sqlite3` module, on the event loop.

It has the methods of `plures.Database` that the marketplace uses, and the same pragmas.
"""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from plures import Migration
from plures.data import Dialect, Result
from plures.data.statement import spread
from plures.data.store import Rows

_PRAGMAS = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON")


class PlainConnection:
    """Runs each statement at once."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def execute(self, sql: str, parameters: Any = ()) -> Result:
        if isinstance(parameters, Mapping):
            cursor = self._connection.execute(*spread(sql, parameters))
        elif parameters:
            cursor = self._connection.executemany(sql, parameters)
        else:
            cursor = self._connection.execute(sql) if parameters == () else self._connection.executemany(sql, [])
        columns = tuple([column[0] for column in cursor.description or ()])
        return Result(Rows(columns, cursor.fetchall(), cursor.rowcount))

    async def scalar(self, sql: str, parameters: Any = ()) -> Any:
        return (await self.execute(sql, parameters)).scalar()


class PlainDatabase:
    """One connection that writes and one that reads."""

    def __init__(self, path: Path, migrations: Sequence[Migration]) -> None:
        self._writer = self._open(path)
        for migration in migrations:
            for part in migration.parts(Dialect.SQLITE):
                if not isinstance(part, str):
                    raise NotImplementedError
                self._writer.execute(part)
        self._reader = self._open(path)
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[PlainConnection]:
        yield PlainConnection(self._reader)

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[PlainConnection]:
        async with self._turn:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield PlainConnection(self._writer)
            except BaseException:
                self._writer.execute("ROLLBACK")
                raise
            self._writer.execute("COMMIT")

    def close(self) -> None:
        self._reader.close()
        self._writer.close()

    @staticmethod
    def _open(path: Path) -> sqlite3.Connection:
        connection = sqlite3.connect(path, isolation_level=None)
        for pragma in _PRAGMAS:
            connection.execute(pragma)
        return connection
