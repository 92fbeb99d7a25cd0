"""Makes an engine on a database that is open and migrated. What it does to rows follows the rules of `Database`.

On SQLite it has one connection, and each of its transactions has SQLite's write lock from the beginning: transactions come one at a time.
On PostgreSQL they are serializable. Errors stay SQLAlchemy's, since code that exists catches those.
Source: docs/adr/0035-data-as-it-is.md
"""

import asyncio
from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from plures.data.lent import need_sqlalchemy
from plures.data.place import Folder, Place, Server
from plures.data.sqlite import open_writer

from .errors import EngineBusy, EngineDriverMissing, EngineInLoop

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, QueuePool
    from sqlalchemy.orm import Session, sessionmaker

_PATIENCE_S: Final = 10.0
_OF_THE_HOST: Final = 2
"""So many connections of a capability's share migrate, and answer those who look at its state."""

_SETTINGS: Final = "SELECT set_config('search_path', quote_ident(%s), false), set_config('client_connection_check_interval', '1000', false)"


def open_engine(place: Place, capability: str, *, patience_s: float = _PATIENCE_S) -> "Engine":
    """An engine on a capability's database, whose process lock its `Database` holds. Nothing is opened yet.

    Args:
        patience_s: So long a thread waits for a connection.

    Raises:
        EngineDriverMissing: psycopg is not installed.
        ExtraMissing: SQLAlchemy is too old.
    """
    need_sqlalchemy(capability, by_await=False)
    from sqlalchemy import create_engine, event

    if isinstance(place, Folder):
        creator: Callable[[], Any] = partial(open_writer, place.file_of(capability))
        pool = _pool(creator, capability, 1, patience_s)
        engine = create_engine("sqlite+pysqlite://", pool=pool)
        event.listen(engine, "begin", _begin_immediately)
        return engine
    if find_spec("psycopg") is None:
        raise EngineDriverMissing(capability)
    most = max(1, place.most_connections - _OF_THE_HOST)
    pool = _pool(partial(_connect, place), capability, most, patience_s)
    return create_engine("postgresql+psycopg://", pool=pool, isolation_level="SERIALIZABLE")


def sessions_of(engine: "Engine", kind: "type[Session] | None" = None) -> "sessionmaker[Session]":
    """What makes sessions on the engine: of this class, else of SQLAlchemy's."""
    from sqlalchemy.orm import Session, sessionmaker

    return sessionmaker(engine, class_=kind or Session)


def _begin_immediately(connection: "Connection") -> None:
    # Else a transaction that has read could not write any more, once another one has written.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _connect(server: Server) -> Any:
    psycopg: Any = import_module("psycopg")
    timeout = max(1, round(server.patience_s))
    connection = psycopg.connect(server.url, connect_timeout=timeout, application_name="plures")
    try:
        connection.execute(_SETTINGS, [server.schema])
        connection.commit()
    except BaseException:
        connection.close()
        raise
    return connection


def _pool(creator: Callable[[], Any], capability: str, most: int, patience_s: float) -> "QueuePool":
    from sqlalchemy.exc import TimeoutError as NoneFree
    from sqlalchemy.pool import PoolProxiedConnection
    from sqlalchemy.pool import QueuePool as Queue

    class Connections(Queue):
        """So many as the capability may have, for threads alone."""

        def recreate(self) -> "QueuePool":
            """As SQLAlchemy's, when it drops all connections."""
            return _pool(creator, capability, most, patience_s)

        def connect(self) -> PoolProxiedConnection:
            """As SQLAlchemy's; the errors are ours."""
            if _is_in_loop():
                raise EngineInLoop(capability)
            try:
                return super().connect()
            except NoneFree:
                raise EngineBusy(capability, most, patience_s) from None

    return Connections(creator, pool_size=most, max_overflow=0, timeout=patience_s)


def _is_in_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
