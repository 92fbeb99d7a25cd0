"""The two engines of one SQLite file: one writer, and a few readers that can neither write nor checkpoint.

SQLite before 3.51.3 can corrupt a write-ahead log when two connections write or checkpoint at once. So exactly one
connection does either: the writer's pool has one connection, and readers open the file read-only.
Source: docs/adr/0004-embedded-data.md
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiosqlite
from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from .driver import DriverConnection
from .errors import ReadOnly

READERS = 4
BUSY_S = 5.0  # only tools outside Plures can make us wait for a lock

_WRITER_PRAGMAS = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON")
_READER_PRAGMAS = ("PRAGMA wal_autocheckpoint = 0", "PRAGMA query_only = ON")


def writer_engine(path: Path) -> AsyncEngine:
    """One connection, which holds SQLite's write lock while a transaction lasts; creates the file."""

    async def connect() -> aiosqlite.Connection:
        return await DriverConnection(
            lambda: _open(str(path), _WRITER_PRAGMAS), begin="BEGIN IMMEDIATE", read_only=False
        )

    return _engine(connect, connections=1)


def reader_engine(path: Path, capability: str) -> AsyncEngine:
    """A few connections, each of whose transactions sees one snapshot; the file must exist."""
    address = f"{path.absolute().as_uri()}?mode=ro"

    async def connect() -> aiosqlite.Connection:
        return await DriverConnection(lambda: _open(address, _READER_PRAGMAS), begin="BEGIN", read_only=True)

    def explain(context: ExceptionContext) -> None:
        if "readonly database" in str(context.original_exception):
            raise ReadOnly(capability, context.statement or "")

    engine = _engine(connect, connections=READERS)
    event.listen(engine.sync_engine, "handle_error", explain)
    return engine


def _open(address: str, pragmas: tuple[str, ...]) -> sqlite3.Connection:
    connection = sqlite3.connect(
        address,
        uri=address.startswith("file:"),
        timeout=BUSY_S,
        isolation_level=None,  # the driver connection begins transactions, not the sqlite3 module
        check_same_thread=False,  # cursors are made and closed in the event loop
    )
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)  # ATTACH could open the file of another capability
    try:
        for pragma in pragmas:
            connection.execute(pragma)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _engine(connect: Callable[[], Awaitable[aiosqlite.Connection]], *, connections: int) -> AsyncEngine:
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
    event.listen(engine.sync_engine, "handle_error", _keep_after_cancellation)
    return engine


def _keep_after_cancellation(context: ExceptionContext) -> None:
    # SQLAlchemy would discard the connection, not knowing what the driver still does. Ours has settled.
    if isinstance(context.original_exception, asyncio.CancelledError):
        context.is_disconnect = False
