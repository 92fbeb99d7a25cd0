"""SQLAlchemy on connections of ours, for those who write its expressions. Processes that do not never import it."""

import sqlite3
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from plures.data.lent import Lending, connect, given

from .driver import DriverConnection

if TYPE_CHECKING:
    from sqlalchemy.engine import ExceptionContext
    from sqlalchemy.ext.asyncio import AsyncEngine

    from .dialect import AdaptedConnection

_Translate: TypeAlias = Callable[[Exception, str], Exception]


def lending(capability: str, translate: _Translate) -> Lending:
    """Lends `DriverConnection`s.

    Args:
        capability: The owner, for error messages.
        translate: Gives the error to raise for one of the `sqlite3` module, and the statement that failed.
    """
    return Lending(capability, partial(_make, translate))


async def _make(translate: _Translate) -> "AsyncEngine":
    from sqlalchemy import event
    from sqlalchemy.dialects import registry
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    registry.register("sqlite.plures", "plures.data.sqlite.dialect", "Dialect")
    engine = create_async_engine("sqlite+plures://", creator=_adapt, poolclass=NullPool)
    event.listen(engine.sync_engine, "handle_error", partial(_explain, translate))
    # SQLAlchemy asks its first connection some questions and rolls back: not on one that is in use.
    memory = DriverConnection(_in_memory, begin="BEGIN", read_only=True)
    await memory.open()
    try:
        await (await connect(engine, memory)).close()
    finally:
        await memory.close()
    return engine


def _explain(translate: _Translate, context: "ExceptionContext") -> None:
    error = context.original_exception
    if isinstance(error, sqlite3.Error | sqlite3.Warning | OverflowError):
        raise translate(error, context.statement or "") from error
    # SQLAlchemy would discard the connection, because it cannot know what the driver still does. Ours is at rest.
    context.is_disconnect = False


def _adapt() -> "AdaptedConnection":
    from .dialect import AdaptedConnection

    return AdaptedConnection(sqlite3, given())


def _in_memory() -> sqlite3.Connection:
    return sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
