"""Connections that are lent to SQLAlchemy for one transaction, which it must not end. Knows no store."""

from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from .errors import TransactionEnded

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
    from sqlalchemy.orm import Session

_UNENDED: Final = ""


class Lent:
    """Which connections are lent, and what SQLAlchemy has done to their transactions."""

    def __init__(self, capability: str) -> None:
        self._capability = capability
        self._ends: WeakKeyDictionary[Connection, str] = WeakKeyDictionary()

    def watch(self, engine: "AsyncEngine") -> None:
        """Hear of the ends of transactions on its connections."""
        from sqlalchemy import event

        event.listen(engine.sync_engine, "commit", self._on_commit)
        event.listen(engine.sync_engine, "rollback", self._on_rollback)

    async def begin(self, connection: "AsyncConnection") -> None:
        """Let SQLAlchemy know that a transaction is open; else a session would begin one of its own, and end it."""
        await connection.begin()
        self._ends[_sync(connection)] = _UNENDED

    async def end(self, connection: "AsyncConnection") -> None:
        """Called once our transaction has ended."""
        self._ends.pop(_sync(connection), None)
        await connection.close()

    def check(self, connection: "AsyncConnection") -> None:
        """Raise `TransactionEnded` where SQLAlchemy takes the transaction for ended."""
        end = "invalidate()" if connection.invalidated else self._ends.get(_sync(connection), _UNENDED)
        if end:
            raise TransactionEnded(self._capability, end)

    def _on_commit(self, connection: "Connection") -> None:
        if connection in self._ends:
            raise TransactionEnded(self._capability, "commit()")

    def _on_rollback(self, connection: "Connection") -> None:
        # An error here would hide the one that SQLAlchemy rolls back for.
        if connection in self._ends:
            self._ends[connection] = "rollback()"


def refuse_commit(capability: str, session: "Session") -> None:
    """Raise `TransactionEnded`, but for the end of a `begin_nested()`."""
    if not session.in_nested_transaction():
        raise TransactionEnded(capability, "commit()")


def _sync(connection: "AsyncConnection") -> "Connection":
    if connection.sync_connection is None:
        message = "a connection that has not begun"
        raise RuntimeError(message)
    return connection.sync_connection
