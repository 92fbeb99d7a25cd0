"""Connections of ours that are lent to SQLAlchemy for one transaction, which it must not end. Knows no store."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from plures.extras import ExtraMissing, require

from .errors import TransactionEnded

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
    from sqlalchemy.orm import Session

_given: Final[ContextVar[Any]] = ContextVar("plures.data.given")
_UNENDED: Final = ""


def given() -> Any:
    """The connection that is to be lent, for what an engine opens its connections by."""
    return _given.get()


async def connect(engine: "AsyncEngine", connection: object) -> "AsyncConnection":
    """A connection of the engine over this one."""
    token = _given.set(connection)
    try:
        return await engine.connect()
    finally:
        _given.reset(token)


class Lending:
    """One engine, made when it is first asked for, whose connections are lent to it one transaction at a time."""

    def __init__(self, capability: str, make: Callable[[], Awaitable["AsyncEngine"]]) -> None:
        """Prepare.

        Args:
            capability: The owner, for error messages.
            make: Makes an engine without a pool, whose connections are those of `given`.
        """
        self._capability = capability
        self._make = make
        self._making = asyncio.Lock()
        self._engine: AsyncEngine | None = None
        # How SQLAlchemy ended the transaction, where it did.
        self._ends: WeakKeyDictionary[Connection, str] = WeakKeyDictionary()

    async def lend(self, connection: object) -> "AsyncConnection":
        """SQLAlchemy's connection over this one, on which a transaction is open. Our owner ends it, then calls `end`."""
        async with self._making:
            engine = self._engine = self._engine or await self._made()
        lent = await connect(engine, connection)
        # Else a session would begin a transaction of its own, and end it.
        await lent.begin()
        self._ends[_sync(lent)] = _UNENDED
        return lent

    async def end(self, lent: "AsyncConnection") -> None:
        """Called once our transaction has ended."""
        self._ends.pop(_sync(lent), None)
        await lent.close()

    def check(self, lent: "AsyncConnection") -> None:
        """Raise `TransactionEnded` where SQLAlchemy takes the transaction for ended."""
        end = "invalidate()" if lent.invalidated else self._ends.get(_sync(lent), _UNENDED)
        if end:
            raise TransactionEnded(self._capability, end)

    async def close(self) -> None:
        """Called when nothing is lent."""
        if self._engine is not None:
            await self._engine.dispose()

    async def _made(self) -> "AsyncEngine":
        need_sqlalchemy(self._capability)
        from sqlalchemy import event

        engine = await self._make()
        event.listen(engine.sync_engine, "commit", self._on_commit)
        event.listen(engine.sync_engine, "rollback", self._on_rollback)
        return engine

    def _on_commit(self, connection: "Connection") -> None:
        if connection in self._ends:
            raise TransactionEnded(self._capability, "commit()")

    def _on_rollback(self, connection: "Connection") -> None:
        # An error here would hide the one that SQLAlchemy rolls back for.
        if connection in self._ends:
            self._ends[connection] = "rollback()"


def need_sqlalchemy(capability: str, *, by_await: bool = True) -> None:
    """Return where SQLAlchemy is installed, in a version that will do, with what it needs to be awaited; raises `ExtraMissing`."""
    if "sqlalchemy.ext.asyncio" in sys.modules:
        return
    purpose = f"use SQLAlchemy on the database of capability {capability!r}"
    require("sqlalchemy", purpose)
    if by_await and find_spec("greenlet") is None:
        raise ExtraMissing(purpose, "sqlalchemy", sys.prefix, "greenlet is not installed")


def refuse_commit(capability: str, session: "Session") -> None:
    """Raise `TransactionEnded`, but for the end of a `begin_nested()`."""
    if not session.in_nested_transaction():
        raise TransactionEnded(capability, "commit()")


def _sync(connection: "AsyncConnection") -> "Connection":
    if connection.sync_connection is None:
        message = "a connection that has not begun"
        raise RuntimeError(message)
    return connection.sync_connection
