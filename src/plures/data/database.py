"""What a capability gets: reads that see a snapshot, and writes as if they came one at a time. Knows no store."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from .connection import Connection
from .errors import WritesUnderWay
from .holding import Hold, Reading, Tenure, Usage, Writing
from .result import Result
from .store import Dialect, Parameters, Store, Transaction
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
        self._usage = Usage(capability, store)
        # Stores that are left, and close when no task reads from them any more.
        self._left: dict[Tenure, asyncio.Task[None]] = {}

    @property
    def dialect(self) -> Dialect:
        """Whose SQL it understands, for the statements in which they differ. A move to another server or folder may change it."""
        return self._usage.tenure.store.dialect

    @property
    def store(self) -> Store:
        """What keeps the rows now; for the platform itself."""
        return self._usage.tenure.store

    def read(self) -> AbstractAsyncContextManager[Connection]:
        """A connection that sees the database as it was at its first statement, and cannot change it.

        Raises:
            ReadOnly: From a statement that would change something.
            DatabaseClosed: The capability has stopped.
        """
        return Reading(self._usage, work_on(self))

    def write(self) -> AbstractAsyncContextManager[Connection]:
        """A connection that may change the database. Writes mean what they would mean one at a time.

        SQLite lets one write in at a time, the others wait. PostgreSQL runs those of different calls beside one another, and refuses what
        would not fit together: `WriteConflict`.

        Commits on leaving. Rolls back on an exception and on cancellation; when the commit itself is cancelled, it may
        have happened. A command with a key commits with its answer: when it returns, or before the next thing that it does by Plures.

        Raises:
            NestedWrite: This task is already writing.
            ConstraintViolated: From a statement, or from the commit for a deferred constraint.
            WriteConflict: The same two.
            DatabaseClosed: The capability has stopped.
        """
        work = work_on(self)
        if work is None:
            return Writing(self._usage, _write)
        # Tasks of one operation write one after the other: once one of them has committed, none of them could be repeated.
        return work.write(lambda: Writing(self._usage, _write, work.turn))

    def plain_write(self, *, lasts: bool = True) -> AbstractAsyncContextManager[Connection]:
        """A connection for rows of the platform's own: it commits on leaving, whatever the running call holds back.

        On PostgreSQL each of its statements sees what others have committed until then, and it never makes a `write()` fail.

        Args:
            lasts: Else a crash of the server may undo it, alone or with such writes after it, and its commit does not wait for the disk.
        """
        return Writing(self._usage, lambda store: store.plain_write(lasts=lasts))

    async def plain_execute(self, statement: str, parameters: Parameters) -> Result:
        """Run one statement of the platform's own as a `plain_write()` of its own; on PostgreSQL it makes one trip to the server."""
        async with Writing(self._usage, _plain_statement) as connection:
            return await connection.execute(statement, parameters)

    @property
    def writing(self) -> Connection | None:
        """The connection of the `write()` or `session()` in which the running task is; None outside of one."""
        connection = self._usage.writing.get(asyncio.current_task())
        return None if connection is None or connection.is_held else connection

    @asynccontextmanager
    async def session(self) -> "AsyncGenerator[AsyncSession]":
        """A session of SQLAlchemy's ORM inside a `write()`: flushes and commits on leaving, rolls back on an exception.

        Objects stay usable afterwards (`expire_on_commit=False`). Its `rollback()` undoes what was done in it until then, and it goes on;
        its `commit()` is refused. For reading alone, `select` on a connection of `read()` holds up no writer.

        Raises:
            TransactionEnded: Code in the block calls `commit()`.
            ExtraMissing: SQLAlchemy is not installed.
        """
        from .lent import need_sqlalchemy, refuse_commit

        need_sqlalchemy(self._capability)
        from sqlalchemy import event
        from sqlalchemy.ext.asyncio import AsyncSession

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

    async def hold(self, patience_s: float) -> None:
        """Let writes wait that begin from now on; returns when those have ended that have begun. Reads go on.

        Args:
            patience_s: Most time for those that have begun.

        Raises:
            WritesUnderWay: They take longer, and nothing is held.
        """
        hold = self._usage.hold = self._usage.hold or Hold()
        if not self._usage.writing:
            return
        try:
            async with asyncio.timeout(patience_s):
                await hold.still.wait()
        except TimeoutError:
            self.release()
            raise WritesUnderWay(self._capability, patience_s) from None
        except BaseException:
            self.release()
            raise

    def release(self) -> None:
        """Let the writes go on that wait."""
        hold, self._usage.hold = self._usage.hold, None
        if hold is not None:
            hold.over.set()

    def switch(self, store: Store) -> None:
        """Go on with another store that has the same rows, and let go the writes that were held. Reads that have begun end on the old one."""
        left, self._usage.tenure = self._usage.tenure, Tenure(store)
        self._left[left] = asyncio.create_task(self._leave(left))
        self.release()

    async def close(self, *, grace_s: float = 5.0) -> None:
        """Close once no task reads or writes any more. SQLite then merges the write-ahead log into the file.

        Args:
            grace_s: After so many seconds, tasks that still read or write are cancelled.
        """
        if self._usage.is_closed:
            return
        self._usage.is_closed = True
        # They find it closed.
        self.release()
        tenures = [self._usage.tenure, *self._left]
        try:
            async with asyncio.timeout(grace_s):
                await _unused(tenures)
        except TimeoutError:
            for tenure in tenures:
                tenure.cancel_users()
            await _unused(tenures)
        await asyncio.gather(*self._left.values())
        await self._usage.tenure.store.close()

    async def _leave(self, tenure: Tenure) -> None:
        await tenure.unused.wait()
        try:
            await tenure.store.close()
        finally:
            del self._left[tenure]


def _plain_statement(store: Store) -> AbstractAsyncContextManager[Transaction]:
    return store.plain_statement()


def _write(store: Store) -> AbstractAsyncContextManager[Transaction]:
    return store.write()


async def _unused(tenures: Sequence[Tenure]) -> None:
    for tenure in tenures:
        await tenure.unused.wait()
