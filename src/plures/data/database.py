"""What a capability gets: reads that see a snapshot, and one write at a time. Knows nothing of SQLite."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from .errors import DatabaseClosed, NestedWrite

if TYPE_CHECKING:
    # Every application imports this module, but not every process opens a database.
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine


class Database:
    """A capability's own database, open and migrated. The host builds and closes it."""

    def __init__(
        self, capability: str, *, reader: "AsyncEngine", writer: "AsyncEngine", release: Callable[[], None]
    ) -> None:
        """Take over two open engines.

        Args:
            capability: The owner, for error messages.
            reader: Its transactions cannot change anything.
            writer: Its transactions may.
            release: Called once, after both are closed.
        """
        self._capability = capability
        self._reader = reader
        self._writer = writer
        self._release = release
        self._turn = asyncio.Lock()
        self._writing: asyncio.Task[object] | None = None
        # Holds a task as often as it reads or writes.
        self._users: list[asyncio.Task[object] | None] = []
        self._unused = asyncio.Event()
        self._unused.set()
        self._closed = False

    @asynccontextmanager
    async def read(self) -> "AsyncGenerator[AsyncConnection]":
        """A connection that sees the database as it was at its first statement, and cannot change it.

        Raises:
            ReadOnly: From a statement that would change something.
            DatabaseClosed: The capability has stopped.
        """
        with self._in_use():
            async with self._reader.connect() as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> "AsyncGenerator[AsyncConnection]":
        """The only connection that may change the database; waits until earlier writes have ended.

        Commits on leaving. Rolls back on an exception and on cancellation; when the commit itself is cancelled, it may
        have happened.

        Raises:
            NestedWrite: This task is already writing.
            DatabaseClosed: The capability has stopped.
        """
        if self._writing is not None and self._writing is asyncio.current_task():
            raise NestedWrite(self._capability)
        async with self._turn:
            with self._in_use():
                self._writing = asyncio.current_task()
                try:
                    async with self._writer.begin() as connection:
                        yield connection
                finally:
                    self._writing = None

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
        # SQLite checkpoints when the last connection closes, and that must be the writer.
        await self._reader.dispose()
        await self._writer.dispose()
        self._release()

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
