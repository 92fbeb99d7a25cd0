"""SQLAlchemy on connections of ours, for those who write its expressions. Processes that do not never import it."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

from plures.data.lent import Lent

from .driver import DriverConnection

if TYPE_CHECKING:
    from sqlalchemy.engine import ExceptionContext
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from .dialect import AdaptedConnection

_lent: Final[ContextVar[DriverConnection]] = ContextVar("plures.data.lent")


class Alchemy:
    """One engine, whose connections are lent to it one transaction at a time."""

    def __init__(self, capability: str, translate: Callable[[Exception, str], Exception]) -> None:
        """Prepare.

        Args:
            capability: The owner, for error messages.
            translate: Gives the error to raise for one of the `sqlite3` module, and the statement that failed.
        """
        self._translate = translate
        self.lent = Lent(capability)
        self._making = asyncio.Lock()
        self._engine: AsyncEngine | None = None

    async def lend(self, connection: DriverConnection) -> "AsyncConnection":
        """SQLAlchemy's connection over this one. Its owner ends the transaction, then closes it."""
        async with self._making:
            engine = self._engine = self._engine or await self._make()
        lent = await _connect(engine, connection)
        await self.lent.begin(lent)
        return lent

    async def close(self) -> None:
        if self._engine is not None:
            await self._engine.dispose()

    async def _make(self) -> "AsyncEngine":
        from sqlalchemy import event
        from sqlalchemy.dialects import registry
        from sqlalchemy.ext.asyncio import create_async_engine
        from sqlalchemy.pool import NullPool

        registry.register("sqlite.plures", "plures.data.sqlite.dialect", "Dialect")
        engine = create_async_engine("sqlite+plures://", creator=_adapt, poolclass=NullPool)
        event.listen(engine.sync_engine, "handle_error", self._explain)
        self.lent.watch(engine)
        # SQLAlchemy asks its first connection some questions and rolls back: not on one that is in use.
        memory = DriverConnection(_in_memory, begin="BEGIN", read_only=True)
        await memory.open()
        try:
            await (await _connect(engine, memory)).close()
        finally:
            await memory.close()
        return engine

    def _explain(self, context: "ExceptionContext") -> None:
        error = context.original_exception
        if isinstance(error, sqlite3.Error | sqlite3.Warning | OverflowError):
            raise self._translate(error, context.statement or "") from error
        # SQLAlchemy would discard the connection, because it cannot know what the driver still does. Ours is at rest.
        context.is_disconnect = False


async def _connect(engine: "AsyncEngine", connection: DriverConnection) -> "AsyncConnection":
    token = _lent.set(connection)
    try:
        return await engine.connect()
    finally:
        _lent.reset(token)


def _adapt() -> "AdaptedConnection":
    from .dialect import AdaptedConnection

    connection: Any = _lent.get()
    return AdaptedConnection(sqlite3, connection)


def _in_memory() -> sqlite3.Connection:
    return sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
