"""The two engines of one SQLite file: one writer, and a few readers that can neither write nor checkpoint.

SQLite before 3.51.3 can corrupt a write-ahead log when two connections write or checkpoint at once. So exactly one
connection does either: the writer's pool has one connection, and readers open the file read-only.
Source: docs/adr/0004-embedded-data.md
"""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiosqlite
from sqlalchemy import Connection, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from .errors import ReadOnly

READERS = 4
BUSY_S = 5.0  # only tools outside Plures can make us wait for a lock
_STREAM_ROWS = 256

_WRITER_PRAGMAS = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON")
_READER_PRAGMAS = ("PRAGMA wal_autocheckpoint = 0", "PRAGMA query_only = ON")


class SettledConnection(aiosqlite.Connection):
    """A connection whose cancelled call ends only once SQLite has stopped working on it.

    Plain aiosqlite leaves the statement running in its thread, so that whoever gets the connection next meets it half-way.
    """

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, _STREAM_ROWS)
        self._thread.daemon = True  # a process that dies without closing must not hang on this thread

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]  # aiosqlite leaves it bare
        except asyncio.CancelledError:
            await self._settle()
            raise

    async def _settle(self) -> None:
        await self.interrupt()
        idle = asyncio.ensure_future(super()._execute(lambda: None))  # type: ignore[no-untyped-call]
        while not idle.done():
            try:
                await asyncio.shield(idle)
            except asyncio.CancelledError:
                continue  # our caller raises the cancellation that brought us here


def writer_engine(path: Path) -> AsyncEngine:
    """One connection, which holds SQLite's write lock for as long as a transaction lasts; creates the file."""
    return _engine(lambda: _open(str(path), _WRITER_PRAGMAS), connections=1, begin="BEGIN IMMEDIATE")


def reader_engine(path: Path, capability: str) -> AsyncEngine:
    """A few connections, each of whose transactions sees one snapshot; the file must exist."""
    engine = _engine(
        lambda: _open(f"{path.absolute().as_uri()}?mode=ro", _READER_PRAGMAS), connections=READERS, begin="BEGIN"
    )

    def explain(context: ExceptionContext) -> None:
        if "readonly database" in str(context.original_exception):
            raise ReadOnly(capability, context.statement or "")

    event.listen(engine.sync_engine, "handle_error", explain)
    return engine


def _open(address: str, pragmas: tuple[str, ...]) -> sqlite3.Connection:
    # isolation_level None: the driver begins nothing by itself, the engine emits BEGIN.
    connection = sqlite3.connect(address, uri=address.startswith("file:"), isolation_level=None, timeout=BUSY_S)
    try:
        for pragma in pragmas:
            connection.execute(pragma)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _engine(connector: Callable[[], sqlite3.Connection], *, connections: int, begin: str) -> AsyncEngine:
    async def connect() -> aiosqlite.Connection:
        return await SettledConnection(connector)

    engine = create_async_engine(
        "sqlite+aiosqlite://",
        async_creator=connect,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=None,  # callers wait as long as their deadline lets them
        pool_use_lifo=True,
        pool_reset_on_return=None,  # `Database` ends every transaction itself
    )

    def emit_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine.sync_engine, "begin", emit_begin)
    event.listen(engine.sync_engine, "handle_error", _keep_after_cancellation)
    return engine


def _keep_after_cancellation(context: ExceptionContext) -> None:
    # SQLAlchemy would discard the connection, not knowing what the driver still does. Ours is settled.
    if isinstance(context.original_exception, asyncio.CancelledError):
        context.is_disconnect = False
