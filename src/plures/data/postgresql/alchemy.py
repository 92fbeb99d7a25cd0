"""SQLAlchemy on connections of ours, for those who write its expressions. Processes that do not never import it."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from plures.data.lent import Lending, connect, given

from .driver import Held, Prepared
from .translate import FAILURES
from .words import Effect, effect_of

if TYPE_CHECKING:
    from sqlalchemy.engine import ExceptionContext
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine


class Lender(Protocol):
    """A transaction that is open."""

    held: Held

    async def ready(self, effect: Effect) -> None:
        """Called before each statement."""
        ...

    def failed(self, error: Exception, statement: str) -> Exception:
        """The error to raise for one of the driver."""
        ...


def lending(capability: str, connect_own: Callable[[], Awaitable[Held]]) -> Lending:
    """Lends the connections of open transactions.

    Args:
        capability: The owner, for error messages.
        connect_own: Opens a connection of its own, for SQLAlchemy's first questions.
    """
    return Lending(capability, partial(_make, connect_own))


async def lend(lending: Lending, transaction: Lender) -> "AsyncConnection":
    """SQLAlchemy's connection over this transaction."""
    return await lending.lend(_Lent(transaction))


async def _make(connect_own: Callable[[], Awaitable[Held]]) -> "AsyncEngine":
    from sqlalchemy import event
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    engine: AsyncEngine = create_async_engine(
        "postgresql+asyncpg://",
        creator=lambda: engine.dialect.connect(async_creator_fn=_give, prepared_statement_cache_size=0),
        poolclass=NullPool,
        # We begin and end transactions, and keep the statements prepared.
        isolation_level="AUTOCOMMIT",
    )
    event.listen(engine.sync_engine, "handle_error", _explain)
    # SQLAlchemy asks its first connection some questions and rolls back: not on one that is in use.
    own = await connect_own()
    try:
        await (await connect(engine, own.connection)).close()
    finally:
        own.connection.terminate()
    return engine


class _Lent:
    """asyncpg's connection as SQLAlchemy sees it for one transaction."""

    def __init__(self, transaction: Lender) -> None:
        self.transaction = transaction

    def __getattr__(self, name: str) -> Any:
        return getattr(self.transaction.held.connection, name)

    async def prepare(self, query: str, **_: object) -> Prepared:
        """SQLAlchemy prepares each statement before it runs it."""
        await self.transaction.ready(effect_of(query))
        return (await self.transaction.held.prepared(query))[0]

    async def executemany(self, query: str, values: Any) -> None:
        await (await self.prepare(query)).executemany(values)

    async def set_type_codec(self, *_: object, **__: object) -> None:
        """SQLAlchemy wants JSON as text, which asyncpg gives anyway."""

    async def close(self, **_: object) -> None:
        """Leave the connection open: it is lent to SQLAlchemy for one transaction."""

    def terminate(self) -> None:
        """As `close`."""


async def _give(*_: object, **__: object) -> Any:
    return given()


def _explain(context: "ExceptionContext") -> None:
    error = context.original_exception
    said = error.__cause__ if isinstance(error.__cause__, FAILURES) else error
    lent = context.connection.connection.driver_connection if context.connection is not None else None
    if isinstance(lent, _Lent) and isinstance(said, FAILURES):
        raise lent.transaction.failed(said, context.statement or "") from said
    # SQLAlchemy would discard the connection, because it cannot know what the driver still does. Ours is at rest.
    context.is_disconnect = False
