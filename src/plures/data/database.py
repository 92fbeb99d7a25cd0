"""What a capability gets: reads that see a snapshot, and writes as if they came one at a time. Knows no store."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from functools import partial
from typing import TYPE_CHECKING

from .connection import Connection
from .errors import DatabaseClosed, NestedWrite
from .store import Dialect, Store, Transaction
from .work import work_on

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession


class Database:
    """A capability's own database, open and migrated. The host builds and closes it."""

    def __init__(self, capability: str, store: Store) -> None:
        """Take over an open store.

        Args:
            capability: The owner, for error messages.
            store: Closed with the database.
        """
        self._capability = capability
        self._store = store
        self._writing: set[asyncio.Task[object] | None] = set()
        # Holds a task as often as it reads or writes.
        self._users: list[asyncio.Task[object] | None] = []
        self._unused = asyncio.Event()
        self._unused.set()
        self._closed = False

    @property
    def dialect(self) -> Dialect:
        """Whose SQL it understands, for the statements in which they differ."""
        return self._store.dialect

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[Connection]:
        """A connection that sees the database as it was at its first statement, and cannot change it.

        Raises:
            ReadOnly: From a statement that would change something.
            DatabaseClosed: The capability has stopped.
        """
        work = work_on(self)
        if work is not None:
            await work.commit_held()
        with self._in_use():
            async with self._store.read() as transaction:
                yield Connection(transaction)

    def write(self) -> AbstractAsyncContextManager[Connection]:
        """A connection that may change the database. Writes mean what they would mean one at a time.

        SQLite lets one write in at a time, the others wait. PostgreSQL runs them beside one another, and refuses those that would not
        fit together: `WriteConflict`.

        Commits on leaving. Rolls back on an exception and on cancellation; when the commit itself is cancelled, it may
        have happened. A command with a key commits with its answer: when it returns, or before the next thing that it does by Plures.

        Raises:
            NestedWrite: This task is already writing.
            ConstraintViolated: From a statement, or from the commit for a deferred constraint.
            WriteConflict: The same two.
            DatabaseClosed: The capability has stopped.
        """
        work = work_on(self)
        return self._write() if work is None else work.write(self._write)

    def plain_write(self) -> AbstractAsyncContextManager[Connection]:
        """A connection for rows of the platform's own: it commits on leaving, whatever the running call holds back.

        On PostgreSQL each of its statements sees what others have committed until then, and it never makes a `write()` fail.
        """
        return self._write(self._store.plain_write)

    @asynccontextmanager
    async def _write(
        self, begin: Callable[[], AbstractAsyncContextManager[Transaction]] | None = None
    ) -> AsyncGenerator[Connection]:
        task = asyncio.current_task()
        if task in self._writing:
            raise NestedWrite(self._capability)
        with self._in_use():
            self._writing.add(task)
            try:
                async with (begin or self._store.write)() as transaction:
                    yield Connection(transaction)
            finally:
                self._writing.discard(task)

    @asynccontextmanager
    async def session(self) -> "AsyncGenerator[AsyncSession]":
        """A session of SQLAlchemy's ORM inside a `write()`: flushes and commits on leaving, rolls back on an exception.

        Objects stay usable afterwards (`expire_on_commit=False`). Its `rollback()` undoes what was done in it until then, and it goes on;
        its `commit()` is refused. For reading alone, `select` on a connection of `read()` holds up no writer.

        Raises:
            TransactionEnded: Code in the block calls `commit()`.
        """
        from sqlalchemy import event
        from sqlalchemy.ext.asyncio import AsyncSession

        from .lent import refuse_commit

        refuse = partial(refuse_commit, self._capability)
        async with (
            self.write() as connection,
            AsyncSession(
                await connection.sqlalchemy(), expire_on_commit=False, join_transaction_mode="create_savepoint"
            ) as session,
        ):
            event.listen(session.sync_session, "before_commit", refuse)
            yield session
            event.remove(session.sync_session, "before_commit", refuse)
            # Lets go of the session's savepoint; the transaction goes on.
            await session.commit()

    async def close(self, *, grace_s: float = 5.0) -> None:
        """Close once no task reads or writes any more. SQLite then merges the write-ahead log into the file.

        Args:
            grace_s: After so many seconds, tasks that still read or write are cancelled.
        """
        if self._closed:
            return
        self._closed = True
        try:
            async with asyncio.timeout(grace_s):
                await self._unused.wait()
        except TimeoutError:
            for task in self._users:
                if task is not None:
                    task.cancel()
            await self._unused.wait()
        await self._store.close()

    @contextmanager
    def _in_use(self) -> Generator[None]:
        if self._closed:
            raise DatabaseClosed(self._capability)
        task = asyncio.current_task()
        self._users.append(task)
        self._unused.clear()
        try:
            yield
        finally:
            self._users.remove(task)
            if not self._users:
                self._unused.set()
