"""The two engines of one SQLite file: one writer, and a few readers that can neither write nor checkpoint.

SQLite before 3.51.3 can corrupt a write-ahead log when two connections write or checkpoint at once. So exactly one
connection does either: the writer's pool has one connection, and readers open the file read-only.
Source: docs/adr/0004-embedded-data.md
"""

import asyncio
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.dialects import registry
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from .dialect import AdaptedConnection
from .driver import DriverConnection
from .errors import ReadOnly

READERS: Final = 4
BUSY_S: Final = 5.0
"""Only tools outside Plures can make us wait for a lock."""

_WRITER_PRAGMAS: Final = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON")
_READER_PRAGMAS: Final = ("PRAGMA wal_autocheckpoint = 0", "PRAGMA query_only = ON")


def writer_engine(path: Path) -> AsyncEngine:
    """One connection, which holds SQLite's write lock while a transaction lasts; creates the file."""
    connect = partial(_open, str(path), _WRITER_PRAGMAS)
    return _engine(lambda: DriverConnection(connect, begin="BEGIN IMMEDIATE", read_only=False), connections=1)


def reader_engine(path: Path, capability: str) -> AsyncEngine:
    """A few connections, each of whose transactions sees one snapshot; the file must exist."""

    def explain(context: ExceptionContext) -> None:
        if "readonly database" in str(context.original_exception):
            raise ReadOnly(capability, context.statement or "")

    connect = partial(_open, f"{path.absolute().as_uri()}?mode=ro", _READER_PRAGMAS)
    engine = _engine(lambda: DriverConnection(connect, begin="BEGIN", read_only=True), connections=READERS)
    event.listen(engine.sync_engine, "handle_error", explain)
    return engine


def _open(address: str, pragmas: tuple[str, ...]) -> sqlite3.Connection:
    connection = sqlite3.connect(
        address,
        uri=address.startswith("file:"),
        timeout=BUSY_S,
        # The driver connection begins transactions, not the sqlite3 module.
        isolation_level=None,
        # Cursors are made and closed in the event loop.
        check_same_thread=False,
    )
    # ATTACH could open the file of another capability.
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    try:
        for pragma in pragmas:
            connection.execute(pragma)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _engine(driver: Callable[[], Any], *, connections: int) -> AsyncEngine:
    def connect() -> AdaptedConnection:
        connection = AdaptedConnection(sqlite3, driver())
        connection.run_async(DriverConnection.open)
        return connection

    registry.register("sqlite.plures", "plures.data.dialect", "Dialect")
    engine = create_async_engine(
        "sqlite+plures://",
        creator=connect,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=connections,
        max_overflow=0,
        # Callers wait as long as their deadline lets them.
        pool_timeout=None,
        pool_use_lifo=True,
        # `Database` ends every transaction itself.
        pool_reset_on_return=None,
    )
    event.listen(engine.sync_engine, "handle_error", _keep_after_cancellation)
    return engine


def _keep_after_cancellation(context: ExceptionContext) -> None:
    # SQLAlchemy would discard the connection, because it cannot know what the driver still does. Ours is at rest.
    if isinstance(context.original_exception, asyncio.CancelledError):
        context.is_disconnect = False
